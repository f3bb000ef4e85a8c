"""Sampling of posts that every retry and every duplicate agrees on."""

from __future__ import annotations

from hashlib import blake2b


def is_sampled(post_id: int, rate: float) -> bool:
    """Whether a post belongs to the sample of `rate` (0 to 1): a pure function of its id, uniform over ids.

    A larger rate keeps every post that a smaller one keeps.
    """
    digest = blake2b(str(post_id).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") < rate * 2**64
