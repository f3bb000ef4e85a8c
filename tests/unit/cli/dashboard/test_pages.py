"""Pages of columns as scripts."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake_cli.dashboard import pages
from photolake_cli.dashboard.pages import PageWriter, format_script

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


def read_script(text):
    """What the script calls the page's function with."""
    found = re.fullmatch(r'photolakeData\(("\w+"),(\d+),(.*)\);\n', text, re.DOTALL)
    assert found
    return json.loads(found[1]), int(found[2]), json.loads(found[3])


def photo(number):
    return {"post": number, "picture": None, "status": 0, "kind": 1}


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_every_page_but_the_last_is_full(count, tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "PAGE_ROWS", {"photos": 2})
    writer = PageWriter(tmp_path, "photos")

    numbers = [writer.add(photo(number)) for number in range(count)]

    assert (numbers, writer.close()) == (list(range(count)), count)
    written = [read_script((tmp_path / f"photos-{page}.js").read_text()) for page in range(-(-count // 2))]
    assert [(kind, page) for kind, page, _ in written] == [("photos", page) for page in range(len(written))]
    assert [len(content["post"]) for _, _, content in written] == [2] * (count // 2) + [1] * (count % 2)
    assert [row for _, _, content in written for row in content["post"]] == numbers
    assert len(list(tmp_path.iterdir())) == len(written)


@given(st.dictionaries(st.text(), JSON))
def test_any_content_is_read_back_and_ends_no_script(content):
    script = format_script("index", 0, content)

    assert read_script(script) == ("index", 0, content)
    assert "<" not in script
    assert len(script.splitlines()) == 1 or not re.search("[\u2028\u2029\n]", script[:-1])


def test_what_ends_a_script_is_escaped():
    assert format_script("texts", 3, {"text": ["</script><!--", '\u2028\u2029"\\']}) == (
        'photolakeData("texts",3,{"text":["\\u003c/script>\\u003c!--","\\u2028\\u2029\\"\\\\"]});\n'
    )


def test_a_number_that_json_does_not_have_is_an_error():
    with pytest.raises(ValueError, match="Out of range"):
        format_script("texts", 0, {"score": float("nan")})
