"""What the page reads first: days, names, saved queries, and what a reader must know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from photolake.images.face_use import FaceUse, list_shown_apis
from photolake_cli.dashboard.pages import PAGE_ROWS
from photolake_cli.dashboard.queries import answer_queries, choose_queries, describe_query, read_named_queries
from photolake_cli.dashboard.rows import FORMAT_VERSION

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.dashboard.build import DataBuilder
    from photolake_cli.dashboard.rows import Index


def build_index(cloud: Cloud, data: DataBuilder, since: str | None, until: str | None, place: Sequence[str]) -> Index:
    """Build the index of data that are written; `since` and `until` are the days asked for, if any.

    `place` are the options by which a command names the lake.
    """
    first, last = choose_days(data.days, since, until, cloud.values["EarliestDate"])
    days = {"since": first, "until": last}
    saved = data.rows.client.list_saved()
    chosen, unknown = choose_queries(saved, read_named_queries())
    return {
        "format": FORMAT_VERSION,
        "lake": "the laptop cloud" if cloud.on_laptop else cloud.name,
        "madeAt": int(dt.datetime.now(dt.UTC).timestamp() * 1000),
        "since": first,
        "until": last,
        "showsAuthors": data.authors.are_shown,
        "imageApis": list_shown_apis(cloud.image_apis, cloud.face_use),
        "notes": list_notes(cloud, data.authors.are_shown, unknown),
        "rows": data.counts,
        "pageRows": dict(PAGE_ROWS),
        "names": data.list_names(),
        "queries": {query.name: describe_query(query, days, place) for query in chosen},
        "answers": answer_queries(saved, days, data.rows.run_saved),
    }


def choose_days(days: Iterable[str], since: str | None, until: str | None, earliest: str) -> tuple[str, str]:
    """The first and the last day that the page names: those asked for, else those that have something."""
    known = sorted(days)
    today = dt.datetime.now(dt.UTC).date().isoformat()
    first = since or (known[0] if known else earliest)
    return first, until or (known[-1] if known else max(first, today))


def list_notes(cloud: Cloud, shows_authors: bool, unknown_queries: Sequence[str]) -> list[str]:
    """What a reader must know of this lake and this page."""
    notes = []
    if cloud.on_laptop:
        notes.append(
            "Small open models on one machine stand in for Amazon Comprehend and Rekognition: they see less, and err "
            "more often."
        )
    if cloud.sample_rate < 1:
        notes.append(f"Only a sample of the posts is analysed: {(cloud.sample_rate * 100).normalize():f} %.")
    if cloud.face_use is not FaceUse.FULL:
        notes.append("Faces and celebrities are not kept for single photos (FacesAndCelebrities).")
    if not shows_authors:
        notes.append("Authors are hidden: each has a number, and accounts named in texts are shown as @….")
    if unknown_queries:
        notes.append(f"This lake has no saved query {', '.join(unknown_queries)}: deploy it again to get it.")
    return notes
