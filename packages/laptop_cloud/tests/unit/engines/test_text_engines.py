"""The engines behind the local Comprehend: sentiment, entities, language."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from laptop_cloud.engines.entities import Entity, find_entities
from laptop_cloud.engines.language import LanguageIdentifier
from laptop_cloud.engines.sentiment import VaderSentiment, compute_scores, pick_sentiment

VADER = VaderSentiment()
SHARES = st.floats(min_value=0, max_value=1)


@pytest.fixture(scope="module")
def identifier():
    return LanguageIdentifier()


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("I love this phone, the camera is wonderful!", "POSITIVE"),
        ("worst airline ever, I hate it", "NEGATIVE"),
        ("The parcel arrives at the shop", "NEUTRAL"),
        ("Great camera, terrible battery", "MIXED"),
    ],
)
def test_plain_english_gets_the_sentiment_a_reader_would_give(text, sentiment):
    assert pick_sentiment(VADER(text)) == sentiment


@settings(deadline=None)  # the first text loads the word list
@given(st.text(max_size=200))
def test_four_scores_of_any_text_add_up_to_one(text):
    scores = VADER(text)

    assert set(scores) == {"Positive", "Negative", "Neutral", "Mixed"}
    assert sum(scores.values()) == pytest.approx(1)
    assert all(0 <= score <= 1 for score in scores.values())


@given(SHARES, SHARES, st.floats(min_value=-1, max_value=1))
def test_four_scores_stay_scores_whatever_vader_answers(pos, neg, compound):
    scores = compute_scores({"pos": pos, "neg": neg, "compound": compound})

    assert sum(scores.values()) == pytest.approx(1)
    assert all(-1e-9 <= score <= 1 for score in scores.values())


def test_polar_and_neutral_weigh_the_same_at_the_threshold_of_vader():
    scores = compute_scores({"pos": 0.1, "neg": 0.0, "compound": 0.05})

    assert scores == pytest.approx({"Positive": 0.5, "Negative": 0.0, "Neutral": 0.5, "Mixed": 0.0})


def test_entities_are_found_by_their_form_in_any_language():
    text = "Ça coûte 19,99 € (-20 %) le 31/12/2025 à 18:30 : https://shop.example/a?b=c. @la_boutique #SoldesDHiver"

    assert [(entity.type, entity.text) for entity in find_entities(text, "fr")] == [
        ("QUANTITY", "19,99 €"),
        ("QUANTITY", "20 %"),
        ("DATE", "31/12/2025"),
        ("DATE", "18:30"),
        ("OTHER", "https://shop.example/a?b=c"),
        ("OTHER", "@la_boutique"),
        ("OTHER", "#SoldesDHiver"),
    ]


def test_english_adds_dates_units_titled_people_and_companies():
    text = "Dr. Jane Roe of the Example Robotics Inc. walked 5 miles on Friday, March 3rd 2026"

    assert [(entity.type, entity.text) for entity in find_entities(text, "en")] == [
        ("PERSON", "Jane Roe"),
        ("ORGANIZATION", "Example Robotics Inc."),
        ("QUANTITY", "5 miles"),
        ("DATE", "Friday"),
        ("DATE", "March 3rd 2026"),
    ]


def test_offsets_count_characters_and_not_bytes():
    assert find_entities("写真📷 2026年3月5日", "ja") == [Entity("DATE", "2026年3月5日", 4, 13)]


@pytest.mark.parametrize(
    "text", ["iPhone 15 Pro", "version 1.2.3", "Paris is lovely", "&#39;", "AC/DC #1", "in 1999,95"]
)
def test_what_its_form_does_not_tell_is_left_out(text):
    assert find_entities(text, "en") == []


@given(st.text(max_size=300), st.sampled_from(["en", "ja"]))
def test_entities_of_any_text_are_stretches_of_it_that_do_not_overlap(text, language):
    entities = find_entities(text, language)

    assert all(entity.text == text[entity.begin : entity.end] != "" for entity in entities)
    assert all(one.end <= other.begin for one, other in pairwise(entities))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I love this new phone", "en"),
        ("Buenos días a todos mis amigos", "es"),
        ("Das ist ein sehr schönes Foto", "de"),
        ("この写真が好きです", "ja"),
        ("我喜歡這個手機", "zh"),
        ("hei på deg, hvordan går det", "no"),
    ],
)
def test_the_likeliest_language_comes_first(identifier, text, code):
    ranked = identifier(text)

    assert ranked[0][0] == code
    assert [score for _, score in ranked] == sorted((score for _, score in ranked), reverse=True)


@pytest.mark.parametrize("text", ["😂😂😂", "12345", "https://t.co/abc"])
def test_what_is_not_a_language_gets_none(identifier, text):
    assert identifier(text) == []
