"""The UNLOAD statement: a query, where its rows go, and in which form.

https://docs.aws.amazon.com/athena/latest/ug/unload.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType  # type: ignore[attr-defined]

from laptop_cloud.services.athena.errors import NOT_AVAILABLE, QueryError
from laptop_cloud.services.athena.sql.dialect import AthenaSql

_FORMATS = ("ORC", "PARQUET", "AVRO", "JSON", "TEXTFILE")
_PROPERTIES = ("format", "compression", "compression_level", "field_delimiter", "partitioned_by")
# By Athena's name, pyarrow's; BZIP2, DEFLATE and LZO are not for writing Parquet.
# https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html
_COMPRESSIONS: Mapping[str, str] = {
    "GZIP": "gzip",
    "SNAPPY": "snappy",
    "ZSTD": "zstd",
    "NONE": "none",
    "UNCOMPRESSED": "none",
}
_LEVELS = range(1, 23)
_STATEMENT = re.compile(r"unload\s*\(", re.IGNORECASE)


@dataclass(frozen=True)
class Unload:
    """Rows of a query to Parquet objects below a location that ends with `/`; `compression` in pyarrow's words.

    `query` is padded with blanks to its place in the statement, so that positions in errors are right.
    """

    query: str
    location: str
    compression: str = "gzip"
    level: int | None = None
    kind: str = "DML"


def parse_unload(text: str, start: int) -> Unload | None:
    """The UNLOAD that begins at `start`, None if something else does; QueryError if it is wrong or not available."""
    found = _STATEMENT.match(text, start)
    if found is None:
        return None
    try:
        tokens = AthenaSql().tokenize(text[found.end() - 1 :])
    except SqlglotError as error:
        raise QueryError("SYNTAX_ERROR", str(error).split("\n")[0]) from error
    end = _find_closing_parenthesis(tokens)
    first, last = found.end(), found.end() - 1 + tokens[end].start
    query = re.sub(r"[^\n]", " ", text[:first]) + text[first:last]
    if not re.match(r"\s*(\(|(select|with|values|table)\b)", text[first:last], re.IGNORECASE):
        raise QueryError("SYNTAX_ERROR", "mismatched input: UNLOAD takes a SELECT")
    location, properties = _read_target(tokens[end + 1 :])
    return Unload(query, location, *_read_compression(properties))


def _find_closing_parenthesis(tokens: Sequence[Token]) -> int:
    depth = 0
    for index, token in enumerate(tokens):
        depth += (token.token_type == TokenType.L_PAREN) - (token.token_type == TokenType.R_PAREN)
        if depth == 0:
            return index
    raise QueryError("SYNTAX_ERROR", "mismatched input '<EOF>'. Expecting: ')'")


def _read_target(tokens: Sequence[Token]) -> tuple[str, dict[str, str]]:
    """The location and the properties of `TO '<location>' WITH (<name> = <value>, ...)`."""
    texts = [token.text.upper() for token in tokens]
    if texts[:1] != ["TO"] or len(tokens) < 2 or tokens[1].token_type != TokenType.STRING:
        raise QueryError("SYNTAX_ERROR", "mismatched input: Expecting: TO '<location>' after the query of UNLOAD")
    if texts[2:4] != ["WITH", "("] or texts[-1] != ")":
        raise QueryError("SYNTAX_ERROR", "mismatched input: Expecting: WITH (format = '...') after the location")
    location = tokens[1].text
    if not re.fullmatch(r"s3://[^/]+/.*", location):
        raise QueryError("INVALID_TABLE_PROPERTY", f"UNLOAD location '{location}' is not an S3 location")
    return (location if location.endswith("/") else f"{location}/"), _read_properties(tokens[4:-1])


def _read_properties(tokens: Sequence[Token]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in _split_at_commas(tokens):
        name = part[0].text.lower() if part else ""
        if name not in _PROPERTIES:
            raise QueryError("INVALID_TABLE_PROPERTY", f"UNLOAD property '{name}' does not exist")
        if name in found or len(part) < 3 or part[1].token_type != TokenType.EQ:
            raise QueryError("SYNTAX_ERROR", f"mismatched input: Expecting: {name} = <value>, once")
        if name == "partitioned_by":
            raise QueryError("NOT_SUPPORTED", f"UNLOAD with partitioned_by {NOT_AVAILABLE}")
        if len(part) > 3 or part[2].token_type not in (TokenType.STRING, TokenType.NUMBER):
            raise QueryError("SYNTAX_ERROR", f"mismatched input: the value of {name} must be a literal")
        found[name] = part[2].text
    return found


def _split_at_commas(tokens: Sequence[Token]) -> list[list[Token]]:
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in tokens:
        depth += (token.token_type in _OPENING) - (token.token_type in _CLOSING)
        if token.token_type == TokenType.COMMA and not depth:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


_OPENING = (TokenType.L_PAREN, TokenType.L_BRACKET)
_CLOSING = (TokenType.R_PAREN, TokenType.R_BRACKET)


def _read_compression(properties: Mapping[str, str]) -> tuple[str, int | None]:
    chosen = properties.get("format", "").upper()
    if chosen not in _FORMATS:
        raise QueryError("INVALID_TABLE_PROPERTY", f"UNLOAD needs a format: one of {', '.join(_FORMATS)}")
    if chosen != "PARQUET":
        raise QueryError("NOT_SUPPORTED", f"UNLOAD to {chosen} {NOT_AVAILABLE}")
    if "field_delimiter" in properties:
        raise QueryError("INVALID_TABLE_PROPERTY", "field_delimiter is for text formats")
    compression = properties.get("compression", "GZIP").upper()
    if compression not in _COMPRESSIONS:
        raise QueryError("INVALID_TABLE_PROPERTY", f"Parquet with compression {compression} {NOT_AVAILABLE}")
    level = properties.get("compression_level")
    if level is None:
        return _COMPRESSIONS[compression], None
    if compression != "ZSTD" or not level.isdecimal() or int(level) not in _LEVELS:
        raise QueryError("INVALID_TABLE_PROPERTY", "compression_level is from 1 to 22, and for ZSTD alone")
    return _COMPRESSIONS[compression], int(level)
