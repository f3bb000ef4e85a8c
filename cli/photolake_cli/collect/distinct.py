"""Counts distinct keys among millions, in twelve bytes each."""

from __future__ import annotations

from array import array
from hashlib import blake2b

_BYTES = 8
# Of ten million keys 40,000 are in a part, which is few enough for a dict.
_PARTS = 256


class DistinctCounter:
    """Distinct keys, each with an amount. Keys are hashed to 64 bits: 10 million collide with a probability of 3e-6.

    pyarrow would count them faster, but takes 100 MiB for it by itself.
    """

    def __init__(self) -> None:
        self._parts = [(array("q"), array("i")) for _ in range(_PARTS)]

    def add(self, key: str | int, amount: int = 1) -> None:
        """Add a key, which must come with the same amount each time; integers must fit into 64 bits."""
        if isinstance(key, str):
            digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest()
            key = int.from_bytes(digest, "little", signed=True)
        # Ids of X, which count up from zero each millisecond, differ in their upper bits.
        keys, amounts = self._parts[(key ^ key >> 22) % _PARTS]
        keys.append(key)
        amounts.append(amount)

    def update(self, other: DistinctCounter) -> None:
        """Add all keys of another counter."""
        for (keys, amounts), (more_keys, more_amounts) in zip(self._parts, other._parts, strict=True):
            keys.extend(more_keys)
            amounts.extend(more_amounts)

    @property
    def count(self) -> int:
        """The number of distinct keys."""
        return sum(len(set(keys)) for keys, _ in self._parts)

    @property
    def amount(self) -> int:
        """The sum of the amounts of distinct keys."""
        return sum(sum(dict(zip(keys, amounts, strict=True)).values()) for keys, amounts in self._parts)
