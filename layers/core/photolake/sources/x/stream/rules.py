"""The rules of X's filtered stream, kept as the queries of the settings say.

They belong to the app, not to a connection, and people may have put in some of their own: ours carry a mark in their
tag, and no other is touched (https://docs.x.com/x-api/posts/filtered-stream/integrate/build-a-rule).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photolake.errors import PermanentError

if TYPE_CHECKING:
    from photolake.sources.x.queries import Query
    from photolake.sources.x.stream.connection import StreamApi

PATH = "/2/tweets/search/stream/rules"
MARK = "photolake "


@dataclass(frozen=True)
class Rule:
    """A rule as X has it."""

    id: str
    value: str
    tag: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether photolake put it in."""
        return self.tag.startswith(MARK)


@dataclass(frozen=True)
class Changes:
    """What makes the rules fit: queries to add, ids of rules to delete."""

    add: Sequence[Query]
    delete: Sequence[str]


def changes(rules: Iterable[Rule], queries: Sequence[Query]) -> Changes:
    """What is missing, and what is ours and not wanted any more; X refuses a rule that it has, whoever put it in."""
    rules = list(rules)
    wanted = {query.text for query in queries}
    present = {rule.value for rule in rules}
    return Changes(
        [query for query in queries if query.text not in present],
        [rule.id for rule in rules if rule.is_ours and rule.value not in wanted],
    )


def synchronise(api: StreamApi, queries: Sequence[Query]) -> Mapping[str, str]:
    """Make X's rules fit the queries, and return the queries' texts by rule id.

    PermanentError: X refuses a rule, and the message says which setting to correct.
    """
    due = changes(_rules(api), queries)
    # In this order, so that no post falls between an old and a new wording.
    if due.add:
        rules = [{"value": query.text, "tag": MARK + query.hash} for query in due.add]
        _expect_all(api.ask("POST", PATH, {"add": rules}), due.add)
    if due.delete:
        api.ask("POST", PATH, {"delete": {"ids": list(due.delete)}})
    texts = {query.text for query in queries}
    return {rule.id: rule.value for rule in _rules(api) if rule.value in texts}


def _rules(api: StreamApi) -> list[Rule]:
    return [
        Rule(str(rule.get("id")), str(rule.get("value")), str(rule.get("tag") or ""))
        for rule in api.ask("GET", PATH).get("data") or []
    ]


def _expect_all(answer: Mapping[str, Any], added: Sequence[Query]) -> None:
    # X takes the valid rules of a request and answers 201 though others are refused; "already there" is no refusal.
    errors = [error for error in answer.get("errors") or [] if error.get("title") != "DuplicateRule"]
    if not errors:
        return
    settings = {query.text: query.setting for query in added}
    said = "; ".join(
        f"{settings.get(error.get('value'), 'the queries')}: {error.get('title')} "
        f"{' '.join(map(str, error.get('details') or [error.get('detail', '')]))}".strip()
        for error in errors
    )
    raise PermanentError("refused", f"X refuses a rule of the stream ({said}): correct the query")
