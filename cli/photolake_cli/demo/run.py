"""The demo: starts a laptop cloud, sends posts, shows queries, and accounts for every post and photo."""

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

from laptop_cloud.engines.engine_set import EngineSet
from photolake_cli.cloud import connect_laptop
from photolake_cli.collect.run import choose_files
from photolake_cli.collect.sender import open_sender
from photolake_cli.console import console, show_table
from photolake_cli.demo import ledger
from photolake_cli.demo.photos import write_photos
from photolake_cli.demo.posts import generate_lines
from photolake_cli.laptop import Laptop, LaptopOptions, start_laptop
from photolake_cli.query.client import QueryClient
from photolake_cli.status import describe_backlog

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.collect.sender import Tally

# Saved queries in the order they are shown, each with the column that is drawn as bars.
SHOWN_QUERIES = {
    "top_domains": "links",
    "top_labels": "photos",
    "text_in_images": "posts",
    "faces": "posts",
    "ages_and_genders": "faces",
    "suspect_content": "",
    "top_celebrities": "posts",
    "sentiment_by_language": "posts",
    "photo_statuses": "photos",
}
# Those that only the full engine set has an answer to, shown after the others.
FULL_QUERIES = {"top_emotions": "faces"}
CALLS_NOTE = (
    "Texts and images that were sent to a service, including requests that the laptop cloud cannot fulfil; it repeats "
    "those for the sentiment of languages other than English. The method of 2019 is counted once per post."
)
LOCAL_NOTES = {
    "top_labels": "by a small open model in place of Rekognition: it names one subject of a photo, and misses many",
    "ages_and_genders": "guesses of a small open model; of five known portraits, the gender of one was wrong",
    "top_emotions": "a small open model, good at smiles; it says what faces look like, not what anybody feels",
    "suspect_content": "locally only sexual content is judged: no label does not mean safe",
    "top_celebrities": "not available locally: no open-source engine recognises celebrities; on AWS Rekognition does",
}


@dataclass(frozen=True)
class DemoInput:
    """A file of posts, and the folder of photos behind their media URLs."""

    posts: Path
    photos: Path


def write_synthetic_input(folder: Path) -> DemoInput:
    """Write the synthetic posts and their photos."""
    folder.mkdir(parents=True, exist_ok=True)
    photos = folder / "photos"
    answers = write_photos(photos)
    (photos / "urls.json").write_text(json.dumps(answers, indent=2))
    posts = folder / "posts.jsonl"
    posts.write_text("\n".join(generate_lines()) + "\n")
    return DemoInput(posts, photos)


def run_demo(posts: Path, options: LaptopOptions, timeout: float, keep: bool) -> bool:
    """Run the demo and return whether everything is accounted for."""
    began = time.monotonic()
    with _run_cloud(options, keep) as laptop:
        ready = time.monotonic()
        cloud = connect_laptop(laptop)
        tallies = _send_posts(cloud, posts)
        _wait_until_done(laptop, timeout)
        drained = time.monotonic()
        client = QueryClient(cloud)
        _show_queries(client, laptop.status()["analysis"]["models"]["comprehend"], options.engine)
        is_balanced = _show_account(laptop, cloud, client, tallies)
    console.print(
        f"Laptop cloud ready in {ready - began:.0f} s, posts processed in {drained - ready:.0f} s, "
        f"queried in {time.monotonic() - drained:.0f} s."
    )
    return is_balanced


@contextmanager
def _run_cloud(options: LaptopOptions, keep: bool) -> Iterator[Laptop]:
    with _create_progress() as progress:
        task = progress.add_task("Starting the laptop cloud", total=None)
        laptop = start_laptop(options, lambda line: progress.update(task, description=f"Starting: {line[:90]}"))
    console.print(f"[green]✓[/] Laptop cloud is up: the stack of template.yaml, at {laptop.state.endpoint_url}")
    console.print(f"  Firehose's buffering intervals are shortened by a factor of {1 / laptop.state.scale:,.0f}.")
    try:
        yield laptop
    finally:
        if keep:
            console.print(
                f"The laptop cloud is running. Query it: photolake query --state {options.folder} --saved top_labels"
            )
            console.print(f"Stop it: photolake down --state {options.folder}")
        else:
            laptop.stop()


def _send_posts(cloud: Cloud, posts: Path) -> list[Tally]:
    sender, tallies = open_sender(cloud), []
    with _create_progress() as progress:
        for file in choose_files([str(posts)], cloud.client("s3")):
            task = progress.add_task(f"Collecting {file.base}", total=None)
            tallies.append(sender.send(file))
            progress.remove_task(task)
    for tally in tallies:
        console.print(
            f"[green]✓[/] {tally.file}: {tally.sent:,} posts sent ({tally.repeated:,} of them repeated), "
            f"{tally.rejected:,} records rejected"
        )
    return tallies


def _wait_until_done(laptop: Laptop, timeout: float) -> None:
    with _create_progress() as progress:
        task = progress.add_task("Processing", total=None)
        laptop.wait(
            timeout, lambda status: progress.update(task, description=f"Processing: {describe_backlog(status)}")
        )
    runs = {name: function["invocations"] for name, function in laptop.status()["functions"].items()}
    console.print(
        "[green]✓[/] Everything is processed. Invocations: " + ", ".join(f"{name} {runs[name]}" for name in runs)
    )


def _show_queries(client: QueryClient, text_model: str, engine: EngineSet) -> None:
    saved = client.list_saved()
    notes = {**LOCAL_NOTES, "sentiment_by_language": f"analysed by {text_model} in place of Comprehend"}
    queries = SHOWN_QUERIES | (FULL_QUERIES if engine is EngineSet.FULL else {})
    for name, bars in queries.items():
        result = client.run_saved(saved[name])
        show_table(saved[name].description, result.column_names, list(result.typed_rows()), notes.get(name, ""), bars)


def _show_account(laptop: Laptop, cloud: Cloud, client: QueryClient, tallies: Sequence[Tally]) -> bool:
    rejected = ledger.count_rejected(cloud.client("s3"), cloud.values["LakeBucketName"])
    balances = [
        ledger.balance_posts(tallies, client, rejected),
        ledger.balance_photos(client, cloud.values["LandingDatabaseName"]),
    ]
    console.print()
    for balance in balances:
        console.print(_build_panel(balance))
    calls = ledger.compare_calls(client, laptop.status()["analysis"]["calls"])
    rows = [(api, old, new, f"{old / new:.1f} x" if new else "") for api, old, new in calls]
    old, new = sum(row[1] for row in rows), sum(row[2] for row in rows)
    rows.append(("all", old, new, f"{old / new:.1f} x" if new else ""))
    show_table("Paid calls on these posts", ["operation", "method of 2019", "photolake", "fewer"], rows, CALLS_NOTE)
    return all(balance.is_balanced for balance in balances)


def _build_panel(balance: ledger.Balance) -> Panel:
    sides = [
        " + ".join(f"{amount:,} {name}" for name, amount in side.amounts.items())
        for side in (balance.input, balance.output)
    ]
    is_balanced = balance.is_balanced
    text = f"{sides[0]} = {balance.input.total:,}\n{sides[1]} = {balance.output.total:,}"
    title = f"{balance.name}: " + ("the account balances" if is_balanced else "THE ACCOUNT DOES NOT BALANCE")
    return Panel(text, title=title, title_align="left", border_style="green" if is_balanced else "red")


def _create_progress() -> Progress:
    return Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True
    )
