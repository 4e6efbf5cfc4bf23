"""Column types that PostgreSQL has and Django lacks: the label path (ltree) with its subtree lookups."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Lookup

if TYPE_CHECKING:
    _TextColumn = models.Field[str, str]
    _Comparison = Lookup[str]
    _AnyOf = Lookup[list[str]]
else:  # Django's classes are generic to the type checker alone
    _TextColumn = models.Field
    _Comparison = Lookup
    _AnyOf = Lookup


class LtreeField(_TextColumn):
    """A path of labels such as `city.urban.street3`, stored as ltree; index it with GiST."""

    description = "Path in a tree"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        """ltree, whatever the connection."""
        del connection
        return "ltree"

    def get_internal_type(self) -> str:
        """Its own type: none of Django's converters apply."""
        return "LtreeField"

    def to_python(self, value: Any) -> str | None:
        """Text on the Python side."""
        return None if value is None else str(value)

    def get_prep_value(self, value: Any) -> Any:
        """Text towards the database, which casts it."""
        value = super().get_prep_value(value)
        return None if value is None else str(value)


class _PathLookup(_Comparison):
    """A comparison of two paths by one operator of ltree."""

    operator: str

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        """Compile to `left <operator> right::ltree`."""
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} {self.operator} ({right})::ltree", [*left_params, *right_params]


@LtreeField.register_lookup
class Descends(_PathLookup):
    """`path__descends="city.urban"`: that node and everything under it."""

    lookup_name = "descends"
    operator = "<@"


@LtreeField.register_lookup
class Holds(_PathLookup):
    """`path__holds="city.urban"`: that node and everything above it."""

    lookup_name = "holds"
    operator = "@>"


@LtreeField.register_lookup
class DescendsAny(_AnyOf):
    """`path__descends_any=["a.b", "c"]`: under any of these nodes; an empty list matches nothing."""

    lookup_name = "descends_any"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        """One array parameter."""
        del connection
        return "%s", [[str(path) for path in value]]

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        """Compile to `left <@ ARRAY[...]::ltree[]`."""
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} <@ ({right})::ltree[]", [*left_params, *right_params]
