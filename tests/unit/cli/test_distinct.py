"""Distinct keys are counted, each once, without pyarrow, which would take more memory than all else."""

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from photolake_cli.collect.distinct import DistinctCounter

KEYS = st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(0, 50).map(lambda n: n << 22) | st.text(max_size=3))


def measure(key):
    return len(str(key))


@given(KEYS, KEYS)
def test_keys_of_two_counters_are_each_counted_once_with_their_amount(first, second):
    counters = DistinctCounter(), DistinctCounter()
    for counter, keys in zip(counters, (first, second), strict=True):
        for key in keys:
            counter.add(key, measure(key))

    counters[0].update(counters[1])

    distinct = {*first, *second}
    assert (counters[0].count, counters[0].amount) == (len(distinct), sum(map(measure, distinct)))


def test_a_forecast_is_made_without_pyarrow():
    code = """
import sys
from photolake_cli.collect.forecast import Volume
volume = Volume()
volume.add({"id": 1, "text": "bread", "lang": "en", "source_platform": "x"})
assert volume.texts.count == 1 and volume.texts.amount == 3
assert "pyarrow" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True)
