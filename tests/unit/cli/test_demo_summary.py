"""The demo's summary: one screen, nothing cut, and sensible lines whatever was found."""

import re
import shlex
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from laptop_cloud.engines.engine_set import EngineSet
from photolake_cli.console import make_printable
from photolake_cli.demo import findings as demo_findings
from photolake_cli.demo import run as demo_run
from photolake_cli.demo.findings import Answer, Findings
from photolake_cli.demo.ledger import Balance, Side
from photolake_cli.demo.run import DemoOptions, list_next_steps
from photolake_cli.demo.summary import NextStep, build_summary, fit_entries, fold_command
from photolake_cli.laptop import LaptopOptions

COLUMNS = {
    "top_domains": ["domain", "links", "posts"],
    "top_labels": ["label_name", "photos", "posts", "mean_confidence"],
    "text_in_images": ["text_in_image", "posts", "mean_confidence"],
    "faces": ["media_url", "faces", "largest_percent", "best_confidence", "posts"],
    "ages_and_genders": ["age_band", "gender", "faces", "images"],
    "suspect_content": [
        "post_url",
        "screen_name",
        "isretweet",
        "possibly_sensitive",
        "moderation_labels",
        "confidence",
    ],
    "top_celebrities": ["name", "posts", "authors", "best_match"],
    "sentiment_by_language": ["language", "posts", "positive", "negative", "neutral", "mixed", "not_analysed"],
    "photo_statuses": ["status", "photos", "images", "posts"],
    "top_emotions": ["emotion", "faces"],
}
TEXT_COLUMNS = {"domain", "label_name", "text_in_image", "media_url", "age_band", "gender", "post_url", "screen_name"}
TEXT_COLUMNS |= {"moderation_labels", "name", "language", "status", "emotion"}
FLAGS = {"isretweet", "possibly_sensitive"}
STEPS = [NextStep("Query", ["photolake", "query", "--saved", "top_labels"])]


def found(limited=(), balanced=True, calls=(("DetectLabels", 210, 19),), **rows) -> Findings:
    """Findings with these rows of saved queries, and none of the others."""
    answers = {
        name: Answer(name, columns, rows.get(name, []), name in limited)
        for name, columns in COLUMNS.items()
        if name != "top_emotions" or name in rows
    }
    balances = [
        Balance("posts", Side({"read": 5}), Side({"view": 5})),
        Balance("photos", Side({"posted": 2}), Side({"ok": 2 if balanced else 1})),
    ]
    return Findings(answers, balances, calls, {"comprehend": "local-1"})


def section(findings: Findings, title: str, width: int = 80) -> str:
    """The text of a section, its lines joined by a space."""
    lines = build_summary(findings, STEPS, width)
    start = next(number for number, line in enumerate(lines) if line.startswith(title))
    rest = lines[start + 1 :]
    more = [line[12:] for line in rest[: next(n for n, line in enumerate(rest) if line[:1] != " ")]]
    return " ".join([lines[start][12:], *more])


def test_the_summary_says_what_the_queries_found():
    findings = found(
        sentiment_by_language=[["en", 1_200, 700, 200, 250, 50, 0], ["de", 32, 0, 0, 0, 0, 32]],
        photo_statuses=[["duplicate", 220, 19, 220], ["ok", 19, 19, 19], ["gone", 2, 0, 2]],
        top_labels=[["Coffee", 25, 25, 90.4], ["Cat", 18, 17, 93.6]],
        text_in_images=[["GATE B12 / SEAT 24A", 15, 98.7]],
        faces=[["https://pbs.twimg.com/media/a.jpg", 1, 12.4, 86.6, 13]],
        ages_and_genders=[["35-44", "Female", 7, 1]],
        top_emotions=[["HAPPY", 6]],
        suspect_content=[["u", "a", True, True, None, None], ["u", "a", False, False, "Swimwear", 80.0]],
        top_domains=[["www.amazon.com", 39, 39]],
        calls=[("DetectSentiment", 1_000, 200), ("DetectLabels", 210, 19)],
    )

    assert build_summary(findings, STEPS) == [
        "",
        "Collected   1,232 posts, 241 photos, 19 distinct images",
        "Languages   en 1,200, de 32",
        "Photos      duplicate 220, ok 19, gone 2",
        "Labels      Coffee 25, Cat 18",
        'Text        "GATE B12 / SEAT 24A" 15',
        "Faces       on 1 photo, 35-44 Female 7, HAPPY 6",
        "Sentiment   positive 700, negative 200, neutral 250, mixed 50, not analysed 32",
        "Suspect     2 posts, 1 marked by their platform, 1 by moderation labels",
        "Links       www.amazon.com 39",
        "Account     5 posts in, 5 out, 2 photos in, 2 out, it balances",
        "Paid calls  219 against 1,210 by the method of 2019, 5.5 times fewer",
        "",
        "Small open models stood in for Comprehend and Rekognition: they see less, know",
        "no celebrities or emotions, and judge only English and sexual content.",
        "",
        "Query       photolake query --saved top_labels",
    ]


def test_posts_without_photos_give_lines_that_say_so():
    findings = found(sentiment_by_language=[["unknown", 1, 0, 0, 0, 0, 1]], calls=[("DetectLabels", 0, 0)])

    assert section(findings, "Collected") == "1 post, 0 photos, 0 distinct images"
    assert {section(findings, title) for title in ("Photos", "Labels", "Text", "Links")} == {"none"}
    assert section(findings, "Faces") == "on 0 photos"
    assert section(findings, "Suspect") == "0 posts, 0 marked by their platform, 0 by moderation labels"
    assert section(findings, "Paid calls") == "0 against 0 by the method of 2019"


def test_an_account_that_does_not_balance_is_seen():
    assert section(found(balanced=False), "Account").endswith("2 photos in, 1 out, IT DOES NOT BALANCE")


def test_calls_that_were_sent_again_are_said():
    again = [replace(found(), sent_again=number) for number in (1, 2)]

    assert [section(each, "Paid calls").rpartition(", ")[2] for each in again] == [
        "1 call sent again after a timeout",
        "2 calls sent again after a timeout",
    ]


def test_a_list_that_the_query_limits_claims_no_total():
    labels = [[f"Label{number:02}", 1, 1, 99.0] for number in range(20)]
    suspect = [["u", "a", False, True, None, None]] * 50
    findings = found(limited=["top_labels", "suspect_content"], top_labels=labels, suspect_content=suspect)

    assert section(findings, "Labels").endswith(", and at least 16 more")
    assert section(findings, "Suspect").startswith("at least 50 posts, 50 marked")


def test_hostile_text_is_shown_as_text():
    label = "\x1b[2J\x1b]0;owned\x07[red]\u202ex"
    findings = found(top_labels=[[label, 3, 3, 50.0], [None, 2, 2, 50.0], ["  ", 1, 1, 50.0]])

    assert section(findings, "Labels") == ("\\x1b[2J\\x1b]0;owned\\x07[red]\\u202ex 3, unknown 2, (empty) 1")


def test_text_that_is_longer_than_a_line_is_counted_and_not_cut():
    findings = found(text_in_images=[["x" * 10_000, 9, 99.0], ["SALE", 2, 99.0]])

    assert section(findings, "Text") == '"SALE" 2, and 1 more'


TEXTS = (
    st.none()
    | st.text(max_size=90)
    | st.sampled_from(["en", "unknown", "\x1b[31mred", "日本語のラベル" * 9, "👩‍👩‍👧 family"])
)
NUMBERS = st.none() | st.integers(0, 10**12)


@st.composite
def any_findings(draw) -> Findings:
    def value(column):
        if column in FLAGS:
            return draw(st.none() | st.booleans())
        return draw(TEXTS if column in TEXT_COLUMNS else NUMBERS)

    rows = {
        name: [[value(column) for column in columns] for _ in range(draw(st.integers(0, 3)))]
        for name, columns in COLUMNS.items()
    }
    calls = [("DetectLabels", draw(st.integers(0, 10**12)), draw(st.integers(0, 10**12)))]
    return found(draw(st.sets(st.sampled_from(sorted(COLUMNS)))), draw(st.booleans()), calls, **rows)


@given(any_findings(), st.integers(60, 80))
def test_the_summary_is_one_screen_and_nothing_is_cut_whatever_was_found(findings, width):
    lines = build_summary(findings, STEPS, width)

    assert len(lines) <= 24
    assert max(map(cell_len, lines)) <= width
    assert "…" not in "".join(lines) or "…" in str(findings)
    assert [make_printable(line) for line in lines] == lines


@given(st.lists(st.text(alphabet="ab 世", min_size=1, max_size=20)), st.integers(30, 80), st.integers(1, 3))
def test_of_entries_that_fit_a_line_the_first_are_shown_and_the_others_counted(entries, room, lines):
    packed = fit_entries(entries, room, lines)

    assert len(packed) <= lines
    assert max(map(cell_len, packed)) <= room
    if entries:
        left_out = re.search(r"and (\d+) more$", packed[-1])
        count = int(left_out[1]) if left_out else 0
        tail = [f"and {count} more"] * (count > 0)
        fitting = [entry for entry in entries if cell_len(entry) < room]
        assert "".join(packed).replace(" ", "") == ",".join([*fitting[: len(entries) - count], *tail]).replace(" ", "")


def test_an_entry_longer_than_a_line_is_passed_over_and_counted():
    assert fit_entries(["世" * 15, "a"], 30) == ["a, and 1 more"]


@given(st.lists(st.text(st.characters(exclude_characters="\n", codec="utf-8"), min_size=1, max_size=40), min_size=2))
def test_a_folded_command_is_the_same_command_to_a_shell(words):
    folded = "\n".join(fold_command(words, 68))

    # A shell takes out a backslash before a line's end, which Python's shlex does not.
    assert shlex.split(folded.replace(" \\\n", " ")) == words


def test_the_next_steps_are_commands_for_this_cloud(tmp_path):
    (tmp_path / "b.png").touch()
    (tmp_path / "a.txt").touch()
    laptop = LaptopOptions(tmp_path, tmp_path / "state", tmp_path)
    findings = found(top_labels=[["; rm -rf", 3, 3, 50.0], ["Coffee", 2, 2, 50.0]])

    page = tmp_path / "state/dashboard/index.html"

    left_running = list_next_steps(findings, page, laptop, DemoOptions(1, keep=True))
    stopped = list_next_steps(findings, page, laptop, DemoOptions(1))

    running = {step.title: step.words[1:] for step in left_running}
    state = ["--state", str(tmp_path / "state")]
    assert stopped[0].words == [f"{page} in a browser"]
    assert running["Inspect"] == ["inspect", str(tmp_path / "b.png")]
    assert running["Query"] == ["query", *state, "--saved", "top_labels"]
    assert running["Search"] == ["search", *state, "--label", "Coffee"]
    assert running["Stop"] == ["down", *state]
    assert [step.title for step in stopped] == ["Look", "Tables", "Inspect", "Query"]
    texts = [step for step in stopped[1:] if len(step.words) == 1]
    assert all(cell_len(line) <= 80 for line in build_summary(findings, texts))


@pytest.mark.parametrize("keep", [True, False])
def test_a_demo_that_fails_stops_its_cloud_or_says_how(keep, monkeypatch, capsys, tmp_path):
    stopped: list[bool] = []
    laptop = SimpleNamespace(
        state=SimpleNamespace(endpoint_url="http://127.0.0.1:1"), stop=lambda: stopped.append(True)
    )
    starting: Any = SimpleNamespace(wait_until_ready=lambda on_line: laptop, seconds=6.0)
    monkeypatch.setattr(demo_run, "connect_laptop", lambda laptop: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        demo_run.run_demo(tmp_path, starting, LaptopOptions(tmp_path, tmp_path), DemoOptions(1, keep=keep))

    assert bool(stopped) is not keep
    assert (f"photolake down --state {tmp_path}" in capsys.readouterr().err.replace("\n", "")) is keep


@pytest.mark.parametrize(("rows", "is_limited"), [(1, False), (2, True)])
def test_an_answer_knows_whether_its_query_may_have_more(rows, is_limited):
    result = SimpleNamespace(typed_rows=lambda: [["a"]] * rows, column_names=["name"])
    client: Any = SimpleNamespace(run_saved=lambda query: result)
    query: Any = SimpleNamespace(text="select name from t limit 50\n) order by name\nLIMIT 2\n", description="Which?")

    assert demo_findings._ask(client, query) == Answer("Which?", ["name"], [["a"]] * rows, is_limited)


def test_the_full_engine_set_knows_emotions():
    basic = "\n".join(build_summary(found(), STEPS))
    full = "\n".join(build_summary(Findings(found().answers, [], [], {}, EngineSet.FULL), STEPS))

    assert "no celebrities or emotions," in basic
    assert "no celebrities," in full
