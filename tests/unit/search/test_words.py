"""Which texts find which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.search.words import MAX_WORD, fold_text, join_words, split_wanted, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Café, CAFE & ＣＡＦＥ", ["cafe", "cafe", "cafe"]),
        ("STRASSE Straße", ["strasse", "strasse"]),
        ("İstanbul ıstanbul", ["istanbul", "istanbul"]),
        ("Łódź Ærø", ["lodz", "aero"]),
        ("NDV-123_x", ["ndv", "123", "x"]),
        ("ﬁx ½", ["fix", "1", "2"]),
        ("Άλφα ΑΛΦΑ", ["αλφα", "αλφα"]),
        ("مُحَمَّد محمد", ["محمد", "محمد"]),
        ("हिन्दी", ["हिन्दी"]),
        ("한국어", ["한국어"]),
        ("が か", ["が", "か"]),
        ("東京", ["東", "京", "東京"]),
        ("\ud83d 🏖 \x00", []),
        ("x" * 99, ["x" * MAX_WORD]),
    ],
)
def test_a_text_is_found_by_its_words_without_case_and_accents(text, words):
    assert split_words(text) == words


@pytest.mark.parametrize(
    ("wanted", "text", "is_found"),
    [
        ("タワー", "東京タワー", True),
        ("東", "東京タワー", True),
        ("京東", "東京タワー", False),
        ("ดี", "สวัสดีครับ", True),
        ("cafe", "Le CAFÉ noir", True),
        ("caf", "Le CAFÉ noir", False),
    ],
)
def test_a_word_of_a_script_without_spaces_is_found_anywhere(wanted, text, is_found):
    assert (set(split_wanted(wanted)) <= set(split_words(text))) is is_found


def test_a_name_is_one_term_whatever_is_between_its_words():
    assert join_words("  Vehicles & Automotive\n") == "vehicles automotive" == join_words("VEHICLES-automotive")


@given(st.text())
def test_a_text_always_finds_itself_in_any_case(text):
    assert set(split_wanted(text)) <= set(split_words(text))
    assert split_words(fold_text(text)) == split_words(text)
    for word in split_words(text):
        word.encode()
