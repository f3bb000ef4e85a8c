"""What a search says about each photo, by either strategy."""

import io

import pytest
from PIL import Image

from photolake.errors import PermanentError
from photolake.people.strategy import Amounts, Strategy, choose_strategy, price_strategies
from tests.builders.face_photos import PaintedFace, draw_photo
from tests.fakes.person_search import SearchWorld, name_matches

RIC = draw_photo(PaintedFace("ric"))
ANN = draw_photo(PaintedFace("ann"))
ALBUM = {
    "alone.png": draw_photo(PaintedFace("ric", look=1)),
    "group.png": draw_photo(
        PaintedFace("ann", 0, 0, 60), PaintedFace("ric", 80, 10, 40, look=2), PaintedFace("bob", 100, 80, 20)
    ),
    "twice.png": draw_photo(PaintedFace("ric", 0, 0, 50, look=3), PaintedFace("ric", 80, 0, 70, look=4)),
    "others.png": draw_photo(PaintedFace("ann"), PaintedFace("bob", 90)),
    "beach.png": draw_photo(),
    "moving.gif": draw_photo(PaintedFace("ric", look=5), kind="GIF"),
}
EVERY_STRATEGY = pytest.mark.parametrize("strategy", list(Strategy))


@EVERY_STRATEGY
def test_each_photo_is_found_sorted_and_counted_once(strategy):
    findings = SearchWorld(ALBUM).find(RIC, strategy)

    assert name_matches(findings) == {
        "alone.png": [(1, 98.5)],
        "group.png": [(2, 97.5)],
        "twice.png": [(2, 96.5), (1, 95.5)],
        "moving.gif": [(1, 94.5)],
    }
    assert list(name_matches(findings)) == ["alone.png", "group.png", "twice.png", "moving.gif"]
    assert [match.face_count for match in findings.matches] == [1, 3, 2, 1]
    assert [photo.name for photo in findings.others] == ["others.png"]
    assert [photo.name for photo in findings.faceless] == ["beach.png"]
    assert (findings.unavailable, findings.busy) == ([], [])


def test_the_box_of_a_face_is_where_it_was_painted():
    (match,) = SearchWorld({"a.png": draw_photo(PaintedFace("ric", 40, 30, 60))}).find(RIC, Strategy.COMPARE).matches

    assert vars(match.faces[0].box) == {"left": 0.25, "top": 0.25, "width": 0.375, "height": 0.5}


@EVERY_STRATEGY
def test_another_threshold_costs_nothing(strategy):
    world = SearchWorld(ALBUM)
    world.find(RIC, strategy)
    bill = dict(world.rekognition.billed)

    assert list(name_matches(world.find(RIC, strategy, threshold=97))) == ["alone.png", "group.png"]
    assert len(world.find(RIC, strategy, threshold=0).others) == 0
    assert world.rekognition.billed == bill


@EVERY_STRATEGY
def test_files_that_are_not_photos_or_damaged_are_told_and_harm_nothing_beside_them(strategy):
    cut_off = RIC[: len(RIC) // 20]
    tiny = io.BytesIO()
    Image.new("RGB", (40, 40)).save(tiny, "PNG")
    world = SearchWorld(
        {"notes.txt": b"hello", "cut.png": cut_off, "empty.jpg": b"", "tiny.png": tiny.getvalue(), "a.png": RIC}
    )

    findings = world.find(RIC, strategy)

    assert {photo.name: reason.status for photo, reason in findings.unavailable} == {
        "notes.txt": "unsupported_format",
        "cut.png": "broken",
        "empty.jpg": "broken",
        "tiny.png": "too_small",
    }
    assert list(name_matches(findings)) == ["a.png"]


@EVERY_STRATEGY
def test_a_photo_that_rekognition_refuses_is_told_and_not_sent_again(strategy, monkeypatch):
    world = SearchWorld({"a.png": RIC})
    monkeypatch.setattr("photolake.people.photo.render", lambda data: type("R", (), {"body": b"II*\0 a TIFF"}))

    for _ in range(2):
        ((photo, reason),) = world.find(RIC, strategy).unavailable
        assert (photo.name, reason.status) == ("a.png", "unsupported_format")
    operations = [operation for operation, _ in world.rekognition.requests]
    assert operations.count(strategy.operation) == (2 if strategy is Strategy.COMPARE else 1)  # one is the portrait's


def test_a_portrait_without_a_face_ends_the_search_before_any_photo_is_sent():
    world = SearchWorld(ALBUM)

    with pytest.raises(PermanentError, match=r"finds no face in ric\.png") as caught:
        world.find(draw_photo(), Strategy.COMPARE)

    assert caught.value.status == "no_face"
    assert dict(world.rekognition.billed) == {"CompareFaces": 1}


def test_a_portrait_that_is_not_an_image_is_named():
    with pytest.raises(PermanentError, match=r"ric\.png: a text, not a JPEG"):
        SearchWorld(ALBUM).find(b"hello", Strategy.COMPARE)


PAIR = draw_photo(PaintedFace("ann", 0, 0, 70), PaintedFace("ric", 60, 60, 50), size=(200, 160))


def test_a_portrait_with_several_faces_asks_which_one_is_meant():
    world = SearchWorld(ALBUM)

    with pytest.raises(PermanentError) as caught:
        world.find(PAIR, Strategy.COMPARE)

    assert caught.value.message.splitlines() == [
        "ric.png shows 2 faces:",
        "  face 1: 0% from the left, 0% from the top, 35% wide",
        "  face 2: 30% from the left, 38% from the top, 25% wide",
    ]
    with pytest.raises(PermanentError, match="There is no face 3"):
        world.find(PAIR, Strategy.COMPARE, face=3)
    assert dict(world.rekognition.billed) == {"CompareFaces": 1}


@EVERY_STRATEGY
@pytest.mark.parametrize(("face", "person"), [(1, "ann"), (2, "ric")])
def test_the_chosen_face_is_searched_for_though_a_larger_one_reaches_into_its_margin(strategy, face, person):
    album = {"ann": ANN, "ric": RIC}

    assert list(name_matches(SearchWorld(album).find(PAIR, strategy, face))) == [person]


def test_changed_and_deleted_photos_lose_their_face_vectors():
    world = SearchWorld({"a": RIC, "b": ANN, "c": draw_photo(PaintedFace("ric", look=2))})
    world.find(RIC, Strategy.COLLECTION)
    del world.photos["c"]
    world.photos["b"] = draw_photo(PaintedFace("ric", look=3))

    assert list(name_matches(world.find(RIC, Strategy.COLLECTION))) == ["a", "b"]
    (collection,) = world.rekognition.collections.values()
    assert len(collection) == 2
    assert world.rekognition.billed["IndexFaces"] == 4


def test_vectors_that_somebody_deleted_are_made_again():
    world = SearchWorld(ALBUM)
    world.find(RIC, Strategy.COLLECTION)
    world.rekognition.collections.clear()

    assert len(name_matches(world.find(RIC, Strategy.COLLECTION))) == 4
    assert world.rekognition.billed["IndexFaces"] == 2 * len(ALBUM) - 1  # all but the photo without a face


def test_a_search_that_returns_its_limit_says_from_which_similarity_on_it_is_complete(monkeypatch):
    monkeypatch.setattr("photolake.people.face_requests.MAX_MATCHES", 3)
    world = SearchWorld(ALBUM, max_matches=3)

    def send(photos, request, on_result):
        for photo in photos:
            request(photo)

    result = world.search(RIC).run(Strategy.COLLECTION, world.list_photos(), send)

    assert result.floor == pytest.approx(96.5)


def test_what_is_to_be_bought_is_counted_before_and_is_what_is_bought():
    world = SearchWorld(ALBUM)
    photos = len(ALBUM)

    assert world.count(RIC) == Amounts(photos, photos, photos, portrait_requests=1)
    assert world.count(PAIR, face=2) == Amounts(photos, photos, photos, portrait_requests=2)
    world.find(RIC, Strategy.COMPARE)
    assert world.rekognition.billed.total() == 1 + photos
    assert world.count(RIC) == Amounts(photos, 0, photos, is_searched=True)  # an empty collection needs no search
    world.find(ANN, Strategy.COLLECTION)
    assert world.count(ANN) == Amounts(photos, photos, 0, is_searched=True)
    assert [price.requests for price in price_strategies(world.count(ANN))] == [photos, 0]


def test_the_cheaper_strategy_is_the_one_with_fewer_requests_in_the_end():
    people = [draw_photo(PaintedFace(person)) for person in ("ric", "ann", "bob", "eve")]
    for searches in range(1, len(people) + 1):
        bills = {}
        for strategy in Strategy:
            world = SearchWorld(ALBUM)
            for person in people[:searches]:
                world.find(person, strategy)
            bills[strategy] = world.rekognition.billed.total()
        assert bills == {Strategy.COMPARE: searches * (1 + len(ALBUM)), Strategy.COLLECTION: len(ALBUM) + 2 * searches}
        prices = price_strategies(SearchWorld(ALBUM).count(RIC, searches))
        assert {price.strategy: price.requests + price.later_requests for price in prices} == bills
        assert choose_strategy(prices) is min(bills, key=bills.__getitem__)
