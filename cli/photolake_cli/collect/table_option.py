"""The option `--map`, which names the columns of a table."""

from __future__ import annotations

from photolake.post_formats.table_map import TableMap
from photolake_cli.errors import CommandError


def parse_table_map(text: str | None) -> TableMap | None:
    """Parse the option; None without it, CommandError for a wrong one."""
    if text is None:
        return None
    try:
        return TableMap.parse(text)
    except ValueError as error:
        raise CommandError(f"--map: {error}. Example: --map id=tweet_id,text=body,created_at=date") from error
