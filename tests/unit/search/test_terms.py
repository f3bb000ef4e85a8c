"""The terms that an analysis and a photo are found by."""

from photolake.search.terms import cut_terms, list_analysis_terms, list_photo_terms
from tests.builders.search_rows import analysis, line, post, seen_label


def test_a_label_is_found_by_its_name_parents_and_aliases_with_the_best_confidence():
    labels = [seen_label("Sports Car", 81.239, ["Car", "Vehicle"], ["Racer"]), seen_label("Car", 92.5)]

    assert list_analysis_terms(analysis(labels=labels)) == {
        "any#": 100.0,
        "label#sports car": 81.24,
        "label#car": 92.5,
        "label#vehicle": 81.24,
        "label#racer": 81.24,
        "seen#sports": 81.24,
        "seen#car": 92.5,
        "seen#vehicle": 81.24,
        "seen#racer": 81.24,
    }


def test_text_is_found_by_its_words_and_their_beginnings():
    assert list_analysis_terms(analysis(lines=[line("NDV 5", 97.0), line("ndv", 88.0)])) == {
        "any#": 100.0,
        "text#ndv": 97.0,
        "text#5": 97.0,
        "seen#ndv": 97.0,
        "seen#5": 97.0,
        "prefix#nd": 97.0,
        "prefix#ndv": 97.0,
    }


def test_celebrities_are_found_by_each_word_and_moderation_by_whole_names():
    terms = list_analysis_terms(
        analysis(
            moderationlabels=[{"name": "Graphic Violence", "parentname": "Violence", "confidence": 60.0}],
            celebrityrecognition={"celebrityfaces": [{"name": "Ada Lovelace", "matchconfidence": 99.0}]},
        )
    )

    assert {term for term in terms if term.startswith(("celebrity", "moderation"))} == {
        "celebrity#ada",
        "celebrity#lovelace",
        "moderation#graphic violence",
        "moderation#violence",
    }


def test_an_analysis_without_results_has_only_the_term_of_every_image():
    empty = analysis() | {"image_labels": None}
    odd = analysis(labels=[{"name": None}, {"name": "…"}, None], lines=[{"detectedtext": None}])  # type: ignore[list-item]

    assert list_analysis_terms(empty) == list_analysis_terms(odd) == {"any#": 100.0}


def test_a_photo_is_found_by_the_words_and_entities_of_its_post():
    found = post("Ada at the beach", ("Ada Lovelace", 0.987), ("Ada", 0.5))

    assert list_photo_terms([found.text, "A red chair", None], found.entities) == {
        "said#ada": 100.0,
        "said#at": 100.0,
        "said#the": 100.0,
        "said#beach": 100.0,
        "said#a": 100.0,
        "said#red": 100.0,
        "said#chair": 100.0,
        "entity#ada": 98.7,
        "entity#lovelace": 98.7,
    }


def test_over_the_limit_the_names_of_labels_stay_and_the_beginnings_of_words_go():
    terms = list_analysis_terms(analysis(labels=["Car"], lines=["market"]))

    kept, left_out = cut_terms(terms, 6)

    assert list(kept) == ["any#", "label#car", "text#market", "seen#car", "seen#market", "prefix#ma"]
    assert left_out == 4
