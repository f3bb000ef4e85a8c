"""What the views promise: each thing once, nothing of a deleted post, nothing of 2019's defects."""

import datetime
import itertools
import random

import pytest

from photolake_cli.pseudonyms.fields import find_treatment
from tests.synthetic_lake.warehouse import SQL, open_warehouse

NOW = datetime.datetime(2026, 3, 10, 12, tzinfo=datetime.UTC)
DAY, NEXT_DAY = "2026-03-01", "2026-03-02"
BOX = {"left": 0.25, "top": 0.5, "width": 0.125, "height": 0.25}


def post(id_, dt=DAY, copy=1, **fields):
    return {
        "id": id_,
        "id_str": str(id_),
        "source_platform": "x",
        "timestamp_ms": 1772359200000 + id_,
        "text": f"post {id_}",
        "user": {"id": 7, "id_str": "7", "screen_name": "ann", "name": "Ann"},
        "collected_at": f"2026-03-0{copy}T10:00:00.000Z",
        "processed_at": f"2026-03-0{copy}T10:05:00.000Z",
        "dt": dt,
        **fields,
    }


def photo(tweetid, image_id, dt=DAY, image_dt=DAY, copy=1, **fields):
    return {
        "origin": "post",
        "source_key": f"{tweetid}:{image_id}",
        "source_platform": "x",
        "tweetid": tweetid,
        "mediaid": f"m{image_id}",
        "media_url": f"https://photos.example/{image_id}.jpg",
        "image_id": image_id,
        "image_dt": image_dt,
        "status": "ok",
        "collected_at": f"2026-03-0{copy}T10:00:00.000Z",
        "processed_at": f"2026-03-0{copy}T10:05:00.000Z",
        "dt": dt,
        **fields,
    }


def analysis(image_id, dt=DAY, copy=1, **labels):
    return {
        "image_id": image_id,
        "analyzed_at": f"2026-03-0{copy}T10:00:00.000Z",
        "processed_at": f"2026-03-0{copy}T10:05:00.000Z",
        "image_labels": labels or None,
        "dt": dt,
    }


def face(emotions=(("HAPPY", 80.0), ("SAD", 15.0)), gender=90.0, **fields):
    return {
        "boundingbox": BOX,
        "confidence": 99.0,
        "gender": {"value": "Female", "confidence": gender},
        "agerange": {"low": 20, "high": 28},
        "emotions": [{"type": kind, "confidence": confidence} for kind, confidence in emotions],
        **fields,
    }


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    with open_warehouse(tmp_path_factory.mktemp("athena"), NOW) as made:
        made.create_views()
        yield made


@pytest.fixture
def lake(views):
    yield views
    views.empty()


def fill_lake(lake, posts=(), photos=(), analyses=(), deleted=()):
    lake.land("posts", posts)
    lake.land("photos", photos)
    lake.land("analyses", analyses)
    lake.delete({"id": id_} for id_ in deleted)
    return lake


@pytest.mark.parametrize("order", [(1, 2), (2, 1)], ids=["older first", "newer first"])
def test_of_two_copies_the_newest_counts_whichever_arrived_last(lake, order):
    for number in order:
        lake.land("posts", [post(1, copy=number, text=f"copy {number}")], name=f"arrival-{order.index(number)}")
        lake.land("photos", [photo(1, "a", copy=number, width=number)], name=f"arrival-{order.index(number)}")
        lake.land(
            "analyses",
            [analysis("a", copy=number, labels=[{"name": f"Label {number}"}])],
            name=f"{order.index(number)}",
        )

    assert lake.ask("select id, text from tweets").rows == [["1", "copy 2"]]
    assert lake.ask("select tweetid, width from tweet_photos").rows == [["1", "2"]]
    assert lake.ask("select label_name from media_image_labels_query").rows == [["Label 2"]]


def test_the_link_to_a_post_follows_from_its_platform(lake):
    uri = "at://did:plc:abc/app.bsky.feed.post/3lxyz"
    boost = "https://mastodon.example/users/ann/statuses/1/activity"
    posts = [
        post(1),
        post(2, id_str=uri, source_platform="bluesky"),
        post(3, source_platform="elsewhere"),
        post(4, id_str=boost, source_platform="mastodon"),
        post(5, id_str="javascript:alert(1)", source_platform="mastodon"),
    ]

    assert fill_lake(lake, posts).ask("select post_url from tweets order by id").rows == [
        ["https://x.com/i/status/1"],
        ["https://bsky.app/profile/did:plc:abc/post/3lxyz"],
        [None],
        ["https://mastodon.example/users/ann/statuses/1"],
        [None],
    ]


def dropped(name, image_id, copy=1, dt=DAY, **fields):
    """A row of a photo that was put there by hand."""
    return {
        "origin": "dropped",
        "source_key": f"s3://lake/images/dropped/{name}",
        "file_name": name,
        "metadata": [],
        "image_id": image_id,
        "image_dt": dt if image_id else None,
        "status": "ok" if image_id else "unsupported_format",
        "collected_at": f"2026-03-0{copy}T10:00:00.000Z",
        "processed_at": f"2026-03-0{copy}T10:05:00.000Z",
        "dt": dt,
        **fields,
    }


def test_a_dropped_photo_is_there_once_for_each_bytes_it_had_with_its_newest_metadata(lake):
    old, new = ([{"name": "campaign", "value": season}] for season in ("spring", "autumn"))
    photos = [
        photo(1, "posted"),
        dropped("a.jpg", "first", metadata=old),
        dropped("a.jpg", "first", copy=2, metadata=[*new, {"name": "place", "value": "Zürich"}]),
        dropped("a.jpg", "second", dt=NEXT_DAY, metadata=old),
        dropped("notes.txt", None),
        dropped("notes.txt", None),
        dropped("before.jpg", "third", metadata=None),
    ]
    fill_lake(lake, photos=photos)

    assert lake.ask("select file_name, image_id, status from dropped_photos order by file_name, image_id").rows == [
        ["a.jpg", "first", "ok"],
        ["a.jpg", "second", "ok"],
        ["before.jpg", "third", "ok"],
        ["notes.txt", None, "unsupported_format"],
    ]
    assert lake.ask("select image_id, name, value from photo_metadata order by image_id, name").rows == [
        ["first", "campaign", "autumn"],
        ["first", "place", "Zürich"],
        ["second", "campaign", "spring"],
    ]


def test_a_custom_label_has_a_row_with_its_box_if_it_has_one(lake):
    labels = [
        {"name": "logo", "confidence": 90.0, "geometry": {"boundingbox": BOX, "polygon": None}},
        {"name": "on a shelf", "confidence": 80.0, "geometry": None},
    ]
    fill_lake(lake, analyses=[analysis("a", customlabels=labels, customlabelsmodel="arn"), analysis("b")])

    assert lake.ask(
        "select label_number, label_name, left_edge, width, model from image_custom_labels order by 1"
    ).rows == [
        ["1", "logo", "0.25", "0.125", "arn"],
        ["2", "on a shelf", None, None, "arn"],
    ]


def test_an_image_goes_with_the_last_post_that_shows_it(lake):
    photos = [
        photo(1, "only-deleted"),
        photo(1, "shared"),
        photo(2, "shared", dt=NEXT_DAY, status="duplicate"),
        photo(1, "dropped-too"),
        photo(None, "dropped-too", origin="dropped", source_key="s3://bucket/images/dropped/a.jpg", mediaid=None),
        photo(2, "living", dt=NEXT_DAY),
    ]
    analyses = [analysis(name) for name in ("only-deleted", "shared", "dropped-too", "living", "without a photo yet")]

    fill_lake(lake, [post(1), post(2, dt=NEXT_DAY)], photos, analyses, deleted=[1, 1])

    assert lake.ask("select image_id from image_analyses order by image_id").rows == [
        ["dropped-too"],
        ["living"],
        ["shared"],
        ["without a photo yet"],
    ]


def test_a_deleted_post_is_in_no_view(lake):
    labels = {
        "labels": [{"name": "Face", "instances": [{"boundingbox": BOX}]}],
        "facedetails": [face()],
        "celebrityrecognition": {"celebrityfaces": [{"name": "Somebody"}]},
        "textdetections": [{"type": "LINE", "id": 0, "detectedtext": "SALE"}],
        "moderationlabels": [{"name": "Weapons"}],
    }
    given = post(1, sentiment="POSITIVE", text_entities=[{"text": "a", "type": "OTHER"}])

    fill_lake(lake, [given], [photo(1, "a")], [analysis("a", **labels)], deleted=[1])

    views = sorted(path.stem for path in (SQL / "views").glob("*.sql"))
    assert {view: lake.ask(f"select * from {view}").rows for view in views} == {view: [] for view in views}


def test_every_face_is_listed_once_with_or_without_a_label_face(lake):
    labels = [{"name": "Person"}, {"name": "Head"}]
    analyses = [
        analysis("unlabelled", labels=labels, facedetails=[face(), face()]),
        analysis("labelled", labels=[*labels, {"name": "Face", "parents": [{"name": "Head"}]}], facedetails=[face()]),
        analysis("none", labels=labels, facedetails=[]),
        analysis("not asked", labels=labels),
    ]
    photos = [photo(1, given["image_id"]) for given in analyses]

    fill_lake(lake, [post(1)], photos, analyses)

    sql = "select image_id, face_number, label_parents from media_image_labels_face_query order by 1, 2"
    assert lake.ask(sql).rows == [
        ["labelled", "1", "[{name=Head}]"],
        ["unlabelled", "1", None],
        ["unlabelled", "2", None],
    ]


def test_face_emotions_need_20_percent_for_the_emotion_and_the_gender(lake):
    emotions = (("HAPPY", 20.0), ("SAD", 19.99), ("CALM", 60.0))
    analyses = [
        analysis("sure", facedetails=[face(emotions), face((), gender=99.0), face([("FEAR", 50.0)], gender=19.0)])
    ]

    fill_lake(lake, [post(1, sentiment="MIXED", language="en")], [photo(1, "sure")], analyses)

    (calm, happy) = lake.records("select * from face_emotions order by emotion")
    assert calm == {
        "tweetid": "1",
        "mediaid": "msure",
        "media_url": "https://photos.example/sure.jpg",
        "image_id": "sure",
        "face_number": "1",
        "emotion": "CALM",
        "emotion_confidence": "60.0",
        "gender": "Female",
        "gender_confidence": "90.0",
        "age_range_low": "20",
        "age_range_high": "28",
        "face_left_edge": "0.25",
        "face_top_edge": "0.5",
        "face_width": "0.125",
        "face_height": "0.25",
        "source_platform": "x",
        "user_id": "7",
        "screen_name": "ann",
        "user_location": None,
        "text": "post 1",
        "language": "en",
        "sentiment": "MIXED",
        "ts": "2026-03-01 10:00:00.000",
        "post_url": "https://x.com/i/status/1",
        "dt": DAY,
    }
    assert (happy["emotion"], happy["emotion_confidence"]) == ("HAPPY", "20.0")


def test_celebrities_are_found_although_the_photo_is_shown_on_another_day(lake):
    celebrity = {
        "name": "Somebody",
        "id": "x1",
        "urls": ["www.example.com/x1"],
        "matchconfidence": 97.5,
        "face": {"boundingbox": BOX, "pose": {"yaw": 1.5, "roll": -2.0, "pitch": 3.25}},
    }
    seen = analysis("a", celebrityrecognition={"celebrityfaces": [celebrity], "unrecognizedfaces": []})

    fill_lake(lake, [post(9, dt=NEXT_DAY, is_retweet=True)], [photo(9, "a", dt=NEXT_DAY)], [seen])

    (row,) = lake.records("select * from celeb_view")
    wanted = ("tweetid", "user_name", "isretweet", "name", "urls", "matchconfidence", "yaw", "face_left_edge", "dt")
    assert {name: row[name] for name in wanted} == {
        "tweetid": "9",
        "user_name": "Ann",
        "isretweet": "true",
        "name": "Somebody",
        "urls": "[www.example.com/x1]",
        "matchconfidence": "97.5",
        "yaw": "1.5",
        "face_left_edge": "0.25",
        "dt": NEXT_DAY,
    }


def test_every_boxed_instance_of_a_label_is_an_object(lake):
    labels = [
        {"name": "Cup", "instances": [{"boundingbox": BOX, "confidence": 90.0}, {"boundingbox": None}]},
        {"name": "Table", "instances": []},
        {"name": "Indoors"},
    ]

    fill_lake(lake, [post(1)], [photo(1, "a")], [analysis("a", labels=labels)])

    sql = (
        "select label_name, object_number, confidence, left_edge, top_edge, width, height from image_objects order by 2"
    )
    assert lake.ask(sql).rows == [
        ["Cup", "1", "90.0", "0.25", "0.5", "0.125", "0.25"],
        ["Cup", "2", None, None, None, None, None],
    ]


def test_near_duplicates_spread_as_one_image(lake):
    posts = [
        post(1, user={"id_str": "7", "screen_name": "ann"}),
        post(2, user={"id_str": "8", "screen_name": "bob"}, dt=NEXT_DAY, timestamp_ms=1772445600000),
        post(3, user={"id_str": "7", "screen_name": "ann"}),
    ]
    photos = [photo(2, "copy", dt=NEXT_DAY), photo(1, "original"), photo(3, "original"), photo(3, "no hash")]
    analyses = [
        analysis("original") | {"perceptual_hash": "00ff"},
        analysis("copy") | {"perceptual_hash": "00ff"},
        analysis("no hash"),
    ]

    fill_lake(lake, posts, photos, analyses)

    assert lake.ask("select * from image_spread order by posts desc").rows == [
        [
            "00ff",
            "2",
            "3",
            "2",
            "2026-03-01 10:00:00.000",
            "2026-03-02 10:00:00.000",
            "original",
            "ann",
            "https://x.com/i/status/1",
            "https://photos.example/original.jpg",
            "0",
        ],
        [
            "no hash",
            "1",
            "1",
            "1",
            "2026-03-01 10:00:00.000",
            "2026-03-01 10:00:00.000",
            "no hash",
            "ann",
            "https://x.com/i/status/3",
            "https://photos.example/no hash.jpg",
            "0",
        ],
    ]


def test_plain_surfaces_are_not_taken_for_one_image(lake):
    plain = {"perceptual_hash": "0000000000000000"}

    fill_lake(
        lake, [post(1)], [photo(1, "white"), photo(1, "navy")], [analysis("white") | plain, analysis("navy") | plain]
    )

    assert lake.ask("select image_group, images from image_spread order by 1").rows == [["navy", "1"], ["white", "1"]]


def change_bits(perceptual_hash, *bits):
    changed = int(perceptual_hash, 16)
    for bit in bits:
        changed ^= 1 << bit
    return f"{changed:016x}"


def hashed(image_id, perceptual_hash, **more):
    return analysis(image_id) | {"perceptual_hash": perceptual_hash, "s3_key": f"images/{image_id}.jpg"} | more


ORIGINAL = "3a5c963a5c963a5c"


def test_an_image_joins_the_group_of_the_first_posted_image_within_8_bits(lake):
    edited, edited_more = change_bits(ORIGINAL, *range(6)), change_bits(ORIGINAL, *range(12))
    beyond = change_bits(ORIGINAL, *range(20, 29))
    hashes = {"original": ORIGINAL, "edited": edited, "edited more": edited_more, "beyond": beyond}
    posts = [post(number, timestamp_ms=1772359200000 + number * 1000) for number in range(1, 5)]
    photos = [photo(number, image) for number, image in enumerate(hashes, 1)]

    fill_lake(lake, posts, photos, [hashed(image, value) for image, value in hashes.items()])

    sql = "select image_group, images, posts, max_distance, first_media_url from image_spread order by images desc, 5"
    assert lake.ask(sql).rows == [
        [ORIGINAL, "2", "2", "6", "https://photos.example/original.jpg"],
        [beyond, "1", "1", "0", "https://photos.example/beyond.jpg"],
        # 12 bits from the original; the image between is in the original's group, and gives its hash to this one.
        [edited, "1", "1", "6", "https://photos.example/edited more.jpg"],
    ]


def test_a_dropped_image_is_a_near_duplicate_too_but_spreads_nothing(lake):
    near = change_bits(ORIGINAL, 0, 63)

    fill_lake(lake, [post(1)], [photo(1, "posted")], [hashed("posted", near), hashed("our own", ORIGINAL)])

    assert lake.ask("select * from near_duplicates order by 1").rows == [
        ["our own", "images/our own.jpg", "posted", "images/posted.jpg", "2"],
        ["posted", "images/posted.jpg", "our own", "images/our own.jpg", "2"],
    ]
    assert lake.ask("select image_group, images, max_distance from image_spread").rows == [[near, "1", "0"]]


def test_dropped_images_are_in_the_group_of_the_post_that_shows_a_near_one_or_in_one_of_their_own(lake):
    near, other = change_bits(ORIGINAL, 0, 63), change_bits(ORIGINAL, *range(30, 50))
    small, large = sorted((other, change_bits(other, 3)))
    images = [hashed("posted", near), hashed("our own", ORIGINAL), hashed("a", large), hashed("b", small)]

    fill_lake(lake, [post(1)], [photo(1, "posted")], images)

    expected = [[near, near, "0"], [ORIGINAL, near, "2"], [small, small, "0"], [large, small, "1"]]
    assert lake.ask("select * from hash_groups order by 1").rows == sorted(expected)


def test_no_pair_within_8_bits_is_missed(lake):
    draw = random.Random(20)
    bases = [f"{draw.getrandbits(64):016x}" for _ in range(12)]
    ten_bands = [
        range(64 - end, 64 - start) for start, end in itertools.pairwise((0, 7, 14, 21, 28, 34, 40, 46, 52, 58, 64))
    ]
    hashes = [*bases, "ffffffffffffffff", "8000000000000000", "c000000000000000"]
    for base in bases:
        hashes += [change_bits(base, *draw.sample(range(64), bits)) for bits in range(1, 13)]
        hashes.append(change_bits(base, *(draw.choice(band) for band in draw.sample(ten_bands, 8))))
    expected = {
        (one, other): distance
        for one, other in itertools.product(set(hashes), repeat=2)
        if (distance := (int(one, 16) ^ int(other, 16)).bit_count()) <= 8
        and (one == other or all(9 <= int(each, 16).bit_count() <= 55 for each in (one, other)))
    }

    fill_lake(lake, [], [], [hashed(str(number), value) for number, value in enumerate(hashes)])

    found = {(one, other): int(distance) for one, other, distance in lake.ask("select * from near_hashes").rows}
    assert found == expected
    assert set(expected.values()) == set(range(9))


def test_pages_and_gradients_are_near_none_but_those_with_the_same_hash(lake):
    page, other_page, gradient = "fffffffffbffffff", "ffffffffffffffff", "0000000000000001"
    images = [hashed("page", page), hashed("copy", page), hashed("other", other_page), hashed("sky", gradient)]

    fill_lake(lake, [], [], [*images, hashed("plain", "0000000000000000")])

    sql = "select image_id, other_image_id, distance from near_duplicates order by 1"
    assert lake.ask(sql).rows == [["copy", "page", "0"], ["page", "copy", "0"]]


def test_a_post_is_one_flat_row_that_counts_its_photos(lake):
    posts = [post(1, sentiment="POSITIVE"), post(1, copy=2, sentiment="NEGATIVE"), post(2, user=None)]
    fill_lake(lake, posts, [photo(1, "a"), photo(1, "b", status="gone"), photo(1, "b", copy=2, status="gone")])

    rows = lake.ask("select id, posted_at, sentiment, photos, author from dashboard_posts order by id").rows
    assert rows == [
        ["1", "2026-03-01 10:00:00.000", "NEGATIVE", "2", "x:7"],
        ["2", "2026-03-01 10:00:00.000", None, "0", None],
    ]


def test_a_photo_is_one_flat_row_with_the_columns_of_its_post(lake):
    posts = [post(1, language="ja", sentiment="MIXED", is_retweet=False, matched_query="tea")]
    fill_lake(lake, posts, [photo(1, "a"), photo(1, "a", copy=2, status="duplicate"), photo(9, "of no post")])

    columns = "tweetid, image_id, status, posted_at, language, sentiment, is_retweet, matched_query, post_url"
    assert lake.ask(f"select {columns} from dashboard_photos").rows == [
        ["1", "a", "duplicate", "2026-03-01 10:00:00.000", "ja", "MIXED", "false", "tea", "https://x.com/i/status/1"]
    ]


def test_what_is_seen_in_a_photo_is_flat_rows_with_the_columns_of_its_post(lake):
    labels = [
        {"name": "Cup", "confidence": 91.0, "parents": [{"name": "Ware"}], "categories": [{"name": "Kitchen"}]},
        {"name": "Tea", "confidence": 90.0},
        {"name": "Ware", "confidence": 99.0, "parents": []},
        {"name": "Zebra", "confidence": 89.0},
    ]
    seen = analysis(
        "a",
        labels=labels,
        facedetails=[face(), face(emotions=(), agerange=None)],
        textdetections=[
            {"id": 0, "type": "LINE", "detectedtext": "TEA", "confidence": 98.0},
            {"id": 1, "type": "WORD"},
        ],
        moderationlabels=[
            {"name": "Alcohol", "parentname": "", "taxonomylevel": 1, "confidence": 70.0},
            {"name": "Drinking", "parentname": "Alcohol", "taxonomylevel": 2, "confidence": 60.0},
        ],
        celebrityrecognition={"celebrityfaces": [{"name": "Ann", "id": "1", "matchconfidence": 97.0}]},
    )
    fill_lake(lake, [post(1, matched_query="tea"), post(2)], [photo(1, "a"), photo(2, "not analysed")], [seen])

    def rows(view, columns, order):
        return lake.ask(f"select tweetid, mediaid, matched_query, {columns} from {view} order by {order}").rows

    shown = ["1", "ma", "tea"]
    columns = "label_name, label_parents, label_category, confidence"
    assert rows("dashboard_labels", columns, "label_name") == [
        [*shown, "Cup", "Ware", "Kitchen", "91.0"],
        [*shown, "Tea", None, None, "90.0"],
        [*shown, "Ware", None, None, "99.0"],
        [*shown, "Zebra", None, None, "89.0"],
    ]
    assert rows("dashboard_label_pairs", "label_name, other_label_name", "4, 5") == [
        [*shown, "Cup", "Tea"],
        [*shown, "Tea", "Ware"],
    ]
    columns = "face_number, age_group, gender, emotion, emotion_confidence"
    assert rows("dashboard_faces", columns, "face_number") == [
        [*shown, "1", "20-29", "Female", "HAPPY", "80.0"],
        [*shown, "2", None, "Female", None, None],
    ]
    assert rows("dashboard_texts", "line_number, line", "line_number") == [[*shown, "0", "TEA"]]
    assert rows("dashboard_moderation", "label_name, parent_name", "4") == [
        [*shown, "Alcohol", None],
        [*shown, "Drinking", "Alcohol"],
    ]
    assert rows("dashboard_celebrities", "celebrity_number, name", "4") == [[*shown, "1", "Ann"]]


@pytest.mark.parametrize(
    ("low", "high", "group"),
    [(0, 3, "0-12"), (9, 17, "13-19"), (13, 27, "20-29"), (58, 60, "50-59"), (50, 70, "60+"), (90, 120, "60+")],
)
def test_a_face_is_in_the_age_group_of_the_middle_of_its_range(lake, low, high, group):
    seen = analysis("a", facedetails=[face(agerange={"low": low, "high": high})])
    fill_lake(lake, [post(1)], [photo(1, "a")], [seen])

    assert lake.ask("select age_group from dashboard_faces").rows == [[group]]


def counted_faces(image_id, **labels):
    group = {"age_band": "25-34", "gender": "Female", "emotion": "HAPPY", "faces": 2}
    rare = {"age_band": "0-17", "gender": None, "emotion": None, "faces": 1}
    groups = [group, rare] if image_id == "i1" else [group]
    return analysis(image_id, facedetails=[], **labels) | {"face_counts": {"faces": 2, "groups": groups}}


def list_fields(path, kind):
    """The fields of a type in Athena's words: `row("a" array(row("b" bigint)))` of `x` has the field `x.a.b`."""
    while kind.startswith("array("):
        kind = kind[len("array(") : -1]
    if not kind.startswith("row("):
        return [path]
    fields, depth, start, inner = [], 0, 0, kind[len("row(") : -1]
    for position, sign in enumerate(inner + ","):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            name, _, inner_kind = inner[start:position].strip().partition(" ")
            path_of_field = f"{path}.{name.strip(chr(34))}"
            fields += list_fields(path_of_field, inner_kind)
            start = position + 1
    return fields


@pytest.mark.parametrize("view", [path.stem for path in sorted((SQL / "views").glob("*.sql"))])
def test_somebody_has_decided_what_becomes_of_each_field_in_a_pseudonymised_export(lake, view):
    described = lake.ask(f"describe {view}")
    fields = [field for name, kind, *_ in [described.columns, *described.rows] for field in list_fields(name, kind)]

    assert [field for field in fields if find_treatment(view, field) is None] == []


@pytest.mark.parametrize(("authors", "counts"), [(10, ["20", "10", "10"]), (9, None)])
def test_counts_of_faces_are_told_from_ten_authors_on_and_no_view_has_a_face(lake, authors, counts):
    # Ten posts: of ten authors, or of nine, one of whom posted twice.
    posts = [post(i, matched_query="tea", user={"id": i % authors}) for i in range(1, 11)]
    tea = [{"name": "Tea", "confidence": 90.0}]
    analyses = [counted_faces(f"i{i}", labels=tea) for i in range(1, 11)]
    fill_lake(lake, posts, [photo(i, f"i{i}") for i in range(1, 11)], [*analyses, analyses[0]])
    group = ["25-34", "Female", "HAPPY"]

    assert lake.ask(
        "select dt, source_platform, matched_query, age_band, gender, emotion, faces, images, authors from face_groups"
    ).rows == ([[DAY, "x", "tea", *group, *counts]] if counts else [])
    assert lake.ask(
        "select dt, label_name, age_band, gender, emotion, faces, images, authors from label_face_groups"
    ).rows == ([[DAY, "Tea", *group, *counts]] if counts else [])
    for view in ("media_image_labels_face_query", "face_emotions", "dashboard_faces", "celeb_view"):
        assert lake.ask(f"select * from {view}").rows == []
    assert lake.ask("select count(*) from media_rekognition").rows == [["10"]]


def test_what_a_post_names_is_flat_rows_and_a_hashtag_counts_once(lake):
    mention = {"text": "Velora", "type": "ORGANIZATION", "score": 0.9, "begin_offset": 0, "end_offset": 6}
    tags = {"hashtags": [{"text": "Tea"}, {"text": "TEA"}, {"text": "cup"}]}
    fill_lake(lake, [post(1, text_entities=[mention], entities=tags), post(2, entities={"hashtags": []}), post(3)])

    assert lake.ask("select tweetid, entity, type, post_url from dashboard_entities").rows == [
        ["1", "Velora", "ORGANIZATION", "https://x.com/i/status/1"]
    ]
    assert lake.ask("select tweetid, hashtag from dashboard_hashtags order by 2").rows == [["1", "cup"], ["1", "tea"]]


def test_each_showing_of_an_image_names_the_first_and_one_that_may_be_unsafe_marks_the_group(lake):
    page, near = "0f0f0f0f0f0f0f0f", "0f0f0f0f0f0f0f0e"
    unsafe = [{"name": "Smoking", "parentname": "Drugs"}, {"name": "Drugs", "parentname": ""}]
    images = [
        {**analysis("page"), "perceptual_hash": page},
        {**analysis("near", moderationlabels=unsafe), "perceptual_hash": near},
        {**analysis("other"), "perceptual_hash": "f0f0f0f0f0f0f0f0"},
    ]
    photos = [photo(1, "page"), photo(2, "near"), photo(3, "other")]
    later = post(2, user=None, timestamp_ms=1772366400000)
    fill_lake(lake, [post(1), later, post(3)], photos, images)

    columns = "tweetid, image_group, distance, moderation_label, first_media_url, first_post_url, author_key is null"
    first = ["https://photos.example/page.jpg", "https://x.com/i/status/1"]
    assert lake.ask(f"select {columns} from dashboard_spread order by tweetid").rows == [
        ["1", page, "0", "Drugs", *first, "false"],
        ["2", page, "1", "Drugs", *first, "true"],
        ["3", "f0f0f0f0f0f0f0f0", "0", "none", "https://photos.example/other.jpg", "https://x.com/i/status/3", "false"],
    ]
    counted = "select image_group, count(distinct tweetid), min(first_post_url) from dashboard_spread group by 1"
    spread = "select image_group, posts, first_post_url from image_spread"
    assert lake.ask(f"{counted} order by 1").rows == lake.ask(f"{spread} order by 1").rows
