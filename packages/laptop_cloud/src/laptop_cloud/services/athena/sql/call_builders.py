"""Calls that are more than another name in DuckDB."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from sqlglot import exp

from laptop_cloud.services.athena.errors import NOT_AVAILABLE, error_at
from laptop_cloud.services.athena.sql.call_arguments import arguments, call, literal_text, refusal
from laptop_cloud.services.athena.sql.time_call_builders import TIME_BUILDERS
from laptop_cloud.services.athena.sql.type_families import kind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_WHITESPACE = " \t\n\r\f\v"


def _renamed(name: str, *counts: int) -> Callable[[exp.Anonymous], exp.Expr]:
    return lambda node: call(name, *arguments(node, *counts))


def _approx_distinct(node: exp.Anonymous) -> exp.Expr:
    return call("count", exp.Distinct(expressions=arguments(node, 1, 2)[:1]))


def _count_if(node: exp.Anonymous) -> exp.Expr:
    # DuckDB's own gives null for no rows.
    return call("count", exp.Case(ifs=[exp.If(this=arguments(node, 1)[0], true=exp.Literal.number(1))]))


def _cardinality(node: exp.Anonymous) -> exp.Expr:
    return exp.Cast(this=call("cardinality", *arguments(node, 1)), to=exp.DataType.build("bigint"))


def _concat(node: exp.Anonymous) -> exp.Expr:
    def joined(left: exp.Expr, right: exp.Expr) -> exp.Expr:
        return call("t_concat", left, right)

    return functools.reduce(joined, arguments(node, *range(2, 128)))


def _concat_ws(node: exp.Anonymous) -> exp.Expr:
    separator, *parts = node.expressions
    if len(parts) == 1 and kind(parts[0]) == "array":
        return call("array_to_string", parts[0], separator)
    if len(parts) == 1:
        return call("t_concat_ws", separator, parts[0])
    return call("concat_ws", separator, *parts)


def _extreme(name: str) -> Callable[[exp.Anonymous], exp.Expr]:
    def build(node: exp.Anonymous) -> exp.Expr:
        missing = exp.or_(*(exp.Is(this=part.copy(), expression=exp.null()) for part in node.expressions))
        return exp.Case(ifs=[exp.If(this=missing, true=exp.null())], default=call(name, *node.expressions))

    return build


def _rounding(name: str) -> Callable[[exp.Anonymous], exp.Expr]:
    def build(node: exp.Anonymous) -> exp.Expr:
        (value,) = arguments(node, 1)
        if kind(value) == "integer":
            return value if name != "sign" else exp.Cast(this=call(name, value), to=exp.DataType.build("bigint"))
        result: exp.Expr = call(name, value.copy())
        if name == "sign":
            result = exp.Cast(this=result, to=exp.DataType.build("double"))
        return call("t_double_only", value, result)

    return build


def _reverse(node: exp.Anonymous) -> exp.Expr:
    (value,) = arguments(node, 1)
    return call("list_reverse" if kind(value) == "array" else "reverse", value)


def _sequence(node: exp.Anonymous) -> exp.Expr:
    given = arguments(node, 2, 3)
    if kind(given[0]) in ("timestamp", "timestamp with time zone"):
        raise refusal(node, given[0])
    return call("t_date_sequence" if kind(given[0]) == "date" else "t_sequence", *given)


def _element_at(node: exp.Anonymous) -> exp.Expr:
    container, key = arguments(node, 2)
    return call("map_extract_value" if kind(key) == "text" else "t_element_at", container, key)


def _quantified(macro: str, negated: bool = False) -> Callable[[exp.Anonymous], exp.Expr]:
    def build(node: exp.Anonymous) -> exp.Expr:
        found = call(macro, call("list_transform", *arguments(node, 2)))
        return exp.not_(found) if negated else found

    return build


def _reduce(node: exp.Anonymous) -> exp.Expr:
    array, initial, merge, finish = arguments(node, 4)
    reduced = call("list_reduce", array, merge, initial)
    (state,) = finish.expressions
    if finish.this.name == state.name and isinstance(finish.this, (exp.Identifier, exp.Column)):
        return reduced
    body = finish.this.copy()
    for use in list(body.find_all(exp.Identifier)):
        if use.name == state.name and not isinstance(use.parent, exp.Dot):
            target = use.parent if isinstance(use.parent, exp.Column) else use
            target.replace(reduced.copy())
    return exp.paren(body)


def _map_agg(node: exp.Anonymous) -> exp.Expr:
    keys, values = arguments(node, 2)
    if isinstance(node.parent, (exp.Filter, exp.Window)):
        raise error_at(node, "NOT_SUPPORTED", f"map_agg with FILTER or OVER {NOT_AVAILABLE}")
    return call("map", call("array_agg", keys), call("array_agg", values))


def _regexp_replace(node: exp.Anonymous) -> exp.Expr:
    text, pattern, *rest = arguments(node, 2, 3)
    replacement = literal_text(node, rest[0]) if rest else ""
    if re.search(r"\$\{|\$(?!\d)", re.sub(r"\\.", "", replacement)):
        raise error_at(node, "NOT_SUPPORTED", f"named groups in a replacement {NOT_AVAILABLE}")
    translated = re.sub(r"\\(.)|\$(\d)", lambda m: f"\\{m[2]}" if m[2] else m[1].replace("\\", "\\\\"), replacement)
    return call("regexp_replace", text, pattern, exp.Literal.string(translated), exp.Literal.string("g"))


def _stripped(name: str) -> Callable[[exp.Anonymous], exp.Expr]:
    return lambda node: call(name, *arguments(node, 1), exp.Literal.string(_WHITESPACE))


def _text(node: exp.Anonymous) -> exp.Expr:
    return exp.Cast(this=arguments(node, 1)[0], to=exp.DataType.build("text", dialect="duckdb"))


def _mod(node: exp.Anonymous) -> exp.Expr:
    left, right = arguments(node, 2)
    return exp.paren(exp.Mod(this=left, expression=right))


BUILDERS: Mapping[str, Callable[[exp.Anonymous], exp.Expr]] = {
    **TIME_BUILDERS,
    "approx_distinct": _approx_distinct,
    "approx_percentile": _renamed("quantile_disc", 2),
    "cardinality": _cardinality,
    "count_if": _count_if,
    "concat": _concat,
    "concat_ws": _concat_ws,
    "greatest": _extreme("greatest"),
    "least": _extreme("least"),
    "ceil": _rounding("ceil"),
    "ceiling": _rounding("ceil"),
    "floor": _rounding("floor"),
    "sign": _rounding("sign"),
    "mod": _mod,
    "sum": _renamed("sum", 1),
    "listagg": _renamed("string_agg", 2),
    "map_agg": _map_agg,
    "reverse": _reverse,
    "sequence": _sequence,
    "element_at": _element_at,
    "transform": _renamed("list_transform", 2),
    "filter": _renamed("list_filter", 2),
    "array_sort": _renamed("list_sort", 1),
    "any_match": _quantified("t_any"),
    "all_match": _quantified("t_all"),
    "none_match": _quantified("t_any", negated=True),
    "reduce": _reduce,
    "try": _renamed("try", 1),
    "split": _renamed("string_split", 2),
    "regexp_replace": _regexp_replace,
    "trim": _stripped("trim"),
    "ltrim": _stripped("ltrim"),
    "rtrim": _stripped("rtrim"),
    "date": _renamed("t_date", 1),
    "from_unixtime": _renamed("to_timestamp", 1),
    "json_format": _text,
}
