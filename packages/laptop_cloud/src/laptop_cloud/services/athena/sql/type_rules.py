"""Types that Athena does not mix and DuckDB, which casts text freely, would.

Only what sqlglot could infer is judged; an unknown type is left to DuckDB's own binder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from laptop_cloud.services.athena.errors import NOT_AVAILABLE, QueryError, error_at
from laptop_cloud.services.athena.sql.type_families import comparable, kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Set


def check_types(query: exp.Expr) -> None:
    """Refuse operators on types that Trino does not mix, as far as the types of both sides are known."""
    for node in query.walk():
        if isinstance(node, (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)):
            _compare(node, node.this, node.expression)
        elif isinstance(node, exp.Between):
            _compare(node, node.this, node.args["low"])
            _compare(node, node.this, node.args["high"])
        elif isinstance(node, exp.In):
            for item in node.expressions:
                _compare(node, node.this, item)
        elif isinstance(node, (exp.Where, exp.Having, exp.And, exp.Or, exp.Not)):
            _logical(node)
        elif isinstance(node, exp.SetOperation):
            _set_operation(node)
        elif isinstance(node, exp.Anonymous):
            _argument_kinds(node)
        elif isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe)):
            _operands(node)


_SYMBOLS = {"EQ": "=", "NEQ": "<>", "GT": ">", "GTE": ">=", "LT": "<", "LTE": "<=", "DPIPE": "||"}


def _mismatch(node: exp.Expr, left: exp.Expr, right: exp.Expr) -> QueryError:
    symbol = _SYMBOLS.get(node.key.upper(), node.key)
    return error_at(node, "TYPE_MISMATCH", f"Cannot apply operator: {_shown(left)} {symbol} {_shown(right)}")


def _shown(node: exp.Expr) -> str:
    return {"text": "varchar", "integer": "bigint"}.get(kind(node), kind(node))


def _compare(node: exp.Expr, left: exp.Expr, right: exp.Expr) -> None:
    if isinstance(left, exp.Null) or isinstance(right, exp.Null):
        return
    if not comparable(kind(left), kind(right)):
        raise _mismatch(node, left, right)


def _logical(node: exp.Expr) -> None:
    for operand in (node.this, node.args.get("expression")):
        if operand is not None and kind(operand) not in ("", "boolean") and not isinstance(operand, exp.Null):
            raise error_at(node, "TYPE_MISMATCH", f"A condition must be a boolean: actual type {_shown(operand)}")


def _set_operation(node: exp.SetOperation) -> None:
    pairs = zip(node.left.selects, node.right.selects, strict=False)
    for number, (left, right) in enumerate(pairs, 1):
        nulls = isinstance(left.unalias(), exp.Null) or isinstance(right.unalias(), exp.Null)
        if not nulls and not comparable(kind(left), kind(right)):
            kinds = f"{_shown(left)}, {_shown(right)}"
            raise error_at(right, "TYPE_MISMATCH", f"column {number} in {node.key} has incompatible types: {kinds}")


def _operands(node: exp.Binary) -> None:
    kinds = {kind(node.left), kind(node.right)} - {""}
    if isinstance(node, exp.DPipe):
        wrong = bool(kinds - {"text", "array", "varbinary"}) and not kinds >= {"array"}
    elif "interval" in kinds or (isinstance(node, exp.Sub) and kinds <= {"timestamp", "timestamp with time zone"}):
        wrong = False
    else:
        wrong = bool(kinds - {"integer", "double", "decimal"}) and not _is_null(node.left, node.right)
    if wrong:
        raise _mismatch(node, node.left, node.right)


_NO_TEXT = (
    "md5 sha256 to_hex from_utf8 to_base64 year month day hour minute second quarter week dow day_of_week abs round"
)
_NOT_JOINED = frozenset({"integer", "double", "decimal", "boolean", "date", "timestamp"})
_FORBIDDEN: Mapping[str, Set[str]] = {
    **{name: {"text"} for name in _NO_TEXT.split()},
    **{name: {"text", "integer"} for name in ("date_trunc", "date_add", "date_diff")},
    **dict.fromkeys(("concat", "concat_ws"), _NOT_JOINED),
    "length": {"array", "map", "integer"},
    "cardinality": {"text", "row"},
}


def _argument_kinds(call: exp.Anonymous) -> None:
    """Refuse argument types that DuckDB takes and Trino does not; the unit and amount of date functions aside."""
    name = call.name.lower()
    skipped = {"date_trunc": 1, "date_add": 2, "date_diff": 1}.get(name, 0)
    for argument in call.expressions[skipped:]:
        if kind(argument) in _FORBIDDEN.get(name, ()):
            raise error_at(call, "TYPE_MISMATCH", f"Unexpected parameters ({_shown(argument)}) for function {name}")
        if name == "avg" and kind(argument) == "decimal":
            # Trino rounds it to the argument's scale, DuckDB gives a double.
            raise error_at(call, "NOT_SUPPORTED", f"avg of a decimal {NOT_AVAILABLE}: cast it to double")


def _is_null(*nodes: exp.Expr) -> bool:
    return any(isinstance(node, exp.Null) for node in nodes)
