"""When a bucket's lifecycle rules let an object or a multipart upload expire.

S3 adds the days to the object's creation and rounds the result up to the next midnight UTC: created on 15 January at
10:30 and kept for 3 days, an object expires on 19 January at 00:00
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html). If several rules apply, the first
to expire it does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from laptop_cloud.errors import CloudError

_DAY = dt.timedelta(days=1)


class UnknownRuleError(CloudError):
    """A lifecycle rule does something that is not available locally."""


@dataclass(frozen=True)
class LifecycleRule:
    """A rule as `GetBucketLifecycleConfiguration` returns it; None for what it does not do."""

    name: str
    prefix: str
    expires_after: dt.timedelta | None
    aborts_after: dt.timedelta | None

    @classmethod
    def read(cls, rule: Mapping[str, Any]) -> Self | None:
        """Read a rule; None if it is disabled. UnknownRuleError names what cannot be carried out here."""
        name = str(rule.get("ID", "without an ID"))
        _refuse_others(
            name, "", rule, {"ID", "Status", "Filter", "Prefix", "Expiration", "AbortIncompleteMultipartUpload"}
        )
        if rule["Status"] != "Enabled":
            return None
        filtered, expiration = rule.get("Filter", {}), rule.get("Expiration", {})
        abort = rule.get("AbortIncompleteMultipartUpload", {})
        _refuse_others(name, "Filter.", filtered, {"Prefix"})
        _refuse_others(name, "Expiration.", expiration, {"Days"})
        prefix = filtered.get("Prefix", rule.get("Prefix", ""))
        return cls(name, prefix, _read_days(expiration, "Days"), _read_days(abort, "DaysAfterInitiation"))


def find_object_expiry(rules: Iterable[LifecycleRule], key: str, created: dt.datetime) -> dt.datetime | None:
    """Return when the object expires; None for never."""
    return _find_first((rule.expires_after for rule in rules if key.startswith(rule.prefix)), created)


def find_upload_expiry(rules: Iterable[LifecycleRule], key: str, initiated: dt.datetime) -> dt.datetime | None:
    """Return when a multipart upload that is not completed is aborted; None for never."""
    return _find_first((rule.aborts_after for rule in rules if key.startswith(rule.prefix)), initiated)


def _find_first(periods: Iterable[dt.timedelta | None], begin: dt.datetime) -> dt.datetime | None:
    return min((_round_up(begin + period) for period in periods if period is not None), default=None)


def _round_up(moment: dt.datetime) -> dt.datetime:
    midnight = moment.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight if midnight == moment else midnight + _DAY


def _read_days(action: Mapping[str, Any], name: str) -> dt.timedelta | None:
    return dt.timedelta(days=int(action[name])) if name in action else None


def _refuse_others(name: str, place: str, given: Mapping[str, Any], known: set[str]) -> None:
    if unknown := sorted(given.keys() - known):
        raise UnknownRuleError(f"Not available locally: {place}{unknown[0]} of the lifecycle rule {name}")
