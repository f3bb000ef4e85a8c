"""Finds by Athena which posts of X the lake holds, and whose they are. Deleted posts are not among them.

The landing tables are asked, as the view would sort every copy of every row: `posts`, and `raw_tweets` too if posts are
sampled out, which are in the archive alone. A line of the archive that does not fit that table is not found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from photolake.sources.x.compliance_api import JobType

if TYPE_CHECKING:
    from photolake.aws.athena import QueryReader

# An Athena statement may have 262,144 bytes, an id 19 digits and a comma.
IDS_PER_STATEMENT = 10_000
_COLUMNS = {JobType.POSTS: "p.id", JobType.USERS: "p.author_id"}
_FIELDS = 'id, "user".id as author_id, coordinates is not null or geo is not null or place is not null as has_location'


class HeldPosts:
    """Posts of X in the landing tables of a database."""

    def __init__(self, queries: QueryReader, landing: str, *, with_archive: bool) -> None:
        """`with_archive`: also posts that are in the archive alone. Each statement then reads all of it.

        An array in the place of a line fails it, by the name of its object: Trino puts its values into the columns that
        are read, in their order, and refuses a struct for what is not an object.
        """
        self._queries = queries
        tables = [f"select {_FIELDS} from {landing}.posts where source_platform = 'x'"]  # noqa: S608
        if with_archive:
            tables.append(
                f"select {_FIELDS} from {landing}.raw_tweets "  # noqa: S608
                "where coalesce(source_platform, 'x') = 'x' and id is not null"
            )
        self._from = (
            f"from ({' union all '.join(tables)}) as p left join {landing}.deletions as d on p.id = d.id "
            "where d.id is null"
        )

    def read_ids(self, kind: JobType, after: int, last: int | None = None, limit: int | None = None) -> list[int]:
        """Read the ids of posts or authors above `after`, lowest first, up to `last` or at most `limit`."""
        column = _COLUMNS[kind]
        bound = f" and {column} <= {last}" if last is not None else ""
        most = f" limit {limit}" if limit is not None else ""
        sql = (
            f"select {column} as id {self._from} and {column} > {after}{bound} "
            f"group by {column} order by {column}{most}"
        )
        return [int(number) for [number] in self._queries.read_rows(sql)]

    def count(self) -> dict[JobType, int]:
        """Count posts and authors."""
        counts = ", ".join(f"count(distinct {column})" for column in _COLUMNS.values())
        [row] = self._queries.read_rows(f"select {counts} {self._from}")
        return dict(zip(_COLUMNS, map(int, row), strict=True))

    def find_posts(self, kind: JobType, ids: Sequence[int], only_located: bool) -> Iterator[tuple[int, int]]:
        """Yield each post that is one of these, or that one of these users wrote, with that id.

        `only_located`: those with a location. At most IDS_PER_STATEMENT ids.
        """
        if not ids:
            return
        column = _COLUMNS[kind]
        sql = f"select p.id, {column} as asked {self._from} and {column} in ({','.join(map(str, ids))})"
        condition = " and p.has_location" if only_located else ""
        for post, asked in self._queries.read_rows(f"{sql}{condition} group by p.id, {column}"):
            yield int(post), int(asked)
