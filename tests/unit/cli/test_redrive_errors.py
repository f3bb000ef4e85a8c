"""What lies under errors/, tried again: what passes now is sent once, and the rest stays with its reason."""

import gzip
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photolake.rejected import MAX_CUT_BYTES
from photolake.sources.bluesky.jetstream_source import UNMAPPED
from photolake_cli.errors import CommandError
from photolake_cli.redrive.errors_report import group_reasons
from photolake_cli.redrive.marks import mark_key
from tests.builders import bluesky_events
from tests.builders.x_payloads import COLLECTED, snowflake, v2_page, v2_tweet, v2_user
from tests.fakes.redrive import STORED_AT, RedriveLake, firehose_line, rejected_line

KEY = "errors/malformed/collect/ab12/posts.jsonl.jsonl"
DAY_S = 86_400


@pytest.fixture
def lake():
    return RedriveLake()


def post_line(number, **fields):
    return json.dumps({"data": v2_tweet(number, author_id="7", **fields), "includes": {"users": [v2_user("7", "ann")]}})


def photo_row(number, **fields):
    day = f"2026-{1 + number // 28 % 12:02}-{1 + number % 28:02}"
    return {"source_key": f"{number}:1", "tweetid": number, "mediaid": "1", "status": "ok", "dt": day, **fields}


def ids(lake, stream="tweets"):
    return [row["id"] for row in lake.rows.get(stream, [])]


def reasons(lake, kind="malformed"):
    return [(reason, count) for reason, count, _ in group_reasons(lake.tallies[kind])]


def test_a_rejected_line_that_passes_now_is_sent_once_with_the_time_of_its_collection(lake):
    lake.put_lines(KEY, rejected_line(post_line(1)), rejected_line(b'{"data": [{"id": "20305', line=2))

    first, second = lake.redrive(), lake.redrive()

    assert (first, second) == ({"malformed": (2, 0, 0, 1, 1, 1)}, {"malformed": (2, 0, 1, 0, 1, 0)})
    (row,) = lake.rows["tweets"]
    assert (row["id"], row["collected_at"], row["user"]["screen_name"]) == (snowflake(1), STORED_AT, "ann")
    assert [place for _, _, place in group_reasons(lake.tallies["malformed"])] == [f"{KEY}:2 (from posts.jsonl:2)"]


def test_a_line_that_tweet_analyzer_rejected_keeps_its_time_and_must_pass_its_rules_too(lake):
    def archived(number, **fields):
        return json.dumps(
            {"id": snowflake(number), "source_platform": "x", "collected_at": COLLECTED, "source_json": "{}", **fields}
        )

    lines = [archived(1), archived(2, collected_at=None), archived(3, timestamp_ms=2**60), archived(4, text=5)]
    lake.put_lines("errors/malformed/tweets/dt=2026-11-20/a.gz.jsonl", *map(rejected_line, lines))

    assert lake.redrive() == {"malformed": (4, 0, 0, 1, 3, 1)}
    assert [(row["id"], row["collected_at"]) for row in lake.rows["tweets"]] == [(snowflake(1), COLLECTED)]
    assert len(reasons(lake)) == 3


def test_a_dry_run_counts_the_same_and_sends_and_marks_nothing(lake):
    lake.put_lines(KEY, rejected_line(post_line(1)), rejected_line("no"))
    before = dict(lake.s3.objects)

    assert lake.redrive(deliver=False) == {"malformed": (2, 0, 0, 1, 1, 1)}
    assert (lake.s3.objects, lake.rows) == (before, {})


def test_equal_records_are_tried_once_and_counted(lake):
    lake.put_lines(KEY, *[rejected_line(post_line(1), line=number) for number in range(300)])

    assert lake.redrive() == {"malformed": (300, 299, 0, 1, 0, 1)}
    assert ids(lake) == [snowflake(1)]


def test_an_object_of_which_all_is_redriven_is_not_read_again(lake):
    lake.put_lines(KEY, rejected_line(post_line(1)), rejected_line(post_line(2)))
    lake.redrive()
    get = lake.s3.get_object
    lake.s3.get_object = lambda **request: get(**request) if request["Key"] == mark_key(KEY) else pytest.fail("read")

    assert lake.redrive() == {"malformed": (2, 0, 2, 0, 0, 0)}


def test_an_object_that_is_overwritten_is_read_again_and_only_what_is_new_is_sent(lake):
    lake.put_lines(KEY, rejected_line(post_line(1)))
    lake.redrive()
    lake.put_lines(KEY, rejected_line(post_line(1)), rejected_line(post_line(2)))

    assert lake.redrive() == {"malformed": (2, 0, 1, 1, 0, 1)}
    assert ids(lake) == [snowflake(1), snowflake(2)]


def test_of_a_record_with_several_posts_those_that_pass_are_sent_once_and_the_others_stay(lake):
    page = json.dumps(v2_page(v2_tweet(1), {"id": "broken"}, v2_tweet(2)))
    lake.put_lines(KEY, rejected_line(page))

    assert lake.redrive() == {"malformed": (1, 0, 0, 0, 1, 2)}
    assert lake.redrive() == {"malformed": (1, 0, 0, 0, 1, 0)}
    assert ids(lake) == [snowflake(1), snowflake(2)]


def test_a_notice_is_done(lake):
    lake.put_lines(KEY, rejected_line('{"limit": {"track": 5}}'))

    assert lake.redrive() == {"malformed": (1, 0, 0, 1, 0, 0)}
    assert lake.redrive() == {"malformed": (1, 0, 1, 0, 0, 0)}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "nothing of it was kept"),
        (post_line(1).encode().ljust(MAX_CUT_BYTES), "only its beginning was kept"),
        (b"\xff\xfe\x00", "Expecting value"),
        (b"[" * 9000, "more than 64 brackets"),
    ],
)
def test_what_cannot_be_read_stays_with_a_reason(lake, raw, reason):
    lake.put_lines(KEY, rejected_line(raw), rejected_line(post_line(1)))

    assert lake.redrive()["malformed"] == (2, 0, 0, 1, 1, 1)
    assert reason in reasons(lake)[0][0]


def test_rows_that_firehose_could_not_deliver_go_to_their_stream_again(lake):
    lake.put_lines(
        "errors/photos/processing-failed/2026-11-20/a",
        firehose_line(photo_row(1)),
        firehose_line(photo_row(2, width="wide")),
        firehose_line({**photo_row(3), "dt": None}),
        firehose_line(b"not JSON"),
    )
    several = b"\n".join(json.dumps({**photo_row(number)}).encode() for number in (5, 6))
    concatenated = json.dumps(firehose_line(several)) + json.dumps(firehose_line(photo_row(7)))
    lake.put_lines("errors/photos/format-conversion-failed/2026-11-20/b", concatenated.encode())

    assert lake.redrive("photos") == {"photos": (6, 0, 0, 3, 3, 4)}
    assert lake.redrive("photos") == {"photos": (6, 0, 3, 0, 3, 0)}
    assert [row["tweetid"] for row in lake.rows["photos"]] == [5, 6, 7, 1]
    assert sorted(reason for reason, _ in reasons(lake, "photos"))[1] == "dt: a row must have its day, as YYYY-MM-DD"


def test_posts_that_firehose_could_not_archive_go_to_the_archive_again(lake):
    post = {"id": snowflake(1), "source_platform": "x", "collected_at": COLLECTED, "source_json": "{}"}
    lake.put_lines("errors/tweets/delivery-failed/2026-11-20/a", firehose_line(post))

    assert lake.redrive("tweets") == {"tweets": (1, 0, 0, 1, 0, 1)}
    assert lake.rows["tweets"] == [post]


def test_a_gzip_object_is_read_and_a_damaged_one_gives_what_comes_before_the_damage(lake):
    lake.put_lines(KEY, *(rejected_line(post_line(number)) for number in range(2000)))
    whole = gzip.compress(lake.s3.objects[KEY])
    lake.s3.objects[KEY] = whole[: len(whole) // 2]

    records, _, _, accepted, rejected, rows = lake.redrive()["malformed"]
    lake.s3.objects[KEY] = whole

    assert (accepted, rejected, rows) == (records - 1, 1, records - 1)
    assert reasons(lake)[0][0].startswith("the object is damaged")
    assert lake.redrive()["malformed"] == (2000, 0, rows, 2000 - rows, 0, 2000 - rows)
    assert ids(lake) == [snowflake(number) for number in range(2000)]


def test_lines_that_are_not_error_records_are_rejected_with_their_place(lake):
    lake.put_lines(
        KEY,
        b"not JSON",
        {"message": "no data"},
        {"rawData": "not base64!"},
        b'"' + b"x" * 5_000_000 + b'"',
        rejected_line(post_line(1)),
    )
    lake.put_lines("errors/other/a", b"{}")

    assert lake.redrive() == {"malformed": (5, 0, 0, 1, 4, 1), "other": (1, 0, 0, 0, 1, 0)}
    assert set(reasons(lake)) == {
        ("the line is not JSON", 2),
        ("the line has no rawData", 1),
        ("its rawData is not base64", 1),
    }


def test_only_the_kinds_and_prefixes_that_are_named_are_redriven(lake):
    lake.put_lines(KEY, rejected_line(post_line(1)))
    lake.put_lines("errors/malformed/x/a.jsonl", rejected_line(post_line(2)))
    lake.put_lines("errors/photos/processing-failed/2026-11-20/a", firehose_line(photo_row(1)))

    assert lake.redrive("errors/malformed/x/", "malformed") == {"malformed": (2, 0, 0, 2, 0, 2)}
    assert lake.redrive("photos") == {"photos": (1, 0, 0, 1, 0, 1)}
    with pytest.raises(CommandError, match="posts/ is neither a kind nor a prefix"):
        lake.redrive("posts/")


def test_more_days_than_firehose_takes_wait_for_its_buffers():
    lake = RedriveLake(days=10)
    rows = [firehose_line(photo_row(number)) for number in range(25)]
    lake.put_lines("errors/photos/processing-failed/2026-11-20/a", *rows)

    assert lake.redrive() == {"photos": (25, 0, 0, 25, 0, 25)}
    assert lake.time.pauses == [900, 900]


def bluesky_line(event, message):
    return rejected_line(bluesky_events.frame(event), message, source="bluesky/ab")


def test_a_post_of_bluesky_is_recorded_before_it_is_sent_so_that_its_deletion_is_found(lake):
    key, mapped = "errors/malformed/bluesky/ab.jsonl", f"{UNMAPPED} {bluesky_events.ANN}: text: no"
    lake.put_lines(
        key,
        bluesky_line(bluesky_events.create(), mapped),
        bluesky_line(bluesky_events.create(did=bluesky_events.BOB), mapped),
        bluesky_line(bluesky_events.create(rkey="a"), mapped),
        bluesky_line(bluesky_events.create(rkey=bluesky_events.tid(clock=5)), "time_us: in the future"),
    )
    lake.collected.full = {bluesky_events.BOB}

    assert lake.redrive() == {"malformed": (4, 0, 0, 1, 3, 1)}
    assert {post.uri for post in lake.collected.posts} == {bluesky_events.uri()}
    assert [row["id_str"] for row in lake.rows["tweets"]] == [bluesky_events.uri()]
    assert {reason.partition(",")[0] for reason, _ in reasons(lake)} == {
        "commit.rkey: the record key of a post is a TID",
        "an event of the whole network: whether it matches what is collected was never asked",
        "its author has too many posts to record",
    }


class CrashError(Exception):
    """The process ends here."""


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 40), max_size=60),
    st.lists(st.tuples(st.sampled_from(["firehose", "marks", "none"]), st.integers(0, 4)), max_size=4),
)
def test_wherever_runs_end_each_row_is_sent_and_after_a_whole_run_nothing_more(numbers, ends):
    lake = RedriveLake(days=7)
    for start in range(0, len(numbers), 20):
        part = [firehose_line(photo_row(number)) for number in numbers[start : start + 20]]
        lake.put_lines(f"errors/photos/processing-failed/2026-11-20/{start}", *part)

    for place, calls in [*ends, ("none", 0)]:
        left = iter(range(calls))

        def crash(left=left):
            if next(left, None) is None:
                raise CrashError

        lake.firehose.before_put = crash if place == "firehose" else lambda: None
        lake.s3.before_put = crash if place == "marks" else lambda: None
        try:
            lake.redrive()
        except CrashError:
            continue

    sent = [row["tweetid"] for row in lake.rows.get("photos", [])]
    assert set(sent) == set(numbers)
    lake.redrive()
    assert [row["tweetid"] for row in lake.rows.get("photos", [])] == sent
