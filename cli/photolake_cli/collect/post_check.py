"""Checks whether a post can be sent, before it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photolake.aws.firehose import encode_row
from photolake.errors import RowError
from photolake.partition import compute_post_dt

if TYPE_CHECKING:
    from photolake.rows.schema import TableSchema
    from photolake.rows.types import PostRow

# A row is at most about three times its JSON, so only a longer document can exceed a Firehose record.
ALWAYS_FITS_BYTES = 300_000


@dataclass(frozen=True)
class PostCheck:
    """What a post must fit: the table raw_tweets, a Firehose record, a partition.

    `earliest` is the first partition, which holds older posts too.
    """

    table: TableSchema
    earliest: dt.date

    def find_partition(self, post: PostRow, size: int) -> str:
        """Find the partition of a post from a JSON document of `size` bytes; RowError if the post cannot be sent."""
        self.table.check(post)
        if type(post.get("id")) is not int:
            raise RowError("a post has an integer id")
        if size > ALWAYS_FITS_BYTES:
            encode_row(post)
        try:
            return compute_post_dt(post, self.earliest)
        except ValueError as error:
            raise RowError(f"its collected_at is not a time: {error}") from error
