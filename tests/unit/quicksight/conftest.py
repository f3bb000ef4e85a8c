"""quicksight/template.yaml, read anew for each test, which may spoil it."""

import copy
from functools import cache

import pytest

from laptop_cloud.stack import template
from tests.resolved_template import ROOT


@cache
def written():
    return template.parse_template((ROOT / "quicksight/template.yaml").read_text())


@pytest.fixture
def document():
    return copy.deepcopy(written())
