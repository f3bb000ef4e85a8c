"""The UNLOAD that writes a partition anew.

https://docs.aws.amazon.com/athena/latest/ug/unload.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from photolake.errors import PermanentError

if TYPE_CHECKING:
    from photolake.lake.landing_tables import LandingTable

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LOCATION = re.compile(r"s3://[A-Za-z0-9.:/=_-]+/")


def build_rewrite_statement(
    table: LandingTable, columns: Iterable[str], database: str, dt: str, location: str, keep: str | None = None
) -> str:
    """Select the newest copy of each row of a day into an empty location.

    `columns` are all of the table but the partition key, which lies in the object's key. `keep` is an SQL condition:
    rows for which it is false are left out, and those for which it is unknown stay.
    PermanentError if the day, the location or a column cannot be what it should be.
    """
    named = list(columns)
    missing = table.columns - set(named)
    if missing or not _DAY.fullmatch(dt) or not _LOCATION.fullmatch(location):
        raise PermanentError("rewrite", f"{table.name}/dt={dt} cannot be written anew; missing: {sorted(missing)}")
    selected = ",\n    ".join(map(_quote, named))
    newest = ", ".join(f"{_quote(column)} desc" for column in table.newest)
    kept = f" and coalesce(({keep}), true)" if keep is not None else ""
    return f"""\
unload (
with copies as (
    select
        *,
        lag(1) over (
            partition by {", ".join(map(_quote, table.key))}
            order by {newest}
        ) as newer
    from {_quote(database)}.{_quote(table.name)}
    where dt = '{dt}'
)

select
    {selected}
from copies
where newer is null{kept}
order by {", ".join(map(_quote, table.order))}
)
to '{location}'
with (format = 'PARQUET', compression = 'ZSTD')
"""  # noqa: S608 (names of Glue, quoted; the day and the location are checked)


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
