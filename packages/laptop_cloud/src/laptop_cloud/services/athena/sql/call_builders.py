"""Builders for the function calls that need more than another name in DuckDB."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from sqlglot import exp

from laptop_cloud.services.athena.errors import NOT_AVAILABLE, error_at
from laptop_cloud.services.athena.sql.call_arguments import (
    argument_type_error,
    build_call,
    read_arguments,
    read_literal,
)
from laptop_cloud.services.athena.sql.time_call_builders import TIME_BUILDERS
from laptop_cloud.services.athena.sql.type_families import find_type_family

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_WHITESPACE = " \t\n\r\f\v"


def _rename_call(name: str, *counts: int) -> Callable[[exp.Anonymous], exp.Expr]:
    return lambda node: build_call(name, *read_arguments(node, *counts))


def _build_approx_distinct(node: exp.Anonymous) -> exp.Expr:
    return build_call("count", exp.Distinct(expressions=read_arguments(node, 1, 2)[:1]))


def _build_count_if(node: exp.Anonymous) -> exp.Expr:
    # DuckDB's own gives null for no rows.
    return build_call("count", exp.Case(ifs=[exp.If(this=read_arguments(node, 1)[0], true=exp.Literal.number(1))]))


def _build_cardinality(node: exp.Anonymous) -> exp.Expr:
    return exp.Cast(this=build_call("cardinality", *read_arguments(node, 1)), to=exp.DataType.build("bigint"))


def _build_concat(node: exp.Anonymous) -> exp.Expr:
    def join_pair(left: exp.Expr, right: exp.Expr) -> exp.Expr:
        return build_call("t_concat", left, right)

    return functools.reduce(join_pair, read_arguments(node, *range(2, 128)))


def _build_concat_ws(node: exp.Anonymous) -> exp.Expr:
    separator, *parts = node.expressions
    if len(parts) == 1 and find_type_family(parts[0]) == "array":
        return build_call("array_to_string", parts[0], separator)
    if len(parts) == 1:
        return build_call("t_concat_ws", separator, parts[0])
    return build_call("concat_ws", separator, *parts)


def _make_extreme_builder(name: str) -> Callable[[exp.Anonymous], exp.Expr]:
    def build(node: exp.Anonymous) -> exp.Expr:
        missing = exp.or_(*(exp.Is(this=part.copy(), expression=exp.null()) for part in node.expressions))
        return exp.Case(ifs=[exp.If(this=missing, true=exp.null())], default=build_call(name, *node.expressions))

    return build


def _make_rounding_builder(name: str) -> Callable[[exp.Anonymous], exp.Expr]:
    def build(node: exp.Anonymous) -> exp.Expr:
        (value,) = read_arguments(node, 1)
        if find_type_family(value) == "integer":
            return value if name != "sign" else exp.Cast(this=build_call(name, value), to=exp.DataType.build("bigint"))
        result: exp.Expr = build_call(name, value.copy())
        if name == "sign":
            result = exp.Cast(this=result, to=exp.DataType.build("double"))
        return build_call("t_double_only", value, result)

    return build


def _build_reverse(node: exp.Anonymous) -> exp.Expr:
    (value,) = read_arguments(node, 1)
    return build_call("list_reverse" if find_type_family(value) == "array" else "reverse", value)


def _build_sequence(node: exp.Anonymous) -> exp.Expr:
    given = read_arguments(node, 2, 3)
    if find_type_family(given[0]) in ("timestamp", "timestamp with time zone"):
        raise argument_type_error(node, given[0])
    return build_call("t_date_sequence" if find_type_family(given[0]) == "date" else "t_sequence", *given)


def _build_element_at(node: exp.Anonymous) -> exp.Expr:
    container, key = read_arguments(node, 2)
    return build_call("map_extract_value" if find_type_family(key) == "text" else "t_element_at", container, key)


def _make_match_builder(macro: str, negated: bool = False) -> Callable[[exp.Anonymous], exp.Expr]:
    def build(node: exp.Anonymous) -> exp.Expr:
        found = build_call(macro, build_call("list_transform", *read_arguments(node, 2)))
        return exp.not_(found) if negated else found

    return build


def _build_reduce(node: exp.Anonymous) -> exp.Expr:
    array, initial, merge, finish = read_arguments(node, 4)
    reduced = build_call("list_reduce", array, merge, initial)
    (state,) = finish.expressions
    if finish.this.name == state.name and isinstance(finish.this, (exp.Identifier, exp.Column)):
        return reduced
    body = finish.this.copy()
    for use in list(body.find_all(exp.Identifier)):
        if use.name == state.name and not isinstance(use.parent, exp.Dot):
            target = use.parent if isinstance(use.parent, exp.Column) else use
            target.replace(reduced.copy())
    return exp.paren(body)


def _build_map_agg(node: exp.Anonymous) -> exp.Expr:
    keys, values = read_arguments(node, 2)
    if isinstance(node.parent, (exp.Filter, exp.Window)):
        raise error_at(node, "NOT_SUPPORTED", f"map_agg with FILTER or OVER {NOT_AVAILABLE}")
    return build_call("map", build_call("array_agg", keys), build_call("array_agg", values))


def _build_regexp_replace(node: exp.Anonymous) -> exp.Expr:
    text, pattern, *rest = read_arguments(node, 2, 3)
    replacement = read_literal(node, rest[0]) if rest else ""
    if re.search(r"\$\{|\$(?!\d)", re.sub(r"\\.", "", replacement)):
        raise error_at(node, "NOT_SUPPORTED", f"named groups in a replacement {NOT_AVAILABLE}")
    translated = re.sub(r"\\(.)|\$(\d)", lambda m: f"\\{m[2]}" if m[2] else m[1].replace("\\", "\\\\"), replacement)
    return build_call("regexp_replace", text, pattern, exp.Literal.string(translated), exp.Literal.string("g"))


def _make_trim_builder(name: str) -> Callable[[exp.Anonymous], exp.Expr]:
    return lambda node: build_call(name, *read_arguments(node, 1), exp.Literal.string(_WHITESPACE))


def _build_text_cast(node: exp.Anonymous) -> exp.Expr:
    return exp.Cast(this=read_arguments(node, 1)[0], to=exp.DataType.build("text", dialect="duckdb"))


def _build_mod(node: exp.Anonymous) -> exp.Expr:
    left, right = read_arguments(node, 2)
    return exp.paren(exp.Mod(this=left, expression=right))


BUILDERS: Mapping[str, Callable[[exp.Anonymous], exp.Expr]] = {
    **TIME_BUILDERS,
    "approx_distinct": _build_approx_distinct,
    "approx_percentile": _rename_call("quantile_disc", 2),
    "cardinality": _build_cardinality,
    "count_if": _build_count_if,
    "concat": _build_concat,
    "concat_ws": _build_concat_ws,
    "greatest": _make_extreme_builder("greatest"),
    "least": _make_extreme_builder("least"),
    "ceil": _make_rounding_builder("ceil"),
    "ceiling": _make_rounding_builder("ceil"),
    "floor": _make_rounding_builder("floor"),
    "sign": _make_rounding_builder("sign"),
    "mod": _build_mod,
    "sum": _rename_call("sum", 1),
    "listagg": _rename_call("string_agg", 2),
    "map_agg": _build_map_agg,
    "reverse": _build_reverse,
    "sequence": _build_sequence,
    "element_at": _build_element_at,
    "transform": _rename_call("list_transform", 2),
    "filter": _rename_call("list_filter", 2),
    "array_sort": _rename_call("list_sort", 1),
    "any_match": _make_match_builder("t_any"),
    "all_match": _make_match_builder("t_all"),
    "none_match": _make_match_builder("t_any", negated=True),
    "reduce": _build_reduce,
    "try": _rename_call("try", 1),
    "split": _rename_call("string_split", 2),
    "regexp_replace": _build_regexp_replace,
    "trim": _make_trim_builder("trim"),
    "ltrim": _make_trim_builder("ltrim"),
    "rtrim": _make_trim_builder("rtrim"),
    "date": _rename_call("t_date", 1),
    "from_unixtime": _rename_call("to_timestamp", 1),
    "json_format": _build_text_cast,
}
