"""Syntax that Athena refuses and DuckDB, or sqlglot's tolerant parser, would accept.

An error is better than a result that AWS would not give. Codes and positions are Athena's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp
from sqlglot.tokens import Token, TokenType  # type: ignore[attr-defined]

from laptop_cloud.services.athena.errors import NOT_AVAILABLE, QueryError, error_at
from laptop_cloud.services.athena.sql.functions import FUNCTIONS, NOT_LOCAL, infer_lambda_type
from laptop_cloud.services.athena.sql.type_families import find_type_family

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# https://docs.aws.amazon.com/athena/latest/ug/reserved-words.html#list-of-reserved-words-sql-select
_RESERVED_WORDS = """
    alter and as between by case cast constraint create cross cube current_catalog current_date current_path
    current_schema current_time current_timestamp current_user deallocate delete describe distinct drop else end escape
    except execute exists extract false first for from full group grouping having in inner insert intersect into is join
    json_array json_exists json_object json_query json_table json_value last left like listagg localtime localtimestamp
    natural normalize not null of on or order outer prepare recursive right rollup select skip table then trim true
    uescape union unnest using values when where with
"""
RESERVED = frozenset(_RESERVED_WORDS.split())
_NODE_NAMES = """
    Select Union Intersect Except Subquery With CTE From Join Where Group Having Order Ordered Limit Offset Fetch
    LimitOptions Distinct Table TableAlias Alias Column Identifier Dot Star Literal Boolean Null Paren Tuple Values
    Unnest Array Bracket Anonymous Lambda Cast TryCast DataType DataTypeParam ColumnDef Interval Var Case If
    And Or Not EQ NEQ GT GTE LT LTE NullSafeEQ NullSafeNEQ Is In Between Like Escape Exists All Any
    Add Sub Mul Div Mod Neg DPipe Window WindowSpec Filter WithinGroup IgnoreNulls RespectNulls
    GroupingSets Rollup Cube CurrentDate CurrentTimestamp Localtimestamp AtTimeZone Extract Trim StrPosition Substring
    PropertyEQ
"""
_NODES = frozenset(_NODE_NAMES.split())
_AFTER_NO_COMMA = {"from", "where", "group", "order", "having", "limit", "union", "except", "intersect", ")", ""}


class TokenContext(NamedTuple):
    """A token with its neighbours; `limit_seen` says whether its SELECT has had a LIMIT already."""

    before: Token
    token: Token
    after: Token
    limit_seen: bool


class TokenRule(NamedTuple):
    """What the tolerant parser would accept: a name for the reader, how it is recognised, and the token to blame."""

    name: str
    matches: Callable[[TokenContext], bool]
    blame: Callable[[TokenContext], Token] = lambda context: context.token


def _has_type(*types: TokenType) -> Callable[[TokenContext], bool]:
    return lambda context: context.token.token_type in types


def _has_trailing_comma(context: TokenContext) -> bool:
    is_quoted = context.after.token_type in (TokenType.IDENTIFIER, TokenType.STRING)
    is_comma = context.token.token_type == TokenType.COMMA
    return is_comma and not is_quoted and context.after.text.lower() in _AFTER_NO_COMMA


def _has_bracket_literal(context: TokenContext) -> bool:
    return context.token.token_type == TokenType.L_BRACKET and not _can_take_subscript(context.before)


def _has_string_type(context: TokenContext) -> bool:
    is_cast = context.before.token_type == TokenType.ALIAS and context.after.text == ")"
    return is_cast and context.token.text.lower() == "string"


TOKEN_RULES = (
    TokenRule("a comma at the end of a list", _has_trailing_comma, blame=lambda context: context.after),
    TokenRule("a cast written as ::", _has_type(TokenType.DCOLON)),
    TokenRule("a literal in braces", _has_type(TokenType.L_BRACE)),
    TokenRule("an array in brackets without ARRAY", _has_bracket_literal),
    TokenRule(
        "OFFSET after LIMIT", lambda context: context.limit_seen and context.token.token_type == TokenType.OFFSET
    ),
    TokenRule(
        "FROM without SELECT",
        lambda context: context.token.token_type == TokenType.FROM and context.before.text in ("", "("),
    ),
    TokenRule("==", lambda context: context.token.token_type == TokenType.EQ and context.token.text == "=="),
    TokenRule(
        "INTERVAL with a number",
        lambda context: context.token.token_type == TokenType.INTERVAL and context.after.token_type == TokenType.NUMBER,
    ),
    TokenRule("Hive's type string", _has_string_type),
)


def check_tokens(tokens: Sequence[Token]) -> None:
    """Raise QueryError for the first token that one of TOKEN_RULES refuses."""
    for context in _read_contexts(tokens):
        for rule in TOKEN_RULES:
            if rule.matches(context):
                wrong = rule.blame(context)
                place = f"line {context.token.line}:{context.token.col - (context.token.end - context.token.start)}"
                raise QueryError("SYNTAX_ERROR", f"{place}: mismatched input '{wrong.text or '<EOF>'}'")


def _read_contexts(tokens: Sequence[Token]) -> Iterator[TokenContext]:
    edge = Token(TokenType.SPACE, "")
    limits: set[int] = set()
    depth = 0
    for before, token, after in zip([edge, *tokens], tokens, [*tokens[1:], edge], strict=False):
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        if token.token_type == TokenType.LIMIT:
            limits.add(depth)
        if token.token_type in (TokenType.SELECT, TokenType.R_PAREN):
            limits.discard(depth + (token.token_type == TokenType.R_PAREN))
        yield TokenContext(before, token, after, depth in limits)


def _can_take_subscript(before: Token) -> bool:
    return before.token_type not in (TokenType.COMMA, TokenType.L_PAREN, TokenType.SELECT, TokenType.EQ) and (
        before.token_type in (TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.IDENTIFIER, TokenType.ARRAY)
        or before.text.lower() not in RESERVED
    )


def check_nodes(query: exp.Expr) -> None:
    """Refuse syntax, functions and bare reserved words that Athena does not have, before names are resolved."""
    for node in query.walk():
        if type(node).__name__ not in _NODES:
            raise error_at(node, "SYNTAX_ERROR", f"{type(node).__name__.upper()} is not supported in Athena's SELECT")
        if isinstance(node, exp.Anonymous):
            _check_function(node)
        elif isinstance(node, exp.Identifier) and not node.quoted and node.name.lower() in RESERVED:
            raise error_at(
                node, "SYNTAX_ERROR", f"mismatched input '{node.name}': a reserved word must be in double quotes"
            )
        else:
            _check_clause(node)


def _check_function(call: exp.Anonymous) -> None:
    name = str(call.this if isinstance(call.this, str) else call.name).lower()
    if name in NOT_LOCAL:
        raise error_at(call, "NOT_SUPPORTED", f"Function '{name}' {NOT_AVAILABLE}")
    if name not in FUNCTIONS:
        raise error_at(call, "FUNCTION_NOT_FOUND", f"Function '{name}' not registered")


class ClauseRule(NamedTuple):
    """A clause of other dialects: its name for the reader, the node it hangs on, and how it is recognised."""

    name: str
    node: type[exp.Expr]
    matches: Callable[[exp.Expr], bool]


def _has_ties(node: exp.Expr) -> bool:
    options = node.args.get("limit_options")
    return options is not None and bool(options.args.get("with_ties"))


CLAUSE_RULES = (
    ClauseRule("* except or replace", exp.Star, lambda node: any(node.args.values())),
    ClauseRule("DISTINCT ON", exp.Distinct, lambda node: bool(node.args.get("on"))),
    ClauseRule(
        "GROUP BY ALL, WITH TOTALS", exp.Group, lambda node: bool(node.args.get("all") or node.args.get("totals"))
    ),
    ClauseRule("FETCH WITH TIES", exp.Fetch, _has_ties),
    ClauseRule(
        "joins other than inner, outer and cross",
        exp.Join,
        lambda node: bool(node.args.get("method")) or node.text("kind").upper() not in ("", "INNER", "OUTER", "CROSS"),
    ),
    ClauseRule("a table function", exp.Table, lambda node: not isinstance(node.this, exp.Identifier)),
)


def _check_clause(node: exp.Expr) -> None:
    if any(isinstance(node, rule.node) and rule.matches(node) for rule in CLAUSE_RULES):
        raise error_at(node, "SYNTAX_ERROR", f"'{node.sql('trino')}' is not supported in Athena's SELECT")


def check_distinct(query: exp.Expr) -> None:
    """Refuse ORDER BY what a SELECT DISTINCT does not select, once names are resolved."""
    for select in query.find_all(exp.Select):
        order = select.args.get("order")
        if order is None or not select.args.get("distinct"):
            continue
        outputs = {item.alias for item in select.selects}
        values = {item.unalias() for item in select.selects}
        for ordered in order.expressions:
            wanted = ordered.this
            if wanted not in values and not (isinstance(wanted, exp.Column) and wanted.name in outputs):
                message = "For SELECT DISTINCT, ORDER BY expressions must appear in select list"
                raise error_at(ordered, "EXPRESSION_NOT_IN_DISTINCT", message)


def check_unnests(query: exp.Expr, in_view: bool) -> None:
    """Refuse the forms of UNNEST that mean different things in Athena, Trino and DuckDB."""
    for unnest in query.find_all(exp.Unnest):
        alias = unnest.args.get("alias")
        names = len(alias.columns) if isinstance(alias, exp.TableAlias) else 0
        if len(unnest.expressions) != 1:
            raise error_at(unnest, "NOT_SUPPORTED", f"UNNEST of several arrays {NOT_AVAILABLE}")
        array = unnest.expressions[0]
        if find_type_family(array) == "map":
            raise error_at(unnest, "NOT_SUPPORTED", f"UNNEST of a map {NOT_AVAILABLE}: unnest map_keys(m)")
        if names > 1:
            raise error_at(unnest, "NOT_SUPPORTED", f"UNNEST of an array of rows as several columns {NOT_AVAILABLE}")
        if not names and unnest.parent_select is not None and unnest.parent_select.is_star:
            raise error_at(unnest, "NOT_SUPPORTED", f"* over an UNNEST whose column has no name {NOT_AVAILABLE}")
        if in_view and _has_rows(array):
            raise error_at(unnest, "NOT_SUPPORTED", "a view cannot be created over UNNEST of an array of rows")


def _has_rows(array: exp.Expr) -> bool:
    if isinstance(array, exp.Anonymous) and array.name.lower() == "transform":
        return infer_lambda_type(array.expressions).is_type("struct", "map")
    inner = array.type.expressions if array.type and array.type.is_type("array") else []
    return bool(inner) and inner[0].is_type("struct", "map")
