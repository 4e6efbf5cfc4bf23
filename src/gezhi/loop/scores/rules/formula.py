"""The small language of formulas and conditions: names, numbers, + - * /, min, max; and, or, not. Exact, no floats."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from gezhi.kernel.errors import Refused

LONGEST = 300  # characters of one formula
DEEPEST = 30  # nested operations, so that no text can exhaust the stack
Value = Fraction | None  # None: nothing was due
OPERATIONS: Mapping[type[ast.operator], str] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
FUNCTIONS: Mapping[str, Callable[[list[Fraction]], Fraction]] = {"min": min, "max": max}


@dataclass(frozen=True, slots=True)
class Formula:
    """A parsed formula; `names` are those it uses, in order."""

    text: str
    body: ast.expr
    names: tuple[str, ...]


@lru_cache(maxsize=1000)
def formula(text: str) -> Formula:
    """Parse a formula; refuses formula-broken with the place of what it does not know.

    >>> formula("(solved + a*partly) / called_back").names
    ('solved', 'a', 'partly', 'called_back')
    >>> formula("solved ** 2")
    Traceback (most recent call last):
    gezhi.kernel.errors.Refused: formula-broken (formula='solved ** 2', place=1, what='solved ** 2')
    """
    body = _parsed(text)
    names: dict[str, None] = {}
    _walk(text, body, names, 0)
    return Formula(text, body, tuple(names))


def _parsed(text: str) -> ast.expr:
    if not text.strip() or len(text) > LONGEST:
        raise Refused("formula-broken", status=422, formula=text[:80], place=1, what="")
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = getattr(error, "offset", 0) or len(text.strip()) + 1  # at its end, where something is missing
        raise Refused("formula-broken", status=422, formula=text[:80], place=place, what=text[:20]) from error


def _broken(text: str, node: ast.AST) -> Refused:
    place = getattr(node, "col_offset", 0)
    end = getattr(node, "end_col_offset", place + 1)
    return Refused("formula-broken", status=422, formula=text[:80], place=place + 1, what=text.strip()[place:end][:20])


def _walk(text: str, node: ast.expr, names: dict[str, None], depth: int) -> None:
    """Only what the language has; everything else is refused where it stands."""
    if depth > DEEPEST:
        raise _broken(text, node)
    match node:
        case ast.Name(id=name) if name not in FUNCTIONS:
            names[name] = None
        case ast.Constant(value=bool()):
            raise _broken(text, node)
        case ast.Constant(value=(int() | float()) as plain):
            if "e" in ast.unparse(node).lower() or abs(plain) > 10**9:  # no floats of any size, no infinity
                raise _broken(text, node)
        case ast.UnaryOp(op=ast.USub(), operand=below):
            _walk(text, below, names, depth + 1)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATIONS:
            _walk(text, left, names, depth + 1)
            _walk(text, right, names, depth + 1)
        case ast.Call(func=ast.Name(id=name), args=[_, *_] as args, keywords=[]) if name in FUNCTIONS:
            for below in args:
                _walk(text, below, names, depth + 1)
        case _:
            raise _broken(text, node)


def check_names(text: str, known: Mapping[str, object] | frozenset[str]) -> None:
    """Refuse formula-name-unknown, with its place, for a name that nothing stands for."""
    for node in ast.walk(formula(text).body):
        if isinstance(node, ast.Name) and node.id not in known and node.id not in FUNCTIONS:
            raise Refused(
                "formula-name-unknown", status=422, formula=text[:80], name=node.id[:40], place=node.col_offset + 1
            )


def evaluate(text: str, values: Mapping[str, Value]) -> Value:
    """The value of a formula; None where something was divided by nothing, or rests on what was not due.

    >>> told = {"solved": Fraction(3), "partly": Fraction(1), "a": Fraction(1, 2), "n": Fraction(5)}
    >>> evaluate("(solved + a*partly) / n", told)
    Fraction(7, 10)
    >>> evaluate("done / due", {"done": Fraction(0), "due": Fraction(0)}) is None
    True
    """
    parsed = formula(text)
    check_names(text, values)
    return _value(parsed.body, values)


def _value(node: ast.expr, values: Mapping[str, Value]) -> Value:
    match node:
        case ast.Name(id=name):
            return values[name]
        case ast.Constant(value=number):
            return Fraction(str(number))
        case ast.UnaryOp(operand=below):
            inner = _value(below, values)
            return None if inner is None else -inner
        case ast.Call(func=ast.Name(id=name), args=args):
            parts = [_value(part, values) for part in args]
            return None if None in parts else FUNCTIONS[name]([part for part in parts if part is not None])
        case ast.BinOp(left=left, op=op, right=right):
            return combine(OPERATIONS[type(op)], _value(left, values), _value(right, values))
        case _:
            raise AssertionError(node)  # _walk lets nothing else through


def combine(sign: str, left: Value, right: Value) -> Value:
    """One operation; what was not due stays not due.

    >>> combine("/", Fraction(1), Fraction(0)) is None, combine("*", None, Fraction(2)) is None
    (True, True)
    """
    if left is None or right is None:
        return None
    if sign == "/":
        return left / right if right else None
    return {"+": left + right, "-": left - right, "*": left * right}[sign]


# ---- a formula as a quotient of sums, so that each case has its share


@dataclass(frozen=True, slots=True)
class Linear:
    """A sum of measures, each with its weight."""

    weights: Mapping[str, Fraction] = field(default_factory=dict)
    constant: Fraction = Fraction(0)

    def plus(self, other: "Linear", factor: Fraction = Fraction(1)) -> "Linear":
        weights = dict(self.weights)
        for name, weight in other.weights.items():
            weights[name] = weights.get(name, Fraction(0)) + factor * weight
        return Linear(weights, self.constant + factor * other.constant)

    def times(self, factor: Fraction) -> "Linear":
        return Linear({name: factor * weight for name, weight in self.weights.items()}, factor * self.constant)


def quotient(text: str, constants: Mapping[str, Fraction]) -> tuple[Linear, Linear] | None:
    """Numerator and denominator where both are sums of measures; None where cases cannot be told apart.

    >>> top, below = quotient("(solved + a*partly) / n", {"a": Fraction(1, 2)})
    >>> dict(top.weights), dict(below.weights)
    ({'solved': Fraction(1, 1), 'partly': Fraction(1, 2)}, {'n': Fraction(1, 1)})
    >>> quotient("max(solved, partly)", {}) is None
    True
    """
    body = formula(text).body
    one = Linear({}, Fraction(1))
    if isinstance(body, ast.BinOp) and isinstance(body.op, ast.Div):
        top, below = _linear(body.left, constants), _linear(body.right, constants)
        return (top, below) if top is not None and below is not None else None
    top = _linear(body, constants)
    return (top, one) if top is not None else None


def _linear(node: ast.expr, constants: Mapping[str, Fraction]) -> Linear | None:
    match node:
        case ast.Name(id=name):
            return Linear({}, constants[name]) if name in constants else Linear({name: Fraction(1)})
        case ast.Constant(value=number):
            return Linear({}, Fraction(str(number)))
        case ast.UnaryOp(operand=below):
            inner = _linear(below, constants)
            return inner.times(Fraction(-1)) if inner is not None else None
        case ast.BinOp(left=left, op=op, right=right):
            return _joined(type(op), _linear(left, constants), _linear(right, constants))
        case _:
            return None


def _joined(op: type[ast.operator], left: Linear | None, right: Linear | None) -> Linear | None:
    if left is None or right is None:
        return None
    if op in (ast.Add, ast.Sub):
        return left.plus(right, Fraction(1 if op is ast.Add else -1))
    if op is ast.Div:
        return left.times(1 / right.constant) if not right.weights and right.constant else None
    if not left.weights:
        return right.times(left.constant)
    return left.times(right.constant) if not right.weights else None


# ---- conditions


@lru_cache(maxsize=1000)
def condition(text: str) -> tuple[Callable[[frozenset[str]], bool], tuple[tuple[str, int], ...]]:
    """A condition over facts as a test of the set of those that hold, and its names with their places.

    >>> test, names = condition("solved and not (late or urgent)")
    >>> test(frozenset({"solved"})), test(frozenset({"solved", "late"})), names[0]
    (True, False, ('solved', 1))
    """
    if not text.strip():
        return (lambda _: True), ()
    body = _parsed(text)
    names: list[tuple[str, int]] = []
    return _test(text, body, names, 0), tuple(names)


def _test(text: str, node: ast.expr, names: list[tuple[str, int]], depth: int) -> Callable[[frozenset[str]], bool]:
    if depth > DEEPEST:
        raise _broken(text, node)
    match node:
        case ast.Name(id=name):
            names.append((name, node.col_offset + 1))
            return lambda facts: name in facts
        case ast.UnaryOp(op=ast.Not(), operand=below):
            inner = _test(text, below, names, depth + 1)
            return lambda facts: not inner(facts)
        case ast.BoolOp(op=op, values=parts):
            tests = [_test(text, part, names, depth + 1) for part in parts]
            if isinstance(op, ast.And):
                return lambda facts: all(test(facts) for test in tests)
            return lambda facts: any(test(facts) for test in tests)
        case _:
            raise _broken(text, node)
