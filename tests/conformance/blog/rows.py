"""Rows of the landing tables, few enough to know every answer by heart, among them all that UNNEST may meet:
no array, an empty one, one with a null in it; and two arrays side by side.
"""

from typing import Any

DAY = "2026-03-01"

Row = dict[str, Any]


def post(id_: int, name: str | None, entities: Any, copy: int = 2, **fields: Any) -> Row:
    """A post of one day; of its copies the last number is the newest."""
    return {
        "id": id_,
        "id_str": str(id_),
        "source_platform": "x",
        "timestamp_ms": 1772359200000 + id_,
        "text": f"post {id_}",
        "retweeted": False,
        "is_retweet": False,
        "user": name and {"id": 100 + id_, "screen_name": name, "name": name.title()},
        "entities": entities,
        "collected_at": f"2026-03-0{copy}T10:00:00.000Z",
        "processed_at": f"2026-03-0{copy}T10:05:00.000Z",
        "dt": DAY,
        **fields,
    }


def links(*urls: str | None) -> Row:
    return {"urls": [{"url": "https://t.example/1", "expanded_url": url} for url in urls]}


def photo(tweetid: int, image: str) -> Row:
    return {
        "origin": "post",
        "source_key": f"{tweetid}:{image}",
        "source_platform": "x",
        "tweetid": tweetid,
        "mediaid": f"m-{image}",
        "media_url": f"https://photos.example/{image}.jpg",
        "image_id": image,
        "image_dt": DAY,
        "status": "ok",
        "collected_at": "2026-03-02T10:00:00.000Z",
        "processed_at": "2026-03-02T10:05:00.000Z",
        "dt": DAY,
    }


def analysis(image: str, copy: int = 2, **image_labels: Any) -> Row:
    return {
        "image_id": image,
        "analyzed_at": f"2026-03-0{copy}T10:00:00.000Z",
        "processed_at": f"2026-03-0{copy}T10:05:00.000Z",
        "image_labels": image_labels or None,
        "dt": DAY,
    }


def face(*emotions: tuple[str, float], **fields: Any) -> Row:
    return {
        "confidence": 99.0,
        "gender": {"value": "Female", "confidence": 90.0},
        "agerange": {"low": 20, "high": 28},
        "smile": {"value": True, "confidence": 80.5},
        "eyeglasses": {"value": False, "confidence": 70.0},
        "boundingbox": {"left": 0.25, "top": 0.5, "width": 0.125, "height": 0.25},
        "pose": {"yaw": 1.5, "roll": -2.0, "pitch": 3.25},
        "emotions": [{"type": kind, "confidence": confidence} for kind, confidence in emotions],
        **fields,
    }


def label(name: str, *parents: str) -> Row:
    return {"name": name, "confidence": 97.5, "parents": [{"name": parent} for parent in parents]}


def text_line(number: int, words: str) -> Row:
    return {"type": "LINE", "id": number, "detectedtext": words, "confidence": 99.0}


SOMEBODY = {"name": "Somebody", "id": "x1", "urls": ["www.example.com/x1", "x1.example"], "matchconfidence": 97.5}

POSTS = [
    post(1, "ann", links("https://www.amazon.com/lamp/dp/B1", "https://News.example/a"), text="RT a lamp"),
    post(1, "ann", links("https://old.example/"), copy=1),
    post(2, "bob", links()),
    post(3, "cid", {"urls": None}),
    post(4, None, None, timestamp_ms=None),
    post(5, "eve", {"urls": [None, {"expanded_url": "https://news.example/b"}, {"expanded_url": None}]}),
    post(6, "fay", links("https://amazon.com/shoe/dp/B2?x=1", "https://www.amazon.com/deals"), retweeted=True),
    post(7, "gus", links("https://www.amazon.com/dp/B3")),
]
DELETIONS = [{"id": 7, "id_str": "7", "source_platform": "x", "deleted_at": "2026-03-02T00:00:00.000Z"}]
PHOTOS = [
    *(photo(1, "a"), photo(1, "b")),
    *(photo(2, "c"), photo(2, "e")),
    photo(4, "d"),
    *(photo(6, "a"), photo(6, "c")),
    photo(7, "a"),
]
ANALYSES = [
    analysis(
        "a",
        labels=[label("Person"), label("Face", "Head", "Person"), label("Dog", "Animal")],
        textdetections=[text_line(0, "SALE"), text_line(1, "50 %")],
        facedetails=[face(("HAPPY", 40.0), ("SAD", 55.0)), face(("CALM", 99.5), pose=None), face()],
        celebrityrecognition={"celebrityfaces": [SOMEBODY], "unrecognizedfaces": []},
    ),
    analysis("a", copy=1, labels=[label("Outdated")]),
    analysis("b", labels=[], textdetections=[], facedetails=[], celebrityrecognition={"celebrityfaces": []}),
    # A person without a label 'Face'.
    analysis("c", labels=[label("Person"), label("Shoe")], facedetails=[face(("SAD", 70.0))]),
    analysis("d"),
]
# A celebrity under the name that the sample's function gave it, which no column has; our streams do not take it.
WRITTEN_IN_2019 = analysis("e", celebrityrekognition={"celebrityfaces": [SOMEBODY]})
