"""One query, from Trino text to DuckDB text: parse, lint, resolve names, infer types, lint again, rewrite."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot.errors import OptimizeError, ParseError, SqlglotError, UnsupportedError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

from laptop_cloud.services.athena.catalog.presto_view import CATALOG
from laptop_cloud.services.athena.errors import NOT_AVAILABLE, QueryError, error_at, find_position
from laptop_cloud.services.athena.sql import shared_aliases, syntax_rules, type_rules
from laptop_cloud.services.athena.sql.dialect import AthenaSql
from laptop_cloud.services.athena.sql.functions import infer_returned_type
from laptop_cloud.services.athena.sql.rewriter import rewrite_to_duckdb

if TYPE_CHECKING:
    from collections.abc import Mapping

TableName = tuple[str, str]

_AUTHORIZED = "cannot be resolved or requester is not authorized to access requested resources"
_HIDDEN = "__having"
# Any other expression without an alias has no name, also a cast of a column.
_NAMED = (exp.Alias, exp.Column, exp.Dot)


def _annotate_call(_: object, call: exp.Anonymous) -> None:
    call.type = infer_returned_type(call)


_METADATA = {**AthenaSql.EXPRESSION_METADATA, exp.Anonymous: {"annotator": _annotate_call}}


def parse_query(sql: str) -> exp.Query:
    """The syntax tree of one SELECT (or VALUES, TABLE, set operation); QueryError SYNTAX_ERROR for anything else."""
    dialect = AthenaSql()
    try:
        tokens = dialect.tokenize(sql)
        syntax_rules.check_tokens(tokens)
        statements = dialect.parser().parse(tokens, sql)
    except ParseError as error:
        raise _syntax_error(error) from error
    except SqlglotError as error:
        raise QueryError("SYNTAX_ERROR", str(error).split("\n")[0]) from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise QueryError("SYNTAX_ERROR", f"line 1:1: mismatched input: anything but one SELECT {NOT_AVAILABLE}")
    if any(not select.expressions for select in statements[0].find_all(exp.Select)):
        raise QueryError("SYNTAX_ERROR", "mismatched input: a SELECT without columns")
    syntax_rules.check_nodes(statements[0])
    return statements[0]


def _syntax_error(error: ParseError) -> QueryError:
    detail = error.errors[0] if error.errors else {}
    text = str(detail.get("highlight") or "<EOF>")
    column = int(detail.get("col") or 1) - len(text) + 1
    line, description = detail.get("line", 1), detail.get("description", "")
    return QueryError("SYNTAX_ERROR", f"line {line}:{column}: mismatched input '{text}'. {description}")


def resolve_tables(query: exp.Expr, database: str) -> dict[TableName, str]:
    """What a query reads (bare names in `database`) and where it names it; the query then has the full names."""
    found: dict[TableName, str] = {}
    for table in query.find_all(exp.Table):
        if not table.db and _names_cte(table):
            continue
        if table.catalog and table.catalog.lower() != CATALOG:
            raise error_at(table, "CATALOG_NOT_FOUND", f"Catalog '{table.catalog}' not found")
        name = (table.db.lower() or database, table.name.lower())
        found.setdefault(name, find_position(table))
        alias = table.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name, quoted=True))
        joins = table.args.get("joins")
        table.replace(exp.Table(this=table.this, db=exp.to_identifier(name[0], quoted=True), alias=alias, joins=joins))
    return found


def _names_cte(table: exp.Table) -> bool:
    scope: exp.Expr | None = table
    inside: exp.Expr | None = None
    while scope is not None:
        if isinstance(scope, exp.CTE):
            inside = scope
        with_ = scope.args.get("with_")
        if with_ is not None:
            for cte in with_.expressions:
                if cte is inside and not with_.args.get("recursive"):
                    break
                if cte.alias.lower() == table.name.lower():
                    return True
        scope = scope.parent
    return False


@dataclass(frozen=True)
class CompiledQuery:
    """DuckDB's text of a query, and the names of its columns, `_col0` for one without a name."""

    sql: str
    columns: tuple[str, ...]


def compile_query(
    query: exp.Query, columns: Mapping[TableName, Mapping[str, exp.DataType]], for_view: bool = False
) -> CompiledQuery:
    """Compile a parsed query whose tables are resolved (`resolve_tables`) and have these columns.

    A view must name each of its columns once, and holds no UNNEST of rows.
    """
    if for_view:
        _check_named(query)
    shared_aliases.separate_aliases(query)
    names = _name_outputs(query)
    schema = MappingSchema(dialect=AthenaSql, normalize=False)
    for (database, table), types in columns.items():
        schema.add_table(exp.table_(table, db=database), dict(types), match_depth=False)
    try:
        _hide_having(query)
        resolved = qualify(
            query, dialect=AthenaSql, schema=schema, expand_alias_refs=False, validate_qualify_columns=True
        )
        _restore_having(resolved)
        annotate_types(resolved, schema=schema, expression_metadata=_METADATA, dialect=AthenaSql)
        type_rules.check_types(resolved)
        syntax_rules.check_distinct(resolved)
        syntax_rules.check_unnests(resolved, for_view)
        outputs = tuple(names.get(name, name) for name in resolved.named_selects)
        return CompiledQuery(rewrite_to_duckdb(resolved), outputs)
    except UnsupportedError as error:
        raise QueryError("NOT_SUPPORTED", f"{error} {NOT_AVAILABLE}") from error
    except OptimizeError as error:
        raise _resolution_error(query, error) from error
    except SqlglotError as error:
        raise QueryError("SYNTAX_ERROR", str(error).split("\n")[0]) from error


def _check_named(query: exp.Query) -> None:
    seen = set()
    for index, item in enumerate(query.selects, 1):
        if item.is_star:
            continue
        name = item.output_name.lower()
        if not isinstance(item, _NAMED):
            raise error_at(item, "MISSING_COLUMN_NAME", f"Column name not specified at position {index}")
        if name in seen:
            raise error_at(item, "DUPLICATE_COLUMN_NAME", f"Column name '{name}' specified more than once")
        if not re.fullmatch(r"\w+", name):
            raise error_at(item, "SYNTAX_ERROR", f"A view's column name '{name}' may hold only letters, digits and _")
        seen.add(name)


def _name_outputs(query: exp.Query) -> dict[str, str]:
    """Alias the nameless columns of a query, and say what Athena calls each of them."""
    names = {}
    for select in query.find_all(exp.Select):
        for index, item in enumerate(select.expressions):
            if item.is_star or isinstance(item, _NAMED):
                continue
            hidden = f"__col{index}"
            names[hidden] = f"_col{index}"
            item.replace(exp.alias_(item.copy(), hidden, quoted=True))
    return names


def _hide_having(query: exp.Expr) -> None:
    """Make HAVING a projection while names are resolved: sqlglot leaves the names in HAVING as they are."""
    for select in query.find_all(exp.Select):
        having = select.args.get("having")
        if having is not None:
            select.append("expressions", exp.alias_(having.this.pop(), _HIDDEN, quoted=True))
            select.set("having", None)


def _restore_having(query: exp.Expr) -> None:
    for select in query.find_all(exp.Select):
        last = select.expressions[-1] if select.expressions else None
        if isinstance(last, exp.Alias) and last.alias == _HIDDEN:
            last.pop()
            select.set("having", exp.Having(this=last.this))


def _resolution_error(query: exp.Query, error: OptimizeError) -> QueryError:
    text = str(error).split("\n")[0]
    match = re.match(r"(Ambiguous column|Column|Unknown column:?|Unknown table:?) '?([^']+?)'?(?:$| |\.)", text)
    if match is None:
        return QueryError("SYNTAX_ERROR", text)
    what, name = match.groups()
    columns = [column for column in query.find_all(exp.Column) if column.name.lower() == name.lower()]
    found = re.search(r"Line: (\d+), Col: (\d+)", text)
    if found:
        columns = [
            column
            for column in columns
            if (column.this.meta.get("line"), column.this.meta.get("col")) == (int(found[1]), int(found[2]))
        ]
    place = find_position(columns[0]) if columns else ""
    if what.startswith("Ambiguous"):
        return QueryError("AMBIGUOUS_NAME", f"{place}Column '{name}' is ambiguous")
    shown = ".".join(part.name for part in columns[0].parts) if columns else name
    return QueryError("COLUMN_NOT_FOUND", f"{place}Column '{shown}' {_AUTHORIZED}")
