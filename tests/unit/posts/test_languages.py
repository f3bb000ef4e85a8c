import pytest

from photolake.posts.languages import SUPPORTED, comprehend_language
from tests.fakes.comprehend import LANGUAGES


def test_the_supported_languages_are_those_of_the_api() -> None:
    assert set(LANGUAGES) == SUPPORTED


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en", "en"),
        ("EN-gb", "en"),
        ("pt_BR", "pt"),
        ("zh", "zh"),
        ("zh-Hans-SG", "zh"),
        ("zh-tw", "zh-TW"),
        ("zh-Hant-HK", "zh-TW"),
        ("in", "id"),
        ("iw", "he"),
        ("tl", "tl"),
    ],
)
def test_a_tag_becomes_the_code_comprehend_uses(tag: str, code: str) -> None:
    assert comprehend_language(tag) == code


@pytest.mark.parametrize("tag", [None, "", "  ", "und", "english", "e", "en_", "日本語"])
def test_a_tag_that_says_nothing_leaves_the_language_to_detection(tag: str | None) -> None:
    assert comprehend_language(tag) == "und"


@pytest.mark.parametrize("tag", ["zxx", "qme", "qht", "qam", "qct", "qst"])
def test_the_codes_of_posts_without_sentences_are_kept_and_not_supported(tag: str) -> None:
    assert comprehend_language(tag) == tag
    assert tag not in SUPPORTED
