"""What tells rows apart, against the views that show each of them once."""

import re
from pathlib import Path

import pytest

from photolake.lake.landing_tables import LANDING_TABLES
from tests.resolved_template import ROOT

VIEWS = sorted((ROOT / "athena" / "views").glob("*.sql"))
WINDOW = re.compile(r"partition by dt, ([a-z_, ]+)\n\s+order by ([a-z_, ]+)\n.*?from \$\{landing\}\.(\w+)", re.DOTALL)


def read_window(view: Path) -> tuple[str, set[str], tuple[str, ...]] | None:
    """The landing table of which a view shows the newest copies, by which key, and the order of the copies."""
    found = WINDOW.search(view.read_text())
    if found is None:
        return None
    newest = tuple(column.removesuffix(" desc") for column in found[2].split(", "))
    return found[3], set(found[1].split(", ")), newest


def test_several_views_show_the_newest_copy_of_each_landing_table() -> None:
    assert {window[0] for view in VIEWS if (window := read_window(view))} == set(LANDING_TABLES)


@pytest.mark.parametrize("view", [view for view in VIEWS if "lag(1)" in view.read_text()], ids=lambda view: view.stem)
def test_a_rewrite_keeps_the_newest_copy_of_whatever_a_view_tells_apart(view: Path) -> None:
    window = read_window(view)

    assert window is not None
    name, key, newest = window
    assert key <= set(LANDING_TABLES[name].key)
    assert newest == LANDING_TABLES[name].newest
