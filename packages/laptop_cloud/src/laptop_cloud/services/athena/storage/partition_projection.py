"""Partition projection: which objects under a table's location belong to which partition.

https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
Athena makes the list of partitions from the properties and asks S3 for each; here the location is listed once and
what lies outside the projection is left out, which gives the same objects.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from laptop_cloud.services import java_dates
from laptop_cloud.services.athena.errors import NOT_AVAILABLE, QueryError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from laptop_cloud.services.athena.catalog.glue_catalog import ExternalTable

Partition = tuple[str, ...]

_NOW = re.compile(r"NOW\s*(?:([+-]\s*\d+)\s*(YEARS?|MONTHS?|WEEKS?|DAYS?|HOURS?|MINUTES?|SECONDS?))?")
_SECONDS = {"WEEK": 604_800, "DAY": 86_400, "HOUR": 3_600, "MINUTE": 60, "SECOND": 1}


@dataclass(frozen=True)
class TableLayout:
    """Where a table's objects lie: the common prefix to list, and the partition of a key (None: not in the table)."""

    bucket: str
    prefix: str
    partition_of: Callable[[str], Partition | None]


def read_layout(table: ExternalTable, now: datetime.datetime) -> TableLayout:
    """The layout at the moment `now` (UTC); QueryError for what this endpoint cannot project."""
    keys = tuple(table.partition_keys)
    bucket, root = _split_location(table.location)
    if not keys:
        return TableLayout(bucket, root, lambda key: ())
    if table.parameters.get("projection.enabled", "").lower() != "true":
        raise QueryError(
            "NOT_SUPPORTED", f"{table.name}: a partitioned table without partition projection {NOT_AVAILABLE}"
        )
    template = table.parameters.get("storage.location.template")
    if template:
        bucket, path = _split_location(template)
    else:
        path = root + "".join(f"{key}=${{{key}}}/" for key in keys)
    valid = {key: _make_value_check(table, key, now) for key in keys}
    pattern = re.compile(_build_pattern(path))

    def partition_of(key: str) -> Partition | None:
        match = pattern.match(key)
        if match and all(check(match[name]) for name, check in valid.items()):
            return tuple(match[name] for name in keys)
        return None

    return TableLayout(bucket, path.partition("${")[0], partition_of)


def _split_location(location: str) -> tuple[str, str]:
    match = re.fullmatch(r"s3a?://([^/]+)/?(.*)", location)
    if match is None:
        raise QueryError("HIVE_INVALID_METADATA", f"'{location}' is no S3 location")
    prefix = match[2]
    return match[1], prefix if not prefix or prefix.endswith("/") else f"{prefix}/"


def _build_pattern(path: str) -> str:
    parts = re.split(r"\$\{(\w+)\}", path)
    return "".join(f"(?P<{part.lower()}>[^/]+?)" if index % 2 else re.escape(part) for index, part in enumerate(parts))


def _make_value_check(table: ExternalTable, key: str, now: datetime.datetime) -> Callable[[str], bool]:
    properties = {
        name.removeprefix(f"projection.{key}."): value
        for name, value in table.parameters.items()
        if name.startswith(f"projection.{key}.")
    }
    kind = properties.get("type", "").lower()
    if kind == "date":
        return _make_date_check(properties, now)
    if kind == "enum":
        allowed = {value.strip() for value in properties["values"].split(",")}
        return allowed.__contains__
    if kind == "integer":
        first, last = (int(bound) for bound in properties["range"].split(","))
        digits = int(properties.get("digits", 0))
        return lambda value: value.isdecimal() and first <= int(value) <= last and value == f"{int(value):0{digits}d}"
    raise QueryError("NOT_SUPPORTED", f"{table.name}.{key}: projection type '{kind}' {NOT_AVAILABLE}")


def _make_date_check(properties: Mapping[str, str], now: datetime.datetime) -> Callable[[str], bool]:
    java = properties.get("format", "")
    letters = re.findall(r"[A-Za-z]+", java)
    if not letters or any(run not in java_dates.STRFTIME for run in letters):
        raise QueryError("NOT_SUPPORTED", f"the projection's date format '{java}' {NOT_AVAILABLE}")
    form = re.sub(r"[A-Za-z]+", lambda run: java_dates.STRFTIME[run[0]], java)
    first, last = (_read_bound(text.strip(), form, now) for text in properties["range"].split(","))

    def in_range(value: str) -> bool:
        try:
            found = datetime.datetime.strptime(value, form)
        except ValueError:
            return False
        return first <= found <= last and found.strftime(form) == value

    return in_range


def _read_bound(text: str, form: str, now: datetime.datetime) -> datetime.datetime:
    match = _NOW.fullmatch(text)
    if match is None:
        return datetime.datetime.strptime(text, form)
    moment = now.astimezone(datetime.UTC).replace(tzinfo=None)
    if match[1] is None:
        return moment
    amount, unit = int(match[1].replace(" ", "")), match[2].removesuffix("S")
    if unit in _SECONDS:
        return moment + datetime.timedelta(seconds=amount * _SECONDS[unit])
    months = moment.year * 12 + moment.month - 1 + amount * (12 if unit == "YEAR" else 1)
    return moment.replace(year=months // 12, month=months % 12 + 1, day=min(moment.day, 28))
