"""What the product's role may do: read and write everywhere, but only add to tables that keep history."""

from collections.abc import Iterator

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ProgrammingError

from gezhi.kernel.errors import Refused
from gezhi.kit.database.address import APP


def insert_only_tables() -> Iterator[str]:
    """Tables of models that say `insert_only = True`: rows are added, never changed or removed."""
    for model in apps.get_models(include_auto_created=True):
        if getattr(model, "insert_only", False):
            yield model._meta.db_table


def grant(connection: BaseDatabaseWrapper, *, login: str = "") -> None:
    """Give the product's role its rights anew; called after each migration, as the owner.

    `login` is the name with which the product enters an external database; it must be able to take the role on.
    """
    name = connection.ops.quote_name
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE ROLE {name(APP)} NOLOGIN")
            if login:
                cursor.execute("SELECT pg_has_role(%s, %s, 'MEMBER')", [login, APP])
                if not cursor.fetchone()[0]:
                    cursor.execute(f"GRANT {name(APP)} TO {name(login)}")
        except ProgrammingError:
            raise Refused("database-role-missing") from None
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {APP}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {APP}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APP}")
        cursor.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {APP}")
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {APP}")
        for table in insert_only_tables():
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {name(table)} FROM {APP}")
