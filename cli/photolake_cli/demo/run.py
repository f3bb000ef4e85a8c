"""The demo from beginning to end: laptop cloud, posts in, tables out, and the account."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.panel import Panel
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from photolake_cli.collect_run import chosen_files
from photolake_cli.connections import laptop_lake, queries_of
from photolake_cli.demo import ledger
from photolake_cli.demo.photos import write_photos
from photolake_cli.demo.posts import write_posts
from photolake_cli.inlets import laptop_inlet
from photolake_cli.laptop import Laptop, LaptopOptions, start
from photolake_cli.show import console, pipeline_line, show_table

if TYPE_CHECKING:
    from photolake_cli.collecting import Account
    from photolake_cli.inlets import Inlet
    from photolake_cli.querying import Queries

# The questions of the 2019 blog, and what became of every photo: saved queries, in the order they are shown.
# Beside each the column that is drawn as bars.
QUESTIONS = {
    "top_domains": "links",
    "top_labels": "photos",
    "text_in_images": "posts",
    "faces": "posts",
    "suspect_content": "",
    "top_celebrities": "posts",
    "sentiment_by_language": "posts",
    "photo_statuses": "photos",
}
CALLS_NOTE = (
    "Texts and images that were sent, also where the laptop has no answer; for the sentiment of languages other than "
    "English it is asked again each time. For the method of 2019 each post counts once."
)
NOT_LOCAL = {
    "top_celebrities": "not available locally: no open engine names celebrities; on AWS Rekognition does",
    "suspect_content": "moderation labels are not available locally; possibly_sensitive comes from the posts",
}


@dataclass(frozen=True)
class DemoInput:
    """Posts to replay, and the photos that their media URLs are answered with."""

    posts: Path
    photos: Path


def synthetic_input(folder: Path) -> DemoInput:
    """Write the made-up posts and the photos they show."""
    folder.mkdir(parents=True, exist_ok=True)
    photos = folder / "photos"
    answers = write_photos(photos)
    (photos / "urls.json").write_text(json.dumps(answers, indent=2))
    posts = folder / "posts.jsonl"
    posts.write_text("\n".join(write_posts()) + "\n")
    return DemoInput(posts, photos)


def run_demo(given: DemoInput, root: Path, folder: Path, timeout: float, keep: bool) -> bool:
    """Run it, and say whether the account balances."""
    began = time.monotonic()
    with _cloud(LaptopOptions(root, folder, given.photos), keep) as laptop:
        ready = time.monotonic()
        accounts = _collect(laptop_inlet(laptop), given.posts)
        _wait(laptop, timeout)
        drained = time.monotonic()
        queries = queries_of(laptop_lake(laptop))
        _answer(queries, laptop.status()["analysis"]["models"]["comprehend"])
        balanced = _account(laptop, queries, accounts)
    console.print(
        f"Laptop cloud ready in {ready - began:.0f} s, posts through the pipeline in {drained - ready:.0f} s, "
        f"answered in {time.monotonic() - drained:.0f} s."
    )
    return balanced


@contextmanager
def _cloud(options: LaptopOptions, keep: bool) -> Iterator[Laptop]:
    with _progress() as progress:
        task = progress.add_task("Starting the laptop cloud", total=None)
        laptop = start(options, lambda line: progress.update(task, description=f"Starting: {line[:90]}"))
    console.print(f"[green]✓[/] Laptop cloud is up: the stack of template.yaml, at {laptop.state.endpoint_url}")
    console.print(f"  Firehose's delivery intervals are shortened by a factor of {1 / laptop.state.scale:,.0f}.")
    try:
        yield laptop
    finally:
        if keep:
            console.print(f"The cloud goes on. Ask it: photolake query --state {options.folder} --saved top_labels")
            console.print(f"Stop it: photolake down --state {options.folder}")
        else:
            laptop.stop()


def _collect(inlet: Inlet, posts: Path) -> list[Account]:
    accounts = []
    with _progress() as progress:
        for file in chosen_files([str(posts)], inlet):
            task = progress.add_task(f"Collecting {file.base}", total=None)
            accounts.append(inlet.collector.collect(file))
            progress.remove_task(task)
    for account in accounts:
        console.print(
            f"[green]✓[/] {account.file}: {account.sent:,} posts sent ({account.repeated:,} of them repeated), "
            f"{account.malformed:,} malformed lines set aside"
        )
    return accounts


def _wait(laptop: Laptop, timeout: float) -> None:
    with _progress() as progress:
        task = progress.add_task("Posts on their way", total=None)
        laptop.wait(timeout, lambda status: progress.update(task, description=f"On the way: {pipeline_line(status)}"))
    runs = {name: function["invocations"] for name, function in laptop.status()["functions"].items()}
    console.print("[green]✓[/] Everything has drained. Runs: " + ", ".join(f"{name} {runs[name]}" for name in runs))


def _answer(queries: Queries, text_model: str) -> None:
    saved = queries.saved()
    notes = {**NOT_LOCAL, "sentiment_by_language": f"answered in Comprehend's place by {text_model}"}
    for name, bars in QUESTIONS.items():
        answer = queries.run_saved(saved[name])
        show_table(saved[name].question, answer.names, list(answer.values()), notes.get(name, ""), bars)


def _account(laptop: Laptop, queries: Queries, accounts: Sequence[Account]) -> bool:
    malformed = ledger.malformed_lines(laptop.client("s3"), laptop.output("LakeBucketName"))
    balances = [
        ledger.post_balance(accounts, queries, malformed),
        ledger.photo_balance(queries, laptop.output("LandingDatabaseName")),
    ]
    console.print()
    for balance in balances:
        console.print(_sentence(balance))
    calls = ledger.call_comparison(queries, laptop.status()["analysis"]["calls"])
    rows = [(api, old, new, f"{old / new:.1f} x" if new else "") for api, old, new in calls]
    old, new = sum(row[1] for row in rows), sum(row[2] for row in rows)
    rows.append(("all", old, new, f"{old / new:.1f} x" if new else ""))
    show_table("Paid calls on these posts", ["operation", "method of 2019", "photolake", "fewer"], rows, CALLS_NOTE)
    return all(balance.holds for balance in balances)


def _sentence(balance: ledger.Balance) -> Panel:
    sides = [
        " + ".join(f"{amount:,} {name}" for name, amount in side.amounts.items())
        for side in (balance.went_in, balance.came_out)
    ]
    equal = balance.holds
    text = f"{sides[0]} = {balance.went_in.total:,}\n{sides[1]} = {balance.came_out.total:,}"
    title = f"{balance.name}: " + ("the account balances" if equal else "THE ACCOUNT DOES NOT BALANCE")
    return Panel(text, title=title, title_align="left", border_style="green" if equal else "red")


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True
    )
