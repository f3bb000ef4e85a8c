"""The rules of X's filtered stream, synchronised with the queries of the settings.

Rules belong to the app, not to a connection, and people may have added some of their own. Ours have a tag that starts
with MARK; the others are left alone (https://docs.x.com/x-api/posts/filtered-stream/integrate/build-a-rule).
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
    """A rule as X stores it."""

    id: str
    value: str
    tag: str = ""

    @property
    def is_ours(self) -> bool:
        """Whether photolake added it."""
        return self.tag.startswith(MARK)


@dataclass(frozen=True)
class RuleChanges:
    """The queries to add and the ids of the rules to delete."""

    add: Sequence[Query]
    delete: Sequence[str]


def plan_changes(rules: Iterable[Rule], queries: Sequence[Query]) -> RuleChanges:
    """Find the missing rules and our obsolete ones. X refuses a rule that it already has, whoever added it."""
    rules = list(rules)
    wanted = {query.text for query in queries}
    present = {rule.value for rule in rules}
    return RuleChanges(
        [query for query in queries if query.text not in present],
        [rule.id for rule in rules if rule.is_ours and rule.value not in wanted],
    )


def synchronise_rules(api: StreamApi, queries: Sequence[Query]) -> Mapping[str, str]:
    """Make X's rules match the queries, and return the text of the query by rule id.

    PermanentError: X refuses a rule, and the message says which setting to correct.
    """
    changes = plan_changes(_read_rules(api), queries)
    # Add before deleting, so that no post is missed between an old and a new wording.
    if changes.add:
        rules = [{"value": query.text, "tag": MARK + query.hash} for query in changes.add]
        _check_added(api.request_json("POST", PATH, {"add": rules}), changes.add)
    if changes.delete:
        api.request_json("POST", PATH, {"delete": {"ids": list(changes.delete)}})
    texts = {query.text for query in queries}
    return {rule.id: rule.value for rule in _read_rules(api) if rule.value in texts}


def _read_rules(api: StreamApi) -> list[Rule]:
    return [
        Rule(str(rule.get("id")), str(rule.get("value")), str(rule.get("tag") or ""))
        for rule in api.request_json("GET", PATH).get("data") or []
    ]


def _check_added(response: Mapping[str, Any], added: Sequence[Query]) -> None:
    # X adds the valid rules of a request and returns 201 although it refuses others. A duplicate is not an error here.
    errors = [error for error in response.get("errors") or [] if error.get("title") != "DuplicateRule"]
    if not errors:
        return
    settings = {query.text: query.setting for query in added}
    details = "; ".join(
        f"{settings.get(error.get('value'), 'the queries')}: {error.get('title')} "
        f"{' '.join(map(str, error.get('details') or [error.get('detail', '')]))}".strip()
        for error in errors
    )
    raise PermanentError("refused", f"X refuses a rule of the stream ({details}): correct the query")
