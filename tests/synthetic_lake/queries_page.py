"""docs/queries.md: each saved query with its question, its SQL and its result over a synthetic lake.

`python -m tests.synthetic_lake.queries_page` writes it, and a test compares it with the current results.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tests import resolved_template
from tests.synthetic_lake.rows import synthetic_lake
from tests.synthetic_lake.warehouse import Answer, Warehouse, open_warehouse, read_saved_queries

if TYPE_CHECKING:
    from photolake.athena_schema.sql_files import Statement

PAGE = resolved_template.ROOT / "docs" / "queries.md"
FIRST_DAY, DAYS, POSTS, IMAGES = datetime.date(2026, 3, 2), 10, 400, 120
SHOWN_ROWS, SHOWN_LETTERS = 8, 60
IMAGE = "3be3a8b022067ab9f14eef96a9a647d232ce492dbddaad1611ee3286b06753c5"
VALUES = {"since": "2026-03-02", "until": "2026-03-11", "name": "van gogh", "words": "off", "image_id": IMAGE}

SECTIONS: Mapping[str, tuple[str, ...]] = {
    "What people talk about": (
        "posts_by_day",
        "posts_by_query",
        "posts_by_query_and_day",
        "top_hashtags",
        "top_domains",
        "product_links",
        "sentiment_by_language",
        "sentiment_by_entity",
        "brand_sentiment",
    ),
    "What the photos show": (
        "top_labels",
        "label_trend",
        "label_pairs",
        "labels_by_query",
        "sentiment_by_label",
        "custom_labels",
        "pictures_by_query",
        "text_in_images",
        "words_in_images",
        "search_text_in_images",
        "suspect_content",
        "suspect_labels",
        "suspect_by_day",
        "suspect_by_source",
        "suspect_images",
    ),
    "Who is in them": (
        "top_celebrities",
        "celebrity_matches",
        "faces",
        "top_emotion_of_faces",
        "top_emotions",
        "ages_and_genders",
        "emotions_of_faces",
        "smiles_by_gender",
        "faces_per_photo",
        "faces_by_source",
    ),
    "How they spread, and how good they are": (
        "most_posted_pictures",
        "photo_spread",
        "spread_by_day",
        "image_posts",
        "photos_by_hour",
        "image_quality",
        "dominant_colors",
    ),
    "What the pipeline did": (
        "posts_and_coverage_by_day",
        "photo_statuses",
        "dropped_photos",
        "not_analysed",
        "cost_by_api",
        "calls_of_2019",
    ),
}
OF_2019 = {
    "top_domains": "the 10 most linked-to domains",
    "product_links": "the first line of text in the images of posts that link to products",
    "top_labels": "the most frequent labels",
    "top_emotion_of_faces": "the top emotion of each face",
    "top_emotions": "the top emotions across all people",
}
INTRODUCTION = f"""\
# Saved queries

The stack saves these {{count}} queries in its Athena workgroup. Run one on the laptop, or with `--stack` on AWS:

```
photolake query --saved top_labels
photolake query --saved top_labels --param since=2026-03-02 --param until=2026-03-08 --format csv
```

A question mark in the SQL is an [execution parameter][1], described in the query's header. `since` and `until` are days
(`dt`, UTC, both included): the fewer days, the fewer objects Athena reads and bills. `photolake query` fills them with
the whole lake if they are left out.

From a program, `eval $(photolake env)` is all that [PyAthena][2] needs for the laptop cloud:
`pyathena.connect(schema_name="photolake", poll_interval=0.05)`, or with SQLAlchemy
`create_engine("awsathena+rest://@/photolake?poll_interval=0.05")`. The endpoint comes from `AWS_ENDPOINT_URL_ATHENA`,
the workgroup from `AWS_ATHENA_WORK_GROUP`; results go where the workgroup says. On AWS name what the stack prints:
`awsathena+rest://@athena.eu-west-1.amazonaws.com/photolake?work_group=WORKGROUP`. PyAthena guesses at the text of rows
and arrays: select their fields instead.

The answers below are real answers to made-up posts: a synthetic lake of {POSTS} posts and {IMAGES} images from
{FIRST_DAY} on, with duplicates, deletions and failures in it. They were computed by the local Athena, which
`make test-conformance` holds against Trino.

[1]: https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
[2]: https://github.com/pyathena-dev/PyAthena
"""


def render_page(lake: Warehouse) -> str:
    """Render the page from the current queries and their results."""
    queries = {query.name: query for query in read_saved_queries()}
    parts = [INTRODUCTION.format(count=len(queries))]
    for title, names in SECTIONS.items():
        parts.append(f"## {title}\n")
        parts += [_render_section(queries[name], lake) for name in names]
    return "\n".join(parts)


def fill_lake(lake: Warehouse) -> Warehouse:
    """Fill the lake with the rows that the page describes."""
    rows = synthetic_lake(POSTS, IMAGES, FIRST_DAY, DAYS)
    lake.land("posts", rows.posts)
    lake.land("photos", rows.photos)
    lake.land("analyses", rows.analyses)
    lake.delete(rows.deletions)
    lake.note_runs(rows.runs)
    lake.create_views()
    return lake


def end_of_lake() -> datetime.datetime:
    """Return noon of the day after the lake's last day."""
    last = FIRST_DAY + datetime.timedelta(days=DAYS)
    return datetime.datetime.combine(last, datetime.time(12), datetime.UTC)


def run_saved_query(query: Statement, lake: Warehouse) -> Answer:
    """Run a saved query with the page's values for its parameters."""
    return lake.ask(query.text, [parameter.literal(VALUES[parameter.name]) for parameter in query.parameters])


def _render_section(query: Statement, lake: Warehouse) -> str:
    origin = f"Asked in 2019 as: {OF_2019[query.name]}.\n\n" if query.name in OF_2019 else ""
    values = ", ".join(f"`{parameter.name}` = `{VALUES[parameter.name]}`" for parameter in query.parameters)
    rows = run_saved_query(query, lake)
    return (
        f"### {query.name}\n\n{query.description}\n\n{origin}```sql\n{query.text.rstrip()}\n```\n\n"
        f"{_describe_row_count(len(rows.rows))}{f', with {values}' if values else ''}:\n\n{_render_table(rows)}"
    )


def _describe_row_count(rows: int) -> str:
    return f"The first {SHOWN_ROWS} of {rows} rows" if rows > SHOWN_ROWS else f"{rows} row{'s' if rows != 1 else ''}"


def _render_table(answer: Answer) -> str:
    lines: list[Sequence[str | None]] = [answer.columns, ["---"] * len(answer.columns), *answer.rows[:SHOWN_ROWS]]
    return "".join(f"| {' | '.join(_render_cell(value) for value in line)} |\n" for line in lines)


def _render_cell(value: str | None) -> str:
    if value is None:
        return "*null*"
    shown = value if len(value) <= SHOWN_LETTERS else f"{value[: SHOWN_LETTERS - 1]}…"
    return shown.replace("\n", " ").replace("|", "\\|")


def main() -> None:
    """Write the page."""
    with tempfile.TemporaryDirectory() as cache, open_warehouse(Path(cache), end_of_lake()) as lake:
        PAGE.write_text(render_page(fill_lake(lake)), encoding="utf-8")


if __name__ == "__main__":
    main()
