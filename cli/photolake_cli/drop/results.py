"""What the laptop cloud made of the photos that were dropped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from photolake_cli.console import error_console, show_progress, show_table
from photolake_cli.query.client import QueryClient
from photolake_cli.status import describe_backlog

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.drop.files import PhotoFile
    from photolake_cli.laptop import Laptop

WAIT_SECONDS = 600
ROWS_PER_QUERY = 100
_SQL = """
select
    d.source_key,
    d.status,
    d.status_message,
    array_join(slice(transform(a.image_labels.labels, label -> label."name"), 1, 6), ', ') as labels
from dropped_photos as d
left join image_analyses as a on d.image_id = a.image_id and d.image_dt = a.dt
where d.source_key in ({keys})
order by d.collected_at
"""


def wait_for_results(photos: Sequence[PhotoFile], cloud: Cloud, laptop: Laptop) -> None:
    """Wait until everything is processed, then print what became of each photo."""
    with show_progress("Analysing", error_console) as on_line:
        laptop.wait(WAIT_SECONDS, lambda document: on_line(describe_backlog(document)))
    show_results(photos, cloud.values["LakeBucketName"], QueryClient(cloud))


def show_results(photos: Sequence[PhotoFile], bucket: str, client: QueryClient) -> None:
    """Print what became of each photo, and its first labels."""
    rows: dict[str, Sequence[str | None]] = {}
    uris = {f"s3://{bucket}/{photo.key}": photo for photo in photos}
    names = list(uris)
    for at in range(0, len(names), ROWS_PER_QUERY):
        keys = ", ".join("'" + name.replace("'", "''") + "'" for name in names[at : at + ROWS_PER_QUERY])
        # The last row of a name is that of the photo dropped last.
        rows |= {str(row[0]): row[1:] for row in client.run(_SQL.format(keys=keys)).rows}
    missing = ("no row yet", None, None)
    table = [[photo.name, *rows.get(uri, missing)] for uri, photo in uris.items()]
    show_table("What became of the photos", ["photo", "status", "reason", "labels"], table)
