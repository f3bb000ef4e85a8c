"""The formats of a query's rows, for the command line too, which needs nothing that writes them."""

from __future__ import annotations

import enum


class Format(enum.StrEnum):
    """The formats of a query's rows."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
