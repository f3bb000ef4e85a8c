"""Several UNNESTs in one FROM with the same alias, as in `a, unnest(x) t (u), unnest(y) t (v)`.

Presto and Trino look a column up by alias and name together and so allow it; sqlglot and DuckDB want each alias once.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlglot import exp

from laptop_cloud.services.athena.errors import error_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def separate_aliases(query: exp.Expr) -> None:
    """Give each UNNEST a separate alias and rename its columns; QueryError for a column that two of them have."""
    for select in list(query.find_all(exp.Select)):
        for alias in [alias for alias, count in Counter(_list_aliases(select)).items() if count > 1]:
            unnests = [source for source in _list_sources(select) if source.alias_or_name.lower() == alias]
            if all(isinstance(source, exp.Unnest) and _list_columns(source) for source in unnests):
                _separate_alias(select, alias, unnests)


def _separate_alias(select: exp.Select, alias: str, unnests: Sequence[exp.Expr]) -> None:
    owners: dict[str, list[exp.Identifier]] = {}
    references = _find_references(select, alias)
    for number, unnest in enumerate(unnests):
        own = exp.to_identifier(f"{alias}__{number}", quoted=True)
        unnest.args["alias"].set("this", own)
        for name in _list_columns(unnest):
            owners.setdefault(name, []).append(own)
    for reference in references:
        _redirect_reference(reference, owners)
    for item in [item for item in select.expressions if item.is_star and _read_first_part(item) == alias]:
        stars = [exp.Column(this=exp.Star(), table=unnest.args["alias"].this.copy()) for unnest in unnests]
        index = select.expressions.index(item)
        select.set("expressions", [*select.expressions[:index], *stars, *select.expressions[index + 1 :]])


def _redirect_reference(reference: exp.Column, owners: Mapping[str, Sequence[exp.Identifier]]) -> None:
    first, second, *_ = reference.parts
    found = owners.get(second.name.lower(), ())
    if len(found) > 1:
        raise error_at(reference, "AMBIGUOUS_NAME", f"Column '{first.name}.{second.name}' is ambiguous")
    for owner in found:
        first.replace(owner.copy())


def _find_references(select: exp.Select, alias: str) -> list[exp.Column]:
    """The columns `alias.name`, also in subqueries, but for those with an `alias` of their own."""

    def hides(node: exp.Expr) -> bool:
        return isinstance(node, exp.Select) and node is not select and alias in _list_aliases(node)

    columns = [node for node in select.walk(prune=hides) if isinstance(node, exp.Column)]
    return [
        column
        for column in columns
        if len(column.parts) > 1 and not column.is_star and _read_first_part(column) == alias
    ]


def _read_first_part(column: exp.Expr) -> str:
    return str(column.parts[0].name.lower()) if isinstance(column, exp.Column) else ""


def _list_aliases(select: exp.Select) -> list[str]:
    return [source.alias_or_name.lower() for source in _list_sources(select)]


def _list_sources(select: exp.Select) -> Iterator[exp.Expr]:
    if select.args.get("from_"):
        yield select.args["from_"].this
    for join in select.args.get("joins") or []:
        yield join.this


def _list_columns(unnest: exp.Expr) -> list[str]:
    names = [column.name.lower() for column in unnest.args["alias"].columns] if unnest.args.get("alias") else []
    ordinal = unnest.args.get("offset")
    return [*names, ordinal.name.lower()] if names and isinstance(ordinal, exp.Identifier) else names
