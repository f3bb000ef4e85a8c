"""Reads the arguments of function calls, and builds calls."""

from __future__ import annotations

from sqlglot import exp

from laptop_cloud.services.athena.errors import NOT_AVAILABLE, QueryError, error_at
from laptop_cloud.services.athena.sql.type_families import find_type_family


def build_call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """A call of a DuckDB function or macro."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def read_arguments(node: exp.Anonymous, *counts: int) -> list[exp.Expr]:
    """The arguments of a call; QueryError if their number is not in `counts`."""
    if len(node.expressions) not in counts:
        name = node.name.lower()
        raise error_at(node, "NOT_SUPPORTED", f"{name} with {len(node.expressions)} arguments {NOT_AVAILABLE}")
    return list(node.expressions)


def read_literal(node: exp.Anonymous, value: exp.Expr) -> str:
    """The text of an argument that must be a literal; QueryError if it is computed."""
    if not value.is_string:
        raise error_at(node, "NOT_SUPPORTED", f"{node.name.lower()} with a computed format or unit {NOT_AVAILABLE}")
    return str(value.name)


def argument_type_error(node: exp.Anonymous, value: exp.Expr) -> QueryError:
    """The error for a known function whose argument has a type that is not available here."""
    return error_at(
        node, "NOT_SUPPORTED", f"{node.name.lower()} of {find_type_family(value) or 'an unknown type'} {NOT_AVAILABLE}"
    )
