"""docs/code-map.md names only files and functions that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/code-map.md").read_text()
CLI = ROOT / "cli/photolake_cli"
WORDS = "collect prices cost demo query drop inspect find_person export explorers dashboard redrive doctor"
FOLDERS = [*WORDS.split(), "pseudonyms", "study"]
PLACES = (ROOT, ROOT / "layers/core/photolake", *(CLI / folder for folder in FOLDERS))
LINES = [line for line in PAGE.splitlines() if "`" in line]


def find_file(name):
    return next((place / name for place in PLACES if (place / name).exists()), None)


def test_every_path_of_the_code_map_exists():
    paths = re.findall(r"`([\w/]+(?:\.(?:py|sql|yaml)|/))`", PAGE)

    assert len(paths) > 50
    assert [path for path in paths if find_file(path) is None] == ["errors/malformed/"]  # a prefix in S3


@pytest.mark.parametrize("line", [line for line in LINES if re.match(r"\d+\. ", line)])
def test_a_function_of_the_code_map_is_in_a_file_of_its_line(line):
    files = [find_file(name) for name in re.findall(r"`([\w/]+\.py)`", line)]
    names = re.findall(r"`([A-Za-z_]+(?:\.(?!py`)[a-z_]+)?)`", line)
    text = "\n".join(file.read_text() for file in files if file)

    unknown = {part for name in names for part in name.split(".") if not re.search(rf"(def|class) {part}\b", text)}
    assert unknown <= {"athena", "tweets", "posts", "photos", "analyses"}  # folders and streams
