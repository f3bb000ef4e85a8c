"""What the largest bombs take of memory and time, each in a process of its own. Needs no laptop cloud."""

import json
import subprocess
import sys

import pytest

from tests.attacks.bomb_run import BOMBS
from tests.resolved_template import ROOT

GOOD = {"dict": 2}
"""The posts before and behind a bomb."""
READING_MIB, DRAWING_MIB = 200, 1_300
"""A file is read in constant memory; the functions that draw have 1,536 MB."""
SECONDS = 120


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_bounded_memory_and_time(name):
    command = [sys.executable, "-m", "tests.attacks.bomb_run", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10 * SECONDS, check=True)
    result = json.loads(done.stdout)
    is_photo = name.startswith(("PNG", "JPEG", "GIF", "WebP"))
    assert result["peak_mib"] < (DRAWING_MIB if is_photo else READING_MIB)
    assert result["seconds"] < SECONDS
    if not is_photo and name != "nothing":
        assert GOOD.items() <= result["found"].items()
    elif is_photo:
        assert list(result["found"]) in (["image/png"], ["image/jpeg"])
