"""Writes rows past the ORM: one new object or several in one statement, many by COPY."""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, TypeVar

from django.db import connection, connections, models
from django.db.models import NOT_PROVIDED
from django.db.models.base import ModelState
from psycopg import sql

from gezhi.kit.database.backend.base import execute_bound

M = TypeVar("M", bound=models.Model)


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


Columns = tuple[list[str], list[tuple[str, Any]]]  # columns; attributes, with the field whose preparation they need


@cache
def _columns(model: type[models.Model]) -> Columns:
    """What of a model is written: all but what the database makes by itself."""
    fields = [
        field
        for field in model._meta.concrete_fields
        if field.db_default is NOT_PROVIDED and not isinstance(field, models.AutoField)
    ]
    names = [(field.attname, None if isinstance(field, RAW) else field) for field in fields]
    return [str(field.column) for field in fields], names


def _values(each: models.Model, names: list[tuple[str, Any]], real: Any) -> list[Any]:
    return [
        getattr(each, name) if field is None else field.get_db_prep_save(getattr(each, name), real)
        for name, field in names
    ]


@cache
def _insert(model: type[models.Model]) -> str:
    columns = _columns(model)[0]
    named, marks = ", ".join(f'"{column}"' for column in columns), ", ".join(["%s"] * len(columns))
    return f'INSERT INTO "{model._meta.db_table}" ({named}) VALUES ({marks})'  # noqa: S608 - names of our own


def _saved(each: models.Model, real: Any) -> None:
    each._state.adding = False
    each._state.db = real.alias


Part = tuple[str, list[Any]]  # an INSERT and its values


def part_of(each: models.Model) -> Part:
    """The INSERT of one new object, without what the ORM works out anew at each.

    A key made by the database is not read back; without one the object cannot be saved again.
    """
    real = connections[connection.alias]
    values = _values(each, _columns(type(each))[1], real)
    _saved(each, real)
    return _insert(type(each)), values


def insert(*parts: Part) -> None:
    """Several INSERTs in one round trip; in no order of their own, so none may ask for the rows of another."""
    statements = [statement for statement, _ in parts]
    execute_bound(_together(tuple(statements)), [value for _, values in parts for value in values])


@lru_cache(maxsize=200)
def _together(statements: tuple[str, ...]) -> str:
    *others, last = statements
    begun = ", ".join(f"i{number} AS ({statement})" for number, statement in enumerate(others))
    return f"WITH {begun} {last}" if others else last


@cache
def _blank(model: type[models.Model]) -> tuple[dict[str, Any], dict[str, Any], frozenset[str]]:
    """What an object of a model holds before anything is said of it: values, what makes values, its attributes."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    made = {field.attname: field.default for field in fields if field.has_default() and callable(field.default)}
    plain = {field.attname: field.get_default() for field in fields if field.attname not in made}
    return plain, made, frozenset(plain) | frozenset(made)


def fresh(model: type[M], **values: Any) -> M:
    """A new object as `model(**values)` makes it, at a quarter of its cost: nothing is asked of each field anew."""
    plain, made, attributes = _blank(model)
    each = model.__new__(model)
    held = each.__dict__
    held["_state"] = ModelState()
    held.update(plain)
    for name, make in made.items():
        if name not in values:
            held[name] = make()
    for name, value in values.items():
        if name in attributes:
            held[name] = value
        elif name in model._meta._forward_fields_map:  # type: ignore[attr-defined] # relations by name
            setattr(each, name, value)
        else:
            raise TypeError(f"{model.__name__} has no field {name}")
    return each


def copy_models(objects: Sequence[models.Model]) -> None:
    """New model objects of one class into its table; keys and defaults made by the database stay to the database."""
    if not objects:
        return
    first, real = objects[0], connections[connection.alias]
    columns, names = _columns(type(first))
    copy_rows(first._meta.db_table, columns, (_values(each, names, real) for each in objects))
    for each in objects:
        _saved(each, real)
