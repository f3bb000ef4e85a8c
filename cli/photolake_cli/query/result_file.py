"""Reads the result file that Athena writes into S3: many times faster than its pages of 1,000 rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from photolake_cli.query.result import Row

# A row must fit into a block. The longest are analyses of images with a hundred faces: 400 kB.
_BLOCK_BYTES = 4 << 20


def read_result_file(s3: Any, location: str, columns: int) -> Iterator[Sequence[Row]]:
    """Read the CSV file of a SELECT at `s3://bucket/key`, in pages of some megabytes.

    Athena quotes every value, so empty text is `""` and null is nothing.
    https://docs.aws.amazon.com/athena/latest/ug/querying.html
    """
    # Imported late for start-up time; only exports need it.
    import pyarrow as pa
    from pyarrow import csv

    place = urlsplit(location)
    body = s3.get_object(Bucket=place.netloc, Key=place.path.lstrip("/"))["Body"]
    names = [str(number) for number in range(columns)]
    try:
        batches = csv.open_csv(
            pa.PythonFile(body, mode="r"),
            read_options=csv.ReadOptions(
                column_names=names, skip_rows=1, block_size=_BLOCK_BYTES, use_threads=False, encoding="utf8"
            ),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=False,
            ),
        )
        for batch in batches:
            yield list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    except pa.ArrowInvalid as error:
        raise CommandError(f"The result at {location} cannot be read: {error}") from error
