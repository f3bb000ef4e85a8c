"""What Rekognition saw, as columns to filter by and as the whole answer."""

from hypothesis import given
from hypothesis import strategies as st

from photolake_cli.dashboard.analyses import AnalysisReader, read_analysis
from photolake_cli.dashboard.pages import format_script

BOX = {"left": 0.25, "top": 0.5, "width": 0.125, "height": 0.25}
LABELS = {
    "labels": [
        {"name": "Cup", "confidence": 99.98765, "parents": [{"name": "Tableware"}, None], "categories": None},
        {"name": None, "confidence": 99.0},
        {"name": "Cup", "confidence": None, "parents": [{"name": "Other"}]},
    ],
    "moderationlabels": [
        {"name": "Weapons", "parentname": "Violence", "confidence": 50.0},
        {"name": "Violence", "parentname": "", "confidence": 51.0},
    ],
    "textdetections": [
        {"type": "LINE", "detectedtext": "<b>SALE</b>\x00"},
        {"type": "WORD", "detectedtext": "SALE"},
        {"type": "LINE", "detectedtext": None},
    ],
    "facedetails": [
        {
            "agerange": {"low": 20, "high": 28},
            "gender": {"value": "Female", "confidence": 90.0},
            "emotions": [
                {"type": "CALM", "confidence": 60.0},
                {"type": "HAPPY", "confidence": 80.0},
                {"type": "SAD", "confidence": None},
                {"type": "FEAR", "confidence": float("nan")},
            ],
            "smile": {"value": True, "confidence": 90.0},
        },
        {"agerange": None, "emotions": [], "smile": {"value": None}},
    ],
    "celebrityrecognition": {
        "celebrityfaces": [{"name": "Ada Lovelace", "matchconfidence": 97.5}, {"name": None}],
        "unrecognizedfaces": None,
    },
}


def test_what_is_filtered_by_is_numbers_of_names_and_confidences():
    reader = AnalysisReader()

    assert reader.read_findings({"image_labels": LABELS}) == {
        "labels": [(0, 99.99), (0, 0.0)],
        "moderationLabels": [(0, 50.0), (1, 51.0)],
        "lines": ["<b>SALE</b>"],
        "faces": [(20, 28, 0, 0, 1), (None, None, None, None, None)],
        "celebrities": [(0, 97.5)],
    }
    assert reader.labels.items == [{"name": "Cup", "parents": ["Tableware"], "categories": []}]
    assert reader.moderation_labels.items == [
        {"name": "Weapons", "parent": "Violence"},
        {"name": "Violence", "parent": ""},
    ]
    assert (reader.genders.items, reader.emotions.items) == (["Female"], ["HAPPY"])
    assert reader.celebrities.items == ["Ada Lovelace"]


def test_an_image_without_an_analysis_or_with_a_refused_one_has_nothing():
    nothing: dict[str, list[object]] = {
        "labels": [],
        "moderationLabels": [],
        "lines": [],
        "faces": [],
        "celebrities": [],
    }

    assert AnalysisReader().read_findings({}) == AnalysisReader().read_findings({"image_labels": None}) == nothing
    assert read_analysis({}) == {"analyzedAt": None, "imageLabels": None, "imageProperties": None, "errors": []}


def test_the_whole_answer_keeps_boxes_and_errors():
    row = {
        "analyzed_at": "2026-03-01T10:00:00.000Z",
        "image_labels": {"labels": [{"name": "Cup", "instances": [{"boundingbox": BOX, "confidence": 90.0}]}]},
        "image_properties": {"quality": {"brightness": float("nan"), "sharpness": 5.5}},
        "errors": [{"api": "faces", "code": "x", "message": None}],
        "perceptual_hash": "00ff",
    }

    assert read_analysis(row) == {
        "analyzedAt": "2026-03-01T10:00:00.000Z",
        "imageLabels": row["image_labels"],
        "imageProperties": {"quality": {"sharpness": 5.5}},
        "errors": [{"api": "faces", "code": "x", "message": ""}],
    }


TEXT = st.none() | st.text(st.characters(exclude_categories=()))
NUMBER = st.none() | st.floats()
NAMED = st.fixed_dictionaries({"name": TEXT, "confidence": NUMBER, "parentname": TEXT})
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "labels": st.none() | st.lists(st.none() | NAMED),
        "moderationlabels": st.none() | st.lists(st.none() | NAMED),
        "textdetections": st.none() | st.lists(st.fixed_dictionaries({"type": TEXT, "detectedtext": TEXT})),
        "facedetails": st.none() | st.lists(st.fixed_dictionaries({"emotions": st.none() | st.lists(NAMED)})),
        "celebrityrecognition": st.none() | st.fixed_dictionaries({"celebrityfaces": st.none() | st.lists(NAMED)}),
    },
)


@given(st.none() | ANSWERS)
def test_any_answer_can_be_written(answer):
    row = {"image_labels": answer}

    assert format_script("pictures", 0, AnalysisReader().read_findings(row)).encode()
    assert format_script("analyses", 0, read_analysis(row)).encode()
