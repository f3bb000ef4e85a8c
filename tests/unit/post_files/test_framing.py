"""However documents are strung together, and wherever a file is damaged, each whole one is read once, in its place."""

import io
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photolake.post_files.documents import JsonDocument, read_documents
from photolake.post_files.framing import ENDLESS, MAX_NESTING, UNCLOSED
from photolake.post_files.json_values import Broken, decode_value
from photolake.post_files.resync import Resume, Resynchronizer
from photolake.post_files.window import Window
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


# Damage, and what the parser of whole objects reads otherwise or refuses; "NUMBER" in a document is replaced by it.
NOISE = [
    b"\n",
    b"\r\n",
    b'"',
    b"{",
    b"}",
    b"\n}",
    b"\n  }",
    b",",
    b"]",
    b"\0",
    b"\xe4",
    b"\xed\xa0\xbd",
    b"\\ud83d",
    b"x",
]
NUMBERS = [b"1e999", b"NaN", b"18446744073709551616", b"-9223372036854775809", b"1e-7", b'"\\ud83d"', b"[" * 300]


@pytest.mark.parametrize("framing", FRAMINGS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_objects_are_read_whole_as_they_are_read_from_the_text(framing, data):
    values = [{"id": number, "text": data.draw(TEXTS), "n": "NUMBER"} for number in range(4)]
    content = FRAMINGS[framing](values).encode()
    content = content.replace(b'"NUMBER"', data.draw(st.sampled_from(NUMBERS)), data.draw(st.integers(0, 2)))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(content)))
        content = content[:at] + data.draw(st.sampled_from(NOISE)) + content[at + data.draw(st.integers(0, 30)) :]
    size = data.draw(st.sampled_from([7, 100, 1 << 16]))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Window, "peek_object", lambda window: None)
        expected = read(content, size=size)

    # Their written forms differ for 1 and 1.0.
    assert repr(read(content, size=size)) == repr(expected)


def test_a_line_is_read_whole_before_the_text_is_looked_at():
    lines = b"".join(FRAMINGS["lines"](POSTS).encode() for _ in range(2_000))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "photolake.post_files.documents.parse_json_at", lambda text, at: pytest.fail("a line was not read whole")
        )
        found = read(lines[: 1 << 17].rpartition(b"\n")[0] + b"\n")

    assert len(found) > 1_000


ONE, TWO = b'{"id": 1}', b'{"id": 2}'


def describe(found):
    return [(each.line, each.value if isinstance(each, JsonDocument) else each.message) for each in found]


@pytest.mark.parametrize("noise", [b"[", b"]", b",", b";", b"[ \n", b"[[]", b"[,", b"\x1e"])
def test_what_is_too_much_for_framing_is_one_rejected_record(noise):
    content = ONE + b"\n" + noise * 100_000 + b"\n" + TWO

    _, rejected, second = found = read(content)

    assert describe(found) == [
        (1, {"id": 1}),
        (2, f"byte 10: {ENDLESS}"),
        (content.count(b"\n") + 1, {"id": 2}),
    ]
    assert rejected.raw == (noise * 100_000).strip()
    assert read(content, rejected.line, rejected.offset) == [rejected, second]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from([b"[", b"]", b",", b"\n", b"[]", b" "]), max_size=300), st.sampled_from([1, 7, 1 << 16])
)
def test_framing_is_told_from_damage_alike_however_it_is_read(parts, size):
    content = ONE + b"".join(parts) + TWO

    found = read(content, size=size)

    assert found == read(content)
    assert [each.value for each in found if isinstance(each, JsonDocument)] == [{"id": 1}, {"id": 2}]
    assert all(each.message.endswith(ENDLESS) for each in found if isinstance(each, RejectedRecord))


@pytest.mark.parametrize("framing", [b"[" * MAX_NESTING, b"]" * MAX_NESTING, b"[]\n" * 1000, b"[[], [[]]],\n" * 1000])
def test_arrays_without_posts_are_framing(framing):
    assert describe(read(ONE + framing + TWO)) == [(1, {"id": 1}), (framing.count(b"\n") + 1, {"id": 2})]


@pytest.mark.parametrize("content", [b"[", b"\n [\n", ONE + b"\n[[", ONE + b"\n], [ \n"])
def test_an_array_that_begins_at_the_end_of_a_file_is_cut_off(content):
    last = read(content)[-1]

    assert last.message == f"byte {last.offset}: {UNCLOSED}"
    assert last.raw == content[last.offset :].strip()


@pytest.mark.parametrize(
    ("noise", "message"),
    [
        (b'"' * 100_000, "texts, numbers or words beside one another, not objects of posts"),
        (b"1, " * 100_000, "texts, numbers or words beside one another, not objects of posts"),
        (b"null [" * 100_000, "texts, numbers or words beside one another, not objects of posts"),
        (b"- " * 100_000, "Expecting value"),
        (b"{" * 100_000, "Expecting property name enclosed in double quotes"),
        (b'{"a":' * 100_000 + b"\n", "nested too deeply"),
    ],
)
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_neighbouring_damage_is_one_rejected_record(noise, message, end):
    content = ONE + b"\n" + noise + end + TWO

    first, rejected, second = read(content)

    assert (first.value, second.value) == ({"id": 1}, {"id": 2})
    assert (rejected.line, message in rejected.message) == (2, True)
    assert rejected.raw == noise.strip()
    assert second.offset == len(content) - len(TWO)


def test_assignments_without_documents_are_damage():
    first, rejected, second = read(ONE + b"\n" + b"x = [ " * 1_000 + b"\n" + TWO)

    assert (first.value, second.value) == ({"id": 1}, {"id": 2})
    assert "more than 64 assignments without a document between them" in rejected.message


def test_values_by_themselves_stay_apart():
    assert describe(read(b'5\n"a"\n{"id": 1} 7 {"id": 2}')) == [
        (1, 5),
        (2, "a"),
        (3, {"id": 1}),
        (3, 7),
        (3, {"id": 2}),
    ]


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        ('{"a": "x\ny", "b": "cut', Broken("a string does not end on its line", 8, is_cut=True)),
        ('{"a": "x\ny" 5}' + " " * 20, Broken("a string does not end on its line", 8)),
        ('{"a": "x\ny", "b": "\0', Broken("a string does not end on its line", 8)),
        ('{"a": "x\0y"}', Broken("NUL bytes inside", 8)),
        ('{"a": "x\ny", "b": "\0"}', Broken("NUL bytes inside", 19)),
        ('{"a": [NaN, ' + "[" * 100_000, Broken("nested too deeply", 0)),
    ],
)
def test_a_value_with_raw_control_characters_is_only_cut_if_more_text_could_complete_it(text, broken):
    assert decode_value(text, 0) == broken


@pytest.mark.parametrize("size", [1, 5, 100])
def test_the_indent_of_a_line_is_known_where_reading_goes_on_in_it(size):
    content = b"{\n\t[\n    {}"
    window = Window(iter(content[at : at + size] for at in range(0, len(content), size)))

    window.skip_to(content.index(b"{}"))

    assert (window.indent, window.offset) == (4, 9)


@pytest.mark.parametrize(
    ("text", "begin"),
    [
        ('{"id": "cut {"id": 2}\n', '{"id": 2}'),
        ('{"id": oops,\n    {"id": 2},\n{"id": 3}\n', '{"id": 3}'),
        ('{"id": oops, {"id": 2} "more", {"id": 3}\n', '{"id": 3}'),
    ],
    ids=["in a line", "no deeper", "before no member"],
)
def test_after_damage_reading_goes_on_where_the_next_document_begins(text, begin):
    found = Resynchronizer(0, frozenset({"id"}), "id").find(text, 1, is_final=True)

    assert found == Resume(text.index(begin), is_found=True)
