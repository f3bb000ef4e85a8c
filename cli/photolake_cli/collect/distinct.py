"""Counting what is different among millions, in twelve bytes each."""

from __future__ import annotations

from array import array
from hashlib import blake2b

_BYTES = 8


class Distinct:
    """Keys seen so far and the amount of each, known by 64 bits: two of ten million meet once in 300,000 counts."""

    def __init__(self) -> None:
        """Nothing has been seen."""
        self._keys = array("q")
        self._amounts = array("i")

    def add(self, key: str | int, amount: int = 1) -> None:
        """See a key, which may have been seen before with the same amount; whole numbers are 64-bit."""
        if isinstance(key, str):
            digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=_BYTES).digest()
            key = int.from_bytes(digest, "little", signed=True)
        self._keys.append(key)
        self._amounts.append(amount)

    def update(self, other: Distinct) -> None:
        """See all that another has seen."""
        self._keys.extend(other._keys)
        self._amounts.extend(other._amounts)

    @property
    def count(self) -> int:
        """How many different keys there are."""
        return self._counted()[0]

    @property
    def amount(self) -> int:
        """The sum of their amounts, of each key once."""
        return self._counted()[1]

    def _counted(self) -> tuple[int, int]:
        # Most commands never count, and importing it takes a moment.
        import pyarrow as pa

        size = len(self._keys)
        if not size:
            return 0, 0
        keys = pa.Array.from_buffers(pa.int64(), size, [None, pa.py_buffer(self._keys)])
        amounts = pa.Array.from_buffers(pa.int32(), size, [None, pa.py_buffer(self._amounts)])
        groups = pa.table({"key": keys, "amount": amounts}).group_by("key").aggregate([("amount", "max")])
        return groups.num_rows, sum(groups["amount_max"].to_pylist())
