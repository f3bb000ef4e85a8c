"""What is known about an image, and the postings that follow from it.

A fact is an item with terms: the analysis of an image, or a photo that became it. It is written before its postings
and names the terms that no longer hold (`stale`) until their postings are settled, so that a worker may stop anywhere
and the next delivery of the same message completes its work. The newest version of a fact wins, whatever the order of
delivery, and a posting remains as long as any fact of the image has the term.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from botocore.exceptions import ClientError

from photolake.aws.dynamodb import delete_items, is_condition_failure, read_present_item, write_items
from photolake.errors import RetryableError
from photolake.search.items import ANALYSIS, PHOTO, Item, Place, pack, posting_key, to_number, unpack
from photolake.search.terms import ENTITY, Terms

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table

_MAX_ROUNDS = 10

Stale = Set[str]
"""Terms that no longer hold since a fact was entered, until their postings are settled."""


@dataclass(frozen=True)
class Fact:
    """One fact; of two versions of the same part, the greater counts. `content` is what else its item holds."""

    place: Place
    part: str
    version: str
    terms: Terms
    content: Mapping[str, Any]


class FactStore:
    """Writes facts and keeps the postings in step with them."""

    def __init__(self, table: Table, retention_days: int, sleep: Callable[[float], None] = time.sleep) -> None:
        """`table` is the search index, whose items expire after `retention_days`; `sleep` takes seconds."""
        self._table = table
        self._retention_days = retention_days
        self._sleep = sleep

    def put(self, fact: Fact) -> bool:
        """Write the fact and its postings; False if a newer version is known. RetryableError: others write it too."""
        stale = self.enter(fact)
        if stale is not None:
            self.index(fact, stale, present={})
        return stale is not None

    def enter(self, fact: Fact) -> Stale | None:
        """Write the fact without its postings; None if a newer version is known. RetryableError as `put`."""
        old: Item | None = None
        for _ in range(_MAX_ROUNDS):
            stale = _list_stale(old, fact.terms)
            try:
                self._replace(fact, old, stale)
            except ClientError as error:
                if not is_condition_failure(error):
                    raise
                old = _read_other(error)
                if old and old["version"] > fact.version:
                    return None
            else:
                return stale
        raise RetryableError(f"other workers write {fact.part} of {fact.place.image_id}")

    def index(self, fact: Fact, stale: Stale, present: Terms, is_first: bool = False) -> None:
        """Bring the postings into line with a fact that has been entered, and makes those terms stale.

        `present` are postings of the image that were read after that. They need no write: whoever takes one away reads
        the facts again, and finds this one. `is_first`: probably no other photo shows the image; that costs fewer
        requests, or more if it is not so.
        """
        missing = {
            term: confidence for term, confidence in fact.terms.items() if not _is_held(term, confidence, present)
        }
        raised = () if is_first else [term for term in missing if _is_shared(term)]
        plain = {term: missing[term] for term in missing.keys() - set(raised)}
        write_items(self._table, self._build_postings(fact.place, plain), self._sleep)
        for term in raised:
            self._raise_confidence(fact.place, term, missing[term])
        if missing or stale:
            self._settle(fact, stale, is_first)

    def delete(self, place: Place, part: str) -> None:
        """Delete a fact, and the postings that hold for no other fact of the image."""
        if self._read(Fact(place, part, "", {}, {})) is None:
            return
        self.put(Fact(place, part, "~", {}, {}))  # later than any version
        self._table.delete_item(Key=dict(place.key(part)))

    def has_photo(self, place: Place) -> bool:
        """Whether a photo is known that shows the image."""
        return any(True for _ in self._iterate_facts(place, PHOTO))

    def _read(self, fact: Fact) -> Item | None:
        return self._table.get_item(Key=dict(fact.place.key(fact.part)), ConsistentRead=True).get("Item")

    def _replace(self, fact: Fact, old: Item | None, stale: Iterable[str]) -> None:
        """Write the fact in the place of `old`; the error of another one has that, so that nobody reads it before."""
        item = {**fact.place.key(fact.part), **fact.content, "version": fact.version, "terms": pack(fact.terms)}
        item["expiration"] = fact.place.compute_expiration(self._retention_days)
        if stale:
            item["stale"] = pack(sorted(stale))
        self._table.put_item(
            Item=item, ConditionExpression=_is_unchanged(old), ReturnValuesOnConditionCheckFailure="ALL_OLD"
        )

    def _raise_confidence(self, place: Place, term: str, confidence: float) -> None:
        """Posts differ in how certain their entities are: the greatest confidence counts, whatever the order."""
        try:
            self._table.put_item(
                Item=self._build_postings(place, {term: confidence})[0],
                ConditionExpression=Attr("confidence").not_exists() | Attr("confidence").lt(to_number(confidence)),
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise

    def _build_postings(self, place: Place, terms: Terms) -> list[Item]:
        expiration = place.compute_expiration(self._retention_days)
        return [
            {**posting_key(term, place), "confidence": to_number(confidence), "expiration": expiration}
            for term, confidence in terms.items()
        ]

    def _settle(self, fact: Fact, stale: Stale, is_first: bool) -> None:
        """Bring the postings of stale terms into line with the facts, and of all if the fact is no longer the newest.

        The facts are read again after every change: who adds a fact writes it before its postings, so either it is seen
        here or its postings are written after the change.
        """
        current = self._read_alone(fact) if is_first else None
        current = current or self._read(fact)
        is_superseded = current is None or current["version"] != fact.version
        unsettled = {*stale, *(fact.terms if is_superseded else ())}
        if not unsettled:
            return
        applied: Terms | None = None
        for _ in range(_MAX_ROUNDS):
            held = self._held_terms(fact, unsettled)
            if held == applied:
                break
            write_items(self._table, self._build_postings(fact.place, held), self._sleep)
            absent = sorted(unsettled - held.keys())
            delete_items(self._table, (posting_key(term, fact.place) for term in absent), self._sleep)
            applied = held
        else:
            raise RetryableError(f"other workers write the postings of {fact.place.image_id}")
        if not is_superseded:
            self._mark_settled(fact)

    def _read_alone(self, fact: Fact) -> Item | None:
        """The fact as it is now, if no other photo shows the image.

        Else the confidences that were written may be lower than another photo's. Who enters one from now on finds them
        written, and writes only greater ones.
        """
        page = self._query_facts(fact.place, PHOTO, Limit=2)
        items: list[Item] = page["Items"]
        if "LastEvaluatedKey" not in page and [item["sk"] for item in items] == [fact.part]:
            return items[0]
        held = self._held_terms(fact, {term for term in fact.terms if _is_shared(term)})
        for term, confidence in held.items():
            self._raise_confidence(fact.place, term, confidence)
        return None

    def _mark_settled(self, fact: Fact) -> None:
        try:
            self._table.update_item(
                Key=dict(fact.place.key(fact.part)),
                UpdateExpression="REMOVE stale",
                ConditionExpression=Attr("version").eq(fact.version) & Attr("terms").eq(pack(fact.terms)),
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise

    def _held_terms(self, fact: Fact, wanted: set[str]) -> dict[str, float]:
        held: dict[str, float] = {}
        family = ANALYSIS if fact.part == ANALYSIS else PHOTO
        for item in self._iterate_facts(fact.place, family):
            for term, confidence in unpack(item["terms"]).items():
                if term in wanted:
                    held[term] = max(held.get(term, 0.0), confidence)
        return held

    def _iterate_facts(self, place: Place, family: str) -> Iterator[Item]:
        """Yield the image's facts that are not about to be deleted."""
        start: dict[str, Any] = {}
        while True:
            page = self._query_facts(place, family, **start)
            yield from (item for item in page["Items"] if item["version"] != "~")
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _query_facts(self, place: Place, family: str, **request: Any) -> Any:
        return self._table.query(
            KeyConditionExpression=Key("pk").eq(place.partition) & Key("sk").begins_with(family),
            ProjectionExpression="sk, version, terms",
            ConsistentRead=True,
            **request,
        )


def _read_other(error: ClientError) -> Item | None:
    """The fact that was there, instead of the one that was expected; None if it has been deleted."""
    present: Any = error.response
    return read_present_item(present["Item"]) if "Item" in present else None


def _list_stale(old: Item | None, terms: Terms) -> set[str]:
    """The terms that no longer hold, or hold with less confidence where several facts share a posting."""
    if old is None:
        return set()
    was: dict[str, float] = unpack(old["terms"])
    stale = was.keys() - terms.keys()
    stale |= {term for term in was.keys() & terms.keys() if _is_shared(term) and was[term] > terms[term]}
    return stale | set(unpack(old["stale"]) if "stale" in old else ())


def _is_shared(term: str) -> bool:
    return term.startswith(f"{ENTITY}#")


def _is_held(term: str, confidence: float, present: Terms) -> bool:
    found = present.get(term)
    return found == confidence or (_is_shared(term) and found is not None and found > confidence)


def _is_unchanged(old: Item | None) -> ConditionBase:
    if old is None:
        return Attr("pk").not_exists()
    same = Attr("version").eq(old["version"]) & Attr("terms").eq(old["terms"])
    return same & (Attr("stale").eq(old["stale"]) if "stale" in old else Attr("stale").not_exists())
