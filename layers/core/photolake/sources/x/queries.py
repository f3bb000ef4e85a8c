"""Parses the queries of the settings, and finds errors in them before X does."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from photolake.errors import SettingsError

MAX_QUERY_CHARS = 512
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,4})?")
# The space after the colon distinguishes a name from an operator such as has:images.
_NAMED_QUERY = re.compile(r"([A-Za-z][\w-]{0,39}):\s+(\S.*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True)
class Query:
    """A query: `text` is sent to X, `setting` is the name of the setting that it is from."""

    setting: str
    text: str

    @property
    def hash(self) -> str:
        """Identifies the text in the name of a checkpoint."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:16]


def parse_queries(search_query: str, search_queries: str, languages: Sequence[str]) -> list[Query]:
    """Parse the queries of the settings; SettingsError, naming the setting, if X would refuse one.

    `search_queries` has one `name: query` a line (or between semicolons); if it is empty, `search_query` is the only
    query. Each query is limited to `languages`, if there are any.
    """
    invalid = [language for language in languages if not _LANGUAGE.fullmatch(language)]
    if invalid:
        raise SettingsError(f"SEARCH_LANGUAGES: {', '.join(invalid)} is not a language code such as en or zh-TW")
    texts = _parse_named_queries(search_queries) or {"SEARCH_QUERY": search_query.strip()}
    if not all(texts.values()):
        raise SettingsError("SEARCH_QUERY is empty: say what to search for, such as '(#beach OR #surf) has:images'")
    language_filter = " OR ".join(f"lang:{language}" for language in languages)
    queries = [
        Query(name, f"({text}) ({language_filter})" if language_filter else text) for name, text in texts.items()
    ]
    _check_queries(queries)
    return queries


def _parse_named_queries(search_queries: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for entry in filter(None, map(str.strip, re.split(r"[;\n]", search_queries))):
        match = _NAMED_QUERY.fullmatch(entry)
        if match is None:
            raise SettingsError(f"SEARCH_QUERIES: {entry!r} is not of the form 'name: query'")
        setting = f"SEARCH_QUERIES, {match[1]}"
        if setting in found:
            raise SettingsError(f"{setting}: duplicate name")
        found[setting] = match[2]
    return found


def _check_queries(queries: Sequence[Query]) -> None:
    for query in queries:
        if len(query.text) > MAX_QUERY_CHARS:
            raise SettingsError(
                f"{query.setting} with SEARCH_LANGUAGES has {len(query.text)} characters, X allows {MAX_QUERY_CHARS}: "
                f"{query.text!r}"
            )
    [(text, count)] = Counter(query.text for query in queries).most_common(1)
    if count > 1:
        raise SettingsError(f"SEARCH_QUERIES: {text!r} appears {count} times and would be billed each time")
