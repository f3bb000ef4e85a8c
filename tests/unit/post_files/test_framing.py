"""However documents are strung together, and wherever a file is damaged, each whole one is read once, in its place."""

import io
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photolake.post_files.documents import JsonDocument, read_documents
from photolake.rejected import RejectedRecord

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12) | st.sampled_from(
    ['{"id": 1}', "[", "},", "\n", '"', "\\", "window.YTD.tweets.part0 = ["]
)
SCALARS = TEXTS | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False, allow_infinity=False)
INNER = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
VALUES = st.dictionaries(TEXTS, INNER, max_size=3).map(lambda rest: {"id": 5, **rest})


def dump(value, indent=None):
    return json.dumps(value, indent=indent, ensure_ascii=False)


def indent_lines(text, blanks):
    return blanks + text.replace("\n", "\n" + blanks)


def write_pages(values):
    """Arrays of two, as a shell loop appends them."""
    return "".join(json.dumps(values[at : at + 2], ensure_ascii=False) + "\n" for at in range(0, len(values), 2))


def write_parts(values):
    """Parts of an account archive in one file."""
    parts = (json.dumps([value], indent=2, ensure_ascii=False) for value in values)
    return "\n".join(f"window.YTD.tweets.part{number} = {part}" for number, part in enumerate(parts))


FRAMINGS = {
    "lines": lambda values: "".join(dump(value) + "\n" for value in values),
    "lines, CRLF": lambda values: "".join(dump(value) + "\r\n" for value in values),
    "lines with commas": lambda values: ",\n".join(map(dump, values)),
    "glued": lambda values: "".join(map(dump, values)),
    "indented, one after another": lambda values: "\n".join(dump(value, 2) for value in values),
    "indented, glued": lambda values: "".join(dump(value, 1) for value in values),
    "not indented, over lines": lambda values: "".join(dump(value, 0) + "\n" for value in values),
    "array": lambda values: f"[{', '.join(map(dump, values))}]",
    "array by line": lambda values: "[" + ",\n".join(map(dump, values)) + "]\n",
    "array by line, commas in front": lambda values: "[ " + "\n, ".join(map(dump, values)) + "\n]",
    "indented array": lambda values: dump(values, 2),
    "indented array by R": lambda values: (
        "[\n" + ", ".join(indent_lines(dump(value, 2), "  ").lstrip() for value in values) + "\n]"
    ),
    "trailing comma": lambda values: "[\n" + "".join(dump(value) + ",\n" for value in values) + "]",
    "holes": lambda values: "[,," + ",,\n,".join(map(dump, values)) + ",,]",
    "no end": lambda values: "[" + ",\n".join(map(dump, values)),
    "no begin": lambda values: ",\n".join(map(dump, values)) + "]\n",
    "pages": write_pages,
    "arrays glued": lambda values: write_pages(values).replace("\n", ""),
    "array of pages": lambda values: dump([values, values[:0], [values[:0]]]),
    "parts": write_parts,
    "assignments": lambda values: "".join(f"var t{number} = {dump(value)};\n" for number, value in enumerate(values)),
    "record separators": lambda values: "".join(f"\x1e{dump(value)}\n" for value in values),
    "marks in the middle": lambda values: "".join(f"\ufeff{dump(value)}\n" for value in values),
    "encoded twice": lambda values: "".join(dump(dump(value)) + "\n" for value in values),
}
IN_LINES = [
    "lines",
    "lines, CRLF",
    "lines with commas",
    "array by line",
    "trailing comma",
    "no end",
    "record separators",
]


FRAMING = re.compile(rb"(?:[\s,\[\]\x1e;]|\xef\xbb\xbf|[a-zA-Z.]+[ \w.]* = )*")


class Trickle(io.RawIOBase):
    """Gives at most `size` bytes at a time."""

    def __init__(self, content, size):
        super().__init__()
        self._file, self._size = io.BytesIO(content), size

    def readable(self):
        return True

    def readinto(self, buffer):
        return self._file.readinto(memoryview(buffer)[: self._size])


def read(content, first_line=1, offset=0, size=1 << 16):
    file = io.BufferedReader(Trickle(content, max(size, 4)))
    return list(read_documents(file, "a", first_line, offset))


def find_places(content):
    """The bytes and lines at which the objects of the outermost level begin."""
    found = read(content)
    return [(each.offset, each.line) for each in found]


@pytest.mark.parametrize("framing", FRAMINGS)
@settings(max_examples=8, deadline=None)
@given(values=st.lists(VALUES, min_size=1, max_size=5), size=st.sampled_from([7, 100, 1 << 16]))
def test_every_document_is_read_once_with_its_place(framing, values, size):
    content = FRAMINGS[framing](values).encode()

    found = read(content, size=size)

    assert [each.value if isinstance(each, JsonDocument) else each for each in found] == values
    for each in found:
        assert content[each.offset : each.offset + len(each.raw)] == each.raw
        assert each.line == content.count(b"\n", 0, each.offset) + 1


@pytest.mark.parametrize("framing", IN_LINES)
@settings(max_examples=20, deadline=None)
@given(data=st.data(), count=st.integers(2, 6))
def test_a_damaged_line_costs_its_document_and_nothing_else(framing, data, count):
    values = [{"id": number, "text": data.draw(TEXTS), "user": {"id": number}} for number in range(count)]
    content = FRAMINGS[framing](values).encode()
    whole = read(content)
    victim = data.draw(st.sampled_from(whole))
    at = data.draw(st.integers(victim.offset + 1, victim.offset + len(victim.raw) - 1))
    if data.draw(st.booleans()):
        cut = data.draw(st.integers(1, victim.offset + len(victim.raw) - at))
        damaged = content[:at] + content[at + cut :]
    else:
        noise = data.draw(st.binary(min_size=1, max_size=9).filter(lambda some: not set(some) & set(b'\n{"')))
        damaged = content[:at] + noise + content[at:]

    found = read(damaged)

    check_neighbours(values, values[whole.index(victim)], found, damaged)


def check_neighbours(values, victim, found, damaged):
    """All values but one are there, in order, and what is left of that one is a rejected record or a document."""
    others = [value for value in values if value != victim]
    documents = [each.value for each in found if isinstance(each, JsonDocument)]
    left = [each for each in found if not (isinstance(each, JsonDocument) and each.value in others)]
    assert [value for value in documents if value in others] == others
    assert len(left) >= 1
    check_coverage(found, damaged)


def check_coverage(found, content):
    """Every byte that is not framing belongs to a document or a rejected record, in the order of the file."""
    end = 0
    for each in found:
        assert each.offset >= end
        assert FRAMING.fullmatch(content[end : each.offset])
        assert content[each.offset : each.offset + len(each.raw)] == each.raw
        assert each.line == content.count(b"\n", 0, each.offset) + 1
        end = each.offset + len(each.raw)
    assert FRAMING.fullmatch(content[end:])


POSTS = [
    {"created_at": "now", "id": n, "user": {"id": 7, "entities": {"urls": [{"url": "a"}, {"url": "b"}]}}, "lang": "en"}
    for n in range(4)
]


@pytest.mark.parametrize("framing", [name for name in FRAMINGS if name not in ("encoded twice", "array of pages")])
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_cut_anywhere_in_a_document_keeps_its_neighbours(framing, data):
    content = FRAMINGS[framing](POSTS).encode()
    whole = read(content)
    victim = data.draw(st.sampled_from(whole))
    # The closing bracket is kept: without it the next document is a member of this one.
    at = data.draw(st.integers(victim.offset + 1, victim.offset + len(victim.raw) - 2))
    damaged = content[:at] + content[at + data.draw(st.integers(1, victim.offset + len(victim.raw) - 1 - at)) :]

    found = read(damaged)

    check_neighbours(POSTS, victim.value, found, damaged)


@pytest.mark.parametrize("framing", FRAMINGS)
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_a_file_that_ends_early_gives_all_whole_documents(framing, data):
    content = FRAMINGS[framing](POSTS).encode()
    end = data.draw(st.integers(0, len(content)))
    whole = [each for each in read(content) if each.offset + len(each.raw) <= end]

    found = read(content[:end])

    assert found[: len(whole)] == whole
    assert all(isinstance(each, RejectedRecord) for each in found[len(whole) :])
    # Not indented, the beginning of an array's object looks like that of a document.
    assert len(found) <= len(whole) + (2 if framing == "not indented, over lines" else 1)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [b'{"id": 1}', b'{"a":', b"[", b"]", b"\n", b"}", b'"', b"\0\0", b"junk", b", ", b"\xe4", b"5", b" "]
        )
        | st.binary(max_size=4),
        max_size=14,
    )
)
def test_any_bytes_are_framing_or_a_document_or_a_rejected_record(parts):
    content = b"".join(parts).lstrip(b"\xff\xfe\x00")

    found = read(content)

    end = 0
    for each in found:
        assert each.offset >= end
        end = each.offset + len(each.raw)
    for number, each in enumerate(found):
        if each.line != (found[number - 1].line if number else 0):
            assert read(content, each.line, each.offset) == found[number:]
