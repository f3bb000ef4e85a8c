"""A resolved and annotated Trino query as DuckDB SQL, node by node."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import ErrorLevel, exp

from laptop_cloud.services.athena.errors import NOT_AVAILABLE, error_at
from laptop_cloud.services.athena.sql.call_arguments import build_call
from laptop_cloud.services.athena.sql.call_builders import BUILDERS
from laptop_cloud.services.athena.sql.functions import FUNCTIONS
from laptop_cloud.services.athena.sql.time_call_builders import build_shift
from laptop_cloud.services.athena.sql.type_families import find_type_family

if TYPE_CHECKING:
    from collections.abc import Callable

_MODIFIERS = (exp.Filter, exp.Window, exp.IgnoreNulls, exp.RespectNulls, exp.WithinGroup)
_WHITESPACE = exp.Literal.string(" \t\n\r\f\v")
_EXTRACTED = {
    "DOW": "ISODOW",
    "DAY_OF_WEEK": "ISODOW",
    "DAY_OF_YEAR": "DOY",
    "YOW": "ISOYEAR",
    "YEAR_OF_WEEK": "ISOYEAR",
}
_PLAIN_PARTS = {"YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOY", "HOUR", "MINUTE", "SECOND"}


def rewrite_to_duckdb(query: exp.Expr) -> str:
    """The DuckDB SQL of an annotated query, which is changed on the way; QueryError for what has no equal."""
    _prepare_try(query)
    _expand_order_by(query)
    for node in reversed(list(query.walk())):
        build = _NODES.get(type(node))
        if build is None:
            continue
        replacement = build(node)
        if replacement is not node:
            replacement.type = node.type
            node.replace(replacement)
    _narrow_sums(query)
    # A copy would be one of the types of all nodes, too, and take longer than everything else.
    return query.sql("duckdb", copy=False, unsupported_level=ErrorLevel.RAISE)


def _prepare_try(query: exp.Expr) -> None:
    """Give `try` forms that return null by themselves: DuckDB's TRY takes nothing that calls `error`."""
    for attempt in [node for node in query.find_all(exp.Anonymous) if node.name.lower() == "try"]:
        for node in list(attempt.walk()):
            if type(node) is exp.Cast:
                replacement: exp.Expr = exp.TryCast(this=node.this, to=node.to)
            elif isinstance(node, exp.Bracket):
                name = "map_extract_value" if find_type_family(node.expressions[0]) == "text" else "list_extract"
                replacement = build_call(name, node.this, node.expressions[0])
            else:
                continue
            replacement.type = node.type
            node.replace(replacement)


def _expand_order_by(query: exp.Expr) -> None:
    """In an ORDER BY expression Trino takes a name as the output column's, DuckDB as the source's."""
    for select in query.find_all(exp.Select):
        outputs = {item.alias: item.this for item in select.expressions if isinstance(item, exp.Alias)}
        for ordered in select.args["order"].expressions if select.args.get("order") else []:
            if isinstance(ordered.this, exp.Column):
                continue
            for column in list(ordered.find_all(exp.Column)):
                if not column.table and column.name in outputs:
                    column.replace(exp.paren(outputs[column.name].copy()))


def _narrow_sums(query: exp.Expr) -> None:
    """DuckDB sums integers as HUGEINT, Trino as bigint."""
    for node in [found for found in query.find_all(exp.Anonymous) if found.name == "sum"]:
        if not node.type or not node.type.is_type(*exp.DataType.INTEGER_TYPES):
            continue
        whole: exp.Expr = node
        while isinstance(whole.parent, _MODIFIERS) and whole.parent.this is whole:
            whole = whole.parent
        narrowed = exp.Cast(this=whole.copy(), to=exp.DataType.build("bigint"))
        whole.replace(narrowed)


def _rewrite_call(node: exp.Anonymous) -> exp.Expr:
    name = node.name.lower()
    if name in BUILDERS:
        return BUILDERS[name](node)
    target = FUNCTIONS[name].duckdb if name in FUNCTIONS else name
    return node if target == node.this else exp.Anonymous(this=target, expressions=node.expressions)


def _rewrite_division(node: exp.Div) -> exp.Expr:
    kinds = {find_type_family(node.left), find_type_family(node.right)}
    if kinds == {"integer"}:
        return build_call("t_divide_integers", node.left, node.right)
    if "double" in kinds:
        return build_call("t_divide", node.left, node.right)
    reason = "Athena rounds decimals to the larger scale" if "decimal" in kinds else "its types are not known"
    raise error_at(node, "NOT_SUPPORTED", f"This division {NOT_AVAILABLE} ({reason}): cast one side to double")


def _rewrite_shift(node: exp.Add | exp.Sub) -> exp.Expr:
    for moment, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(other.unnest(), exp.Interval) and not isinstance(moment.unnest(), exp.Interval):
            return build_shift(moment, node.copy())
    return node


def _rewrite_subscript(node: exp.Bracket) -> exp.Expr:
    index = node.expressions[0]
    macro = (
        "t_map_subscript"
        if find_type_family(index) == "text" or find_type_family(node.this) == "map"
        else "t_subscript"
    )
    return build_call(macro, node.this, index)


def _rewrite_cast(node: exp.Cast) -> exp.Expr:
    attempt = "t_try_" if isinstance(node, exp.TryCast) else "t_"
    target, value = node.to, node.this
    if target.is_type(*exp.DataType.TEXT_TYPES):
        if target.is_type("char", "nchar"):
            raise error_at(node, "NOT_SUPPORTED", f"CAST to char {NOT_AVAILABLE}")
        text = build_call("t_varchar", value)
        return (
            build_call("t_substr", text, exp.Literal.number(1), target.expressions[0].this)
            if target.expressions
            else text
        )
    if target.is_type(*exp.DataType.INTEGER_TYPES):
        whole = build_call(f"{attempt}bigint", value)
        return whole if target.is_type("bigint") else type(node)(this=whole, to=target)
    if target.is_type("date"):
        return build_call(f"{attempt}date", value)
    if target.is_type("timestamp", "timestamptz"):
        moment = build_call(f"{attempt}timestamp", value)
        plain = exp.DataType.build("timestamp", dialect="duckdb")
        return moment if target.is_type("timestamptz") else exp.Cast(this=moment, to=plain)
    if target.is_type("json") and _is_same_json(value):
        return build_call("to_json", value)
    if _is_plain(node):
        return node
    raise error_at(node, "NOT_SUPPORTED", f"CAST to {target.sql('trino').lower()} {NOT_AVAILABLE}")


def _is_same_json(value: exp.Expr) -> bool:
    """Whether DuckDB's JSON of a value is Trino's; in a row or array doubles are the same numbers, spelled otherwise.

    Of a row Trino makes an object by its fields' names: https://github.com/trinodb/trino/pull/3613
    """
    return value.type is not None and (_is_same_scalar(value.type) or _is_same_nested(value.type))


def _is_same_scalar(datatype: exp.DataType) -> bool:
    return datatype.is_type(*exp.DataType.TEXT_TYPES, *exp.DataType.INTEGER_TYPES, exp.DType.BOOLEAN)


def _is_same_nested(datatype: exp.DataType) -> bool:
    inner = datatype.expressions
    if datatype.is_type("struct"):
        inner = [field.kind if isinstance(field, exp.ColumnDef) else None for field in inner]
    elif not datatype.is_type("array", "list"):
        return False
    return bool(inner) and all(
        isinstance(each, exp.DataType)
        and (_is_same_scalar(each) or each.is_type("double", "float") or _is_same_nested(each))
        for each in inner
    )


def _is_plain(node: exp.Cast) -> bool:
    """Whether DuckDB's own cast does what Trino's does: fields of rows go by position only for `row(...)`."""
    target, value = node.to, node.this
    if target.is_type("struct"):
        return isinstance(value, exp.Null) or (isinstance(value, exp.Anonymous) and value.name == "row")
    if target.is_type("array", "list", "map"):
        scalars = all(not inner.is_type("struct", "array", "map") for inner in target.expressions)
        return scalars and (find_type_family(value) == "json" or isinstance(value, (exp.Null, exp.Array)))
    return target.is_type("double", "float", "decimal", "boolean")


def _rewrite_at_time_zone(node: exp.AtTimeZone) -> exp.Expr:
    zone = node.args["zone"]
    if not zone.is_string or zone.name.upper() != "UTC":
        raise error_at(node, "NOT_SUPPORTED", f"AT TIME ZONE other than 'UTC' {NOT_AVAILABLE}")
    return build_call("t_timestamp", node.this)


def _rewrite_extract(node: exp.Extract) -> exp.Expr:
    part = node.this.name.upper()
    if part not in _EXTRACTED and part not in _PLAIN_PARTS:
        raise error_at(node, "NOT_SUPPORTED", f"EXTRACT({part} FROM ...) {NOT_AVAILABLE}")
    return build_call("date_part", exp.Literal.string(_EXTRACTED.get(part, part)), node.expression)


def _rewrite_trim(node: exp.Trim) -> exp.Expr:
    name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(str(node.args.get("position") or "").upper(), "trim")
    return build_call(name, node.this, node.args.get("expression") or _WHITESPACE.copy())


def _rewrite_substring(node: exp.Substring) -> exp.Expr:
    parts = (node.this, node.args.get("start"), node.args.get("length"))
    return build_call("t_substr", *(part for part in parts if part is not None))


def _rewrite_local_timestamp(_: exp.Localtimestamp) -> exp.Expr:
    return exp.Cast(this=build_call("now"), to=exp.DataType.build("timestamp", dialect="duckdb"))


_NODES: dict[type[exp.Expr], Callable[..., exp.Expr]] = {
    exp.Anonymous: _rewrite_call,
    exp.Div: _rewrite_division,
    exp.Add: _rewrite_shift,
    exp.Sub: _rewrite_shift,
    exp.DPipe: lambda node: build_call("t_concat", node.left, node.right),
    exp.Bracket: _rewrite_subscript,
    exp.Cast: _rewrite_cast,
    exp.TryCast: _rewrite_cast,
    exp.AtTimeZone: _rewrite_at_time_zone,
    exp.Extract: _rewrite_extract,
    exp.Trim: _rewrite_trim,
    exp.StrPosition: lambda node: build_call("strpos", node.this, node.args["substr"]),
    exp.Substring: _rewrite_substring,
    exp.CurrentTimestamp: lambda _: build_call("now"),
    exp.Localtimestamp: _rewrite_local_timestamp,
}
