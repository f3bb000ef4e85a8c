"""Operators on types that Athena does not mix and DuckDB, which casts text freely, would.

Only types that sqlglot could infer are checked; unknown ones are left to DuckDB's binder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

from laptop_cloud.services.athena.errors import NOT_AVAILABLE, QueryError, error_at
from laptop_cloud.services.athena.sql.type_families import are_comparable, find_type_family

if TYPE_CHECKING:
    from collections.abc import Mapping, Set


def check_types(query: exp.Expr) -> None:
    """Refuse operators on types that Trino does not mix, as far as the types of both sides are known."""
    for node in query.walk():
        if isinstance(node, (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.NullSafeEQ, exp.NullSafeNEQ)):
            _check_comparison(node, node.this, node.expression)
        elif isinstance(node, exp.Between):
            _check_comparison(node, node.this, node.args["low"])
            _check_comparison(node, node.this, node.args["high"])
        elif isinstance(node, exp.In):
            for item in node.expressions:
                _check_comparison(node, node.this, item)
        elif isinstance(node, (exp.Where, exp.Having, exp.And, exp.Or, exp.Not)):
            _check_condition(node)
        elif isinstance(node, exp.SetOperation):
            _check_set_operation(node)
        elif isinstance(node, exp.Anonymous):
            _check_arguments(node)
        elif isinstance(node, (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.DPipe)):
            _check_operands(node)


_SYMBOLS = {"EQ": "=", "NEQ": "<>", "GT": ">", "GTE": ">=", "LT": "<", "LTE": "<=", "DPIPE": "||"}


def _mismatch_error(node: exp.Expr, left: exp.Expr, right: exp.Expr) -> QueryError:
    symbol = _SYMBOLS.get(node.key.upper(), node.key)
    return error_at(
        node, "TYPE_MISMATCH", f"Cannot apply operator: {_display_type(left)} {symbol} {_display_type(right)}"
    )


def _display_type(node: exp.Expr) -> str:
    return {"text": "varchar", "integer": "bigint"}.get(find_type_family(node), find_type_family(node))


def _check_comparison(node: exp.Expr, left: exp.Expr, right: exp.Expr) -> None:
    if isinstance(left, exp.Null) or isinstance(right, exp.Null):
        return
    if not are_comparable(find_type_family(left), find_type_family(right)):
        raise _mismatch_error(node, left, right)


def _check_condition(node: exp.Expr) -> None:
    for operand in (node.this, node.args.get("expression")):
        if (
            operand is not None
            and find_type_family(operand) not in ("", "boolean")
            and not isinstance(operand, exp.Null)
        ):
            raise error_at(
                node, "TYPE_MISMATCH", f"A condition must be a boolean: actual type {_display_type(operand)}"
            )


def _check_set_operation(node: exp.SetOperation) -> None:
    pairs = zip(node.left.selects, node.right.selects, strict=False)
    for number, (left, right) in enumerate(pairs, 1):
        nulls = isinstance(left.unalias(), exp.Null) or isinstance(right.unalias(), exp.Null)
        if not nulls and not are_comparable(find_type_family(left), find_type_family(right)):
            kinds = f"{_display_type(left)}, {_display_type(right)}"
            raise error_at(right, "TYPE_MISMATCH", f"column {number} in {node.key} has incompatible types: {kinds}")


def _check_operands(node: exp.Binary) -> None:
    kinds = {find_type_family(node.left), find_type_family(node.right)} - {""}
    if isinstance(node, exp.DPipe):
        wrong = bool(kinds - {"text", "array", "varbinary"}) and not kinds >= {"array"}
    elif "interval" in kinds or (isinstance(node, exp.Sub) and kinds <= {"timestamp", "timestamp with time zone"}):
        wrong = False
    else:
        wrong = bool(kinds - {"integer", "double", "decimal"}) and not _is_null(node.left, node.right)
    if wrong:
        raise _mismatch_error(node, node.left, node.right)


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


def _check_arguments(call: exp.Anonymous) -> None:
    """Refuse argument types that DuckDB takes and Trino does not; the unit and amount of date functions aside."""
    name = call.name.lower()
    skipped = {"date_trunc": 1, "date_add": 2, "date_diff": 1}.get(name, 0)
    for argument in call.expressions[skipped:]:
        if find_type_family(argument) in _FORBIDDEN.get(name, ()):
            raise error_at(
                call, "TYPE_MISMATCH", f"Unexpected parameters ({_display_type(argument)}) for function {name}"
            )
        if name == "avg" and find_type_family(argument) == "decimal":
            # Trino rounds it to the argument's scale, DuckDB gives a double.
            raise error_at(call, "NOT_SUPPORTED", f"avg of a decimal {NOT_AVAILABLE}: cast it to double")


def _is_null(*nodes: exp.Expr) -> bool:
    return any(isinstance(node, exp.Null) for node in nodes)
