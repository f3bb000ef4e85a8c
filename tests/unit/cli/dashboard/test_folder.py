"""The folder of a dashboard is whole at every moment, and nobody else's files are touched."""

import contextlib
import json
from pathlib import Path

import pytest

from photolake_cli.dashboard import folder as folders
from photolake_cli.dashboard.folder import MARKER, measure_folder, open_folder
from photolake_cli.errors import CommandError


def build(out, text):
    with open_folder(out) as folder:
        (folder.data / "index.js").write_text(text)


def interrupt(out, *files):
    """Begin to build, write some files, and stop; gives the folder."""
    with contextlib.suppress(KeyboardInterrupt), open_folder(out) as folder:
        for name in files:
            (folder.building / name).write_text("drawn")
        raise KeyboardInterrupt
    return folder


def read(out):
    return (out / "data/index.js").read_text()


def test_a_new_folder_has_the_page_and_the_data_and_no_trace_beside_it(tmp_path):
    out = tmp_path / "some" / "where"

    build(out, "new")

    assert read(out) == "new"
    assert {path.name for path in out.iterdir()} == {
        "app.css", "app.js", "data", "index.html", "licenses.txt", MARKER, "pictures", "thumbnails"
    }  # fmt: skip
    assert [path.name for path in out.parent.iterdir()] == ["where"]
    assert measure_folder(out) == sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) > 0


def test_a_dashboard_is_replaced_as_a_whole(tmp_path):
    out = tmp_path / "out"
    build(out, "old")
    (out / "data/posts-7.js").write_text("a page that is no more")

    build(out, "new")

    assert read(out) == "new"
    assert [path.name for path in (out / "data").iterdir()] == ["index.js"]
    assert list(tmp_path.iterdir()) == [out]


def test_an_empty_folder_is_filled(tmp_path):
    build(tmp_path, "new")

    assert read(tmp_path) == "new"


@pytest.mark.parametrize("name", ["letter.txt", ".git", "photolake-dashboard.txt"])
def test_files_of_others_are_left_alone(name, tmp_path):
    (tmp_path / name).write_text("mine")

    with pytest.raises(CommandError, match=r"that no dashboard has written\. Name another folder: --out DIR"):
        build(tmp_path, "new")

    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_file_is_not_a_folder(tmp_path):
    (tmp_path / "out").write_text("mine")

    with pytest.raises(CommandError, match="is a file"):
        build(tmp_path / "out", "new")


def test_a_link_to_a_dashboard_stays_a_link(tmp_path):
    build(tmp_path / "out", "old")
    (tmp_path / "link").symlink_to(tmp_path / "out")

    build(tmp_path / "link", "new")

    assert (tmp_path / "link").is_symlink()
    assert read(tmp_path / "out") == "new"


def test_a_failed_build_leaves_the_old_one_and_keeps_its_pictures_for_the_next(tmp_path):
    out = tmp_path / "out"
    build(out, "old")

    interrupt(out, "data/posts-0.js", "pictures/a.webp")

    assert read(out) == "old"

    with open_folder(out) as folder:
        assert (folder.building / "pictures/a.webp").read_text() == "drawn"
        assert list(folder.data.iterdir()) == []


def test_pictures_of_another_version_are_not_taken(tmp_path, monkeypatch):
    build(tmp_path / "out", "old")
    assert interrupt(tmp_path / "out", "pictures/a.webp").earlier == tmp_path / "out"
    monkeypatch.setattr(folders, "DRAWING_VERSION", 2)

    with open_folder(tmp_path / "out") as folder:
        assert folder.earlier is None
        assert list((folder.building / "pictures").iterdir()) == []
    assert json.loads((tmp_path / "out" / MARKER).read_text())["pictures"] == 2


@pytest.mark.parametrize("fails", [1, 2])
def test_if_the_exchange_fails_the_old_dashboard_is_still_there(fails, tmp_path, monkeypatch):
    out, calls = tmp_path / "out", []
    build(out, "old")
    rename = Path.rename

    def fail_once(source, target):
        calls.append(target)
        if len(calls) == fails:
            raise OSError(28, "No space left on device")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", fail_once)
    with pytest.raises(CommandError, match="cannot be written: No space left on device"):
        build(out, "new")

    assert read(out) == "old"
    build(out, "newer")
    assert read(out) == "newer"


def test_a_build_that_was_killed_between_two_renames_is_repaired(tmp_path):
    out = tmp_path / "out"
    build(out, "old")
    out.rename(tmp_path / ".out.replaced")

    interrupt(out)
    assert read(out) == "old"
    build(out, "new")

    assert read(out) == "new"
    assert list(tmp_path.iterdir()) == [out]
