"""Ids of posts: the bigint that stands for a URI, and the time in X's own ids."""

from __future__ import annotations

from hashlib import blake2b

# Snowflake ids hold the milliseconds since this epoch above 22 bits of machine and sequence
# (https://docs.x.com/fundamentals/x-ids). Ids issued before 2010-11-04 are a plain sequence.
SNOWFLAKE_EPOCH_MS = 1_288_834_974_657
FIRST_SNOWFLAKE = 29_700_859_247


def hash_to_bigint(text: str) -> int:
    """Hash a name, such as a post's URI, to a positive 63-bit integer: the same in every run and on every machine."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def read_snowflake_ms(post_id: int) -> int | None:
    """Return the milliseconds since 1970 at which X issued this id; None for an id older than snowflakes."""
    if post_id < FIRST_SNOWFLAKE:
        return None
    return (post_id >> 22) + SNOWFLAKE_EPOCH_MS


def make_snowflake(ms: int) -> int:
    """Return the lowest id that X can have issued at these milliseconds since 1970."""
    return (ms - SNOWFLAKE_EPOCH_MS) << 22
