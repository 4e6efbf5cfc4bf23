import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_connection_is_postgresql_18_with_jit_off():
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
        cursor.execute("SHOW server_version_num")
        assert int(cursor.fetchone()[0]) >= 150000
