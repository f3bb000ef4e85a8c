"""Defaults that Glue adds to a new table and moto does not; other engines on the same catalog need them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# As GetTable answers for a table that was created without them; Trino's Glue client fails on a missing bucket count.
_STORAGE = {"Compressed": False, "NumberOfBuckets": 0, "SortColumns": [], "StoredAsSubDirectories": False}
_TABLE = {"Retention": 0}


def add_glue_defaults(table_input: Mapping[str, Any]) -> dict[str, Any]:
    """The TableInput with what Glue itself would add to it."""
    storage = {**_STORAGE, **table_input.get("StorageDescriptor", {})}
    return {**_TABLE, **table_input, "StorageDescriptor": storage}
