"""Trino's grammar without function definitions: `functions` has the meaning of every function."""

from __future__ import annotations

from typing import ClassVar

from sqlglot.dialects.trino import Trino
from sqlglot.parsers.trino import TrinoParser

# Functions with a syntax of their own; every other call stays a name and its arguments.
_KEYWORD_SYNTAX = ("CAST", "TRY_CAST", "EXTRACT", "TRIM", "POSITION", "SUBSTRING")


class AthenaSql(Trino):
    """The SQL of Athena engine v3 as read here. sqlglot's own translation of functions drops meaning in silence
    (`reduce`'s last lambda, NULL from `regexp_extract`), so that no function is translated by it.
    """

    # Keep subscripts as they are written; DuckDB counts from 1 too.
    INDEX_OFFSET = 0

    class Parser(TrinoParser):
        FUNCTIONS: ClassVar = {}
        FUNCTION_PARSERS: ClassVar = {
            name: parse for name, parse in TrinoParser.FUNCTION_PARSERS.items() if name in _KEYWORD_SYNTAX
        }
