"""Custom prefixes of delivered objects: `!{namespace:value}` expressions.

Rules: https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime

from laptop_cloud.services import java_dates

MAX_EVALUATED = 512
HOURLY = "!{timestamp:yyyy/MM/dd/HH/}"
_EXPRESSION = re.compile(r"!\{([^:{}]*):([^{}]*)\}")
# A Java DateTimeFormatter pattern: quoted literals, runs of one letter, anything else as it is.
_TIME_TOKEN = re.compile(r"'([^']*)'|([A-Za-z])\2*|[^A-Za-z']")


def find_expressions(prefix: str) -> list[tuple[str, str]]:
    """List the (namespace, value) pairs in order of appearance."""
    return _EXPRESSION.findall(prefix)


def find_partition_keys(prefix: str) -> set[str]:
    """The keys that the prefix takes from the JQ query."""
    return {value for namespace, value in find_expressions(prefix) if namespace == "partitionKeyFromQuery"}


def find_prefix_problems(prefix: str) -> Iterator[str]:
    """The expressions that cannot be evaluated in any prefix, one message each."""
    if "!{" in _EXPRESSION.sub("", prefix):
        yield "contains '!{' outside of a !{namespace:value} expression"
    for namespace, value in find_expressions(prefix):
        if namespace == "timestamp":
            unknown = [text for text in _find_unknown_formats(value) if text]
            if unknown:
                known = ", ".join(java_dates.STRFTIME)
                yield f"has the timestamp format {unknown[0]!r}; available locally are {known} and 'quoted' text"
        elif namespace == "firehose":
            if value not in ("error-output-type", "random-string"):
                yield f"has the unknown expression !{{firehose:{value}}}"
        elif namespace == "partitionKeyFromLambda":
            yield "takes keys from a Lambda function, which is not available locally"
        elif namespace != "partitionKeyFromQuery":
            yield f"has the unknown namespace {namespace!r}"


def evaluate_prefix(prefix: str, arrived: datetime, keys: Mapping[str, str], error_type: str = "") -> str:
    """Evaluate at the arrival (UTC) of the oldest record; a random-string differs at each of its places."""

    def value_of(match: re.Match[str]) -> str:
        namespace, value = match.groups()
        if namespace == "timestamp":
            return _format_time(value, arrived)
        if namespace == "partitionKeyFromQuery":
            return keys[value]
        return error_type if value == "error-output-type" else secrets.token_hex(6)[:11]

    return _EXPRESSION.sub(value_of, prefix)


def add_default_time(prefix: str) -> str:
    """Append the default `yyyy/MM/dd/HH/`, as Firehose does to a prefix that says neither a time nor a partition."""
    namespaces = {namespace for namespace, _ in find_expressions(prefix)}
    return prefix if namespaces & {"timestamp", "partitionKeyFromQuery"} else prefix + HOURLY


def choose_error_prefix(prefix: str, error_output_prefix: str | None) -> str:
    """The prefix of failed records: the configured one, or the one that Firehose derives."""
    return error_output_prefix or f"{prefix}!{{firehose:error-output-type}}/{HOURLY}"


def _format_time(pattern: str, when: datetime) -> str:
    return "".join(_format_time_token(match, when) for match in _TIME_TOKEN.finditer(pattern))


def _format_time_token(match: re.Match[str], when: datetime) -> str:
    if match[1] is not None:
        return match[1] or "'"
    return when.strftime(java_dates.STRFTIME[match[0]]) if match[2] else match[0]


def _find_unknown_formats(pattern: str) -> Iterator[str]:
    yield _TIME_TOKEN.sub("", pattern)
    for match in _TIME_TOKEN.finditer(pattern):
        if match[2] and match[0] not in java_dates.STRFTIME:
            yield match[0]
