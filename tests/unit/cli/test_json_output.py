"""JSON on standard output: one document, which a terminal can show and any program can read."""

import io
import json
from contextlib import redirect_stdout

from hypothesis import given
from hypothesis import strategies as st

from photolake_cli.json_output import print_json


def test_a_document_comes_back_as_it_was_and_holds_nothing_that_a_terminal_obeys(capsys):
    document = {"text": "Grüße 🌊\n\x1b[2J\x9b2J\u202e\x7f\ud83c", "count": 3, "none": None}

    print_json(document)

    printed = capsys.readouterr().out
    assert json.loads(printed) == document
    assert "Grüße 🌊" in printed
    assert all(char.isprintable() or char == "\n" for char in printed)


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_is_one_document_in_utf_8(text):

    with redirect_stdout(io.StringIO()) as out:
        print_json({"text": text})

    assert json.loads(out.getvalue().encode()) == {"text": text}
