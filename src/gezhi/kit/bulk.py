"""Writes many rows at once by COPY: no statement to build, send and parse for each of them."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection, connections, models
from django.db.models import NOT_PROVIDED
from psycopg import sql


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Rows into a table in their order; triggers and constraints hold as for INSERT."""
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    )
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(command) as copy:
        for row in rows:
            copy.write_row(row)


RAW = (
    models.BinaryField,
    models.BooleanField,
    models.CharField,
    models.DateTimeField,
    models.FloatField,
    models.ForeignKey,
    models.IntegerField,
    models.TextField,
    models.UUIDField,
)  # their values go to the driver as they are


@cache
def _shape(model: type[models.Model]) -> tuple[str, list[tuple[str, Any]]]:
    """The INSERT of a model, and its attributes with the field whose preparation they need."""
    fields = [
        field
        for field in model._meta.concrete_fields
        if field.db_default is NOT_PROVIDED and not isinstance(field, models.AutoField)
    ]
    columns, marks = ", ".join(f'"{field.column}"' for field in fields), ", ".join(["%s"] * len(fields))
    names = [(field.attname, None if isinstance(field, RAW) else field) for field in fields]
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({marks})', names  # noqa: S608 - names of our own


def insert_model(each: models.Model) -> None:
    """One new object into its table, without what the ORM works out anew at each INSERT.

    A key made by the database is not read back; without one the object cannot be saved again.
    """
    real = connections[connection.alias]
    statement, names = _shape(type(each))
    row = [
        getattr(each, name) if field is None else field.get_db_prep_save(getattr(each, name), real)
        for name, field in names
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, row)
    each._state.adding = False
    each._state.db = real.alias


def copy_models(objects: Sequence[models.Model]) -> None:
    """New model objects of one class into its table; keys and defaults made by the database stay to the database."""
    if not objects:
        return
    first, real = objects[0], connections[connection.alias]
    fields = [
        field
        for field in first._meta.concrete_fields
        if field.db_default is NOT_PROVIDED and not isinstance(field, models.AutoField)
    ]
    names = [(field.attname, None if isinstance(field, RAW) else field) for field in fields]
    rows = (
        [
            getattr(each, name) if field is None else field.get_db_prep_save(getattr(each, name), real)
            for name, field in names
        ]
        for each in objects
    )
    copy_rows(first._meta.db_table, [str(field.column) for field in fields], rows)
    for each in objects:
        each._state.adding = False
        each._state.db = real.alias
