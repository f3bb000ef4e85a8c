"""`photolake demo` as a newcomer sees it: one screen, whose numbers are those of the saved queries."""

import json
import shlex
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.cloudwatch import printed_metrics, shown_of
from tests.e2e.command import Command

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def demo():
    """The command of the cloud that a demo has left running, and what the demo printed."""
    # As short as the default folder, in a command line that is to fit.
    with TemporaryDirectory() as folder:
        command = Command(Path(folder))
        try:
            yield command, command.process("demo", "--keep", timeout=600)
        finally:
            command.process("down")


def test_the_demo_ends_with_one_screen_that_says_what_the_queries_say(demo):
    photolake, output = demo
    rows = {
        name: json.loads(photolake("query", "--saved", name, "--format", "json"))
        for name in ("sentiment_by_language", "photo_statuses", "top_labels", "faces", "suspect_content", "top_domains")
    }
    old = sum(row["calls"] for row in json.loads(photolake("query", "--saved", "calls_of_2019", "--format", "json")))
    languages, statuses, labels = rows["sentiment_by_language"], rows["photo_statuses"], rows["top_labels"]
    posts, photos = sum(row["posts"] for row in languages), sum(row["photos"] for row in statuses)
    lines = output.splitlines()
    shown = {line[:12].rstrip(): line[12:] for line in lines if line[:1].isalpha()}

    assert len(lines) <= 30
    assert max(map(len, lines)) <= 80
    assert "…" not in output
    assert "\x1b" not in output
    assert (posts, photos) == (322, 252)
    assert shown["Collected"].startswith(f"{posts} posts, {photos} photos, ")
    assert shown["Languages"] == ", ".join(f"{row['language']} {row['posts']}" for row in languages)
    assert shown["Photos"].startswith(", ".join(f"{row['status']} {row['photos']}" for row in statuses[:5]))
    assert shown["Labels"].startswith(", ".join(f"{row['label_name']} {row['photos']}" for row in labels[:4]))
    assert shown["Faces"].startswith(f"on {len(rows['faces'])} photos, ")
    assert shown["Sentiment"] == ", ".join(
        f"{name.replace('_', ' ')} {sum(row[name] for row in languages)}"
        for name in ("positive", "negative", "neutral", "mixed", "not_analysed")
    )
    assert shown["Suspect"].startswith(f"{len(rows['suspect_content'])} posts, ")
    assert shown["Links"] == ", ".join(f"{row['domain']} {row['links']}" for row in rows["top_domains"])
    assert shown["Account"].endswith(f"{photos} photos in, {photos} out, it balances")
    assert f" against {old:,} by the method of 2019" in shown["Paid calls"]


def test_the_commands_that_the_demo_names_run(demo):
    photolake, output = demo
    lines = output.replace(" \\\n", " ").splitlines()
    commands = {line[:12].rstrip(): shlex.split(line[12:]) for line in lines if "bin/photolake " in line}

    assert commands.keys() == {"Inspect", "Query", "Search", "Stop"}
    for name in ("Inspect", "Query", "Search"):
        _, *words = commands[name]
        assert photolake(*words), name


@pytest.mark.parametrize(("service", "log"), [("tweet_analyzer", "TweetAnalyzer"), ("photo_fetcher", "PhotoFetcher")])
def test_the_dashboard_shows_metrics_under_the_names_that_running_functions_print(demo, service, log):
    photolake, _ = demo
    printed = printed_metrics((photolake.state / f"logs/{log}Function.log").read_text()).keys()

    shown = {metric for metric in shown_of(service) if metric.name != "SearchDocumentsRejected"}
    assert shown
    assert shown <= printed
