"""The data dictionary gives the key that a view's header names."""

import re

import pytest

from photolake.athena_schema.sql_files import read_statements
from tests.data_dictionary import Dictionary
from tests.resolved_template import ROOT

VIEWS = read_statements(ROOT / "athena/views", "landing")
TEXT = (ROOT / "docs/data_dictionary.md").read_text()


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_the_data_dictionary_gives_the_key_of_the_header(view):
    [line] = re.findall(r"\*\*Key:\*\* ([^;]+?)(?:;| - |$)", Dictionary(TEXT).section(view.name).text)

    assert re.findall(r"`(\w+)`", line) == view.key
