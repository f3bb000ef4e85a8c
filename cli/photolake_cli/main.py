"""photolake: the pipeline on this machine, from the template, without an AWS account."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from photolake_cli.cloud import deployed_lake, laptop_lake, queries_of
from photolake_cli.collect.inlets import deployed_inlet, laptop_inlet
from photolake_cli.collect.run import CollectRequest
from photolake_cli.collect.run import collect as send_files
from photolake_cli.commands import cloud as cloud_commands
from photolake_cli.commands.cloud import ROOT, STATE, State, refuse_empty
from photolake_cli.demo.run import DemoInput, run_demo, synthetic_input
from photolake_cli.errors import CommandError, told
from photolake_cli.laptop import Laptop
from photolake_cli.query.export import Format
from photolake_cli.query.run import Question, ask

app = typer.Typer(
    help="Turn the photos people post into tables you can query: on this machine, from template.yaml.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

for command in (
    cloud_commands.up,
    cloud_commands.down,
    cloud_commands.env,
    cloud_commands.status,
    cloud_commands.wait,
):
    app.command()(command)

Form = Annotated[Format | None, typer.Option("--format", help="How the rows are given; a table, if not said.")]


@app.command()
@told
def collect(
    more: Annotated[list[str] | None, typer.Argument(help="More of them.", show_default=False)] = None,
    first: Annotated[
        list[str] | None, typer.Option("--from", help="A file of posts, a folder of them, or an s3:// URI of either.")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Send what was sent before, too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Send nothing: count, and forecast the price.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before spending money on AWS.")] = False,
    stack: Annotated[str | None, typer.Option(help="Send them to this stack on AWS.")] = None,
    region: Annotated[str | None, typer.Option(help="The Region of the stack.")] = None,
    state: State = STATE,
) -> None:
    """Send files of posts through the pipeline.

    JSON lines or one JSON document: X API v2 pages, stream lines and posts, also flattened by twarc2; v1.1 posts,
    timelines and searches; tweets.js of an account archive; lines of our own archive. Plain, gzip or Zstandard.
    What is no post goes to errors/malformed/ in the lake, with its file and line. A run that was interrupted goes on
    where it stopped; it may send up to 1,000 posts again, which the views count once.

    Examples:

        photolake collect --from posts.jsonl

        photolake collect --from january.jsonl.gz february.jsonl.zst --dry-run

        photolake collect --from s3://bucket/tweets/ --stack photolake --region eu-west-1
    """
    request = CollectRequest([*(first or []), *(more or [])], again, dry_run, yes)
    if not request.given:
        raise CommandError("Name a file: photolake collect --from posts.jsonl")
    if region and not stack:
        raise CommandError("--region goes with --stack NAME: the laptop cloud has one Region")
    inlet = deployed_inlet(stack, region) if stack else laptop_inlet(Laptop.connect(state))
    send_files(request, inlet, state / "collected")


@app.command()
@told
def query(
    sql: Annotated[str | None, typer.Argument(help="A statement, in Athena's SQL.", show_default=False)] = None,
    saved: Annotated[str | None, typer.Option(help="The name of a saved query; without any, lists them.")] = None,
    param: Annotated[list[str] | None, typer.Option(help="NAME=VALUE, or the VALUE of the next ? in SQL.")] = None,
    form: Form = None,
    output: Annotated[Path | None, typer.Option(dir_okay=False, help="Write them to this file.")] = None,
    stack: Annotated[str | None, typer.Option(help="Ask the lake of this stack on AWS.")] = None,
    region: Annotated[str | None, typer.Option(help="The Region of the stack.")] = None,
    state: State = STATE,
) -> None:
    """Ask the lake in SQL.

    A VALUE that is a number is one, any other is text, days too; --param "'2026'" is text.

    CSV: null is nothing, empty text is "". JSON: integers over 2^53 are strings, NaN is null. Parquet: the columns'
    types, but rows, arrays and maps are text as Athena writes it. A table shows the first 1,000 rows.

    Examples:

        photolake query "select lang, count(*) as posts from tweets group by lang"

        photolake query --saved top_labels --param since=2026-11-01 --format csv > labels.csv

        photolake query "select * from tweets where id = ?" --param 2030500000000000001 --output post.parquet

        photolake query --stack photolake --region eu-west-1 --saved top_labels
    """
    if region and not stack:
        raise CommandError("--region goes with --stack NAME: the laptop cloud has one Region")
    question = Question(sql, saved, param or [], form, output)
    lake = deployed_lake(stack, region) if stack else laptop_lake(Laptop.connect(state))
    ask(queries_of(lake), question, lake.on_laptop)


@app.command()
@told
def demo(
    posts: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="Your own posts instead.")] = None,
    photos: Annotated[Path | None, typer.Option(exists=True, file_okay=False, help="Your own photos instead.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the laptop cloud running, to ask it more.")] = False,
    timeout: Annotated[float, typer.Option(help="Seconds the pipeline may take.", min=1)] = 600,
    state: State = STATE / "demo",
) -> None:
    """Run the whole pipeline on made-up posts over real photos, and show what comes out.

    Exit status 1 if a post or photo is not accounted for.

    Examples:

        photolake demo

        photolake demo --posts timeline.jsonl --photos ~/Pictures --keep
    """
    refuse_empty(photos)
    given = synthetic_input(state / "input")
    chosen = DemoInput(posts or given.posts, photos or given.photos)
    if not run_demo(chosen, ROOT, state, timeout, keep):
        raise CommandError("The account does not balance: something was lost or counted twice.")


@app.command()
@told
def stream(
    query: Annotated[
        list[str] | None, typer.Option("--query", help="What to stream, as a rule of X; repeatable.")
    ] = None,
    budget: Annotated[int | None, typer.Option(help="Posts to buy a calendar month, 0 for no limit.", min=0)] = None,
    stack: Annotated[str | None, typer.Option(help="Send them to this stack on AWS.")] = None,
    region: Annotated[str | None, typer.Option(help="The Region of the stack.")] = None,
    state: State = STATE,
) -> None:
    """Send X's filtered stream through the pipeline, until Ctrl-C or until the month's budget is used up.

    X charges about $0.005 a post. The bearer token is that of the environment variable X_BEARER_TOKEN or of the secret.
    Queries and budget are those of the stack's collector, unless they are said; the laptop cloud's are said, with a
    budget of 10,000 posts. X's rules of this app are made to fit; those that photolake did not put in are left alone.

    Examples:

        photolake stream --query "(#beach OR #surf) has:images" --budget 1000

        photolake stream --stack photolake --region eu-west-1
    """
    if region and not stack:
        raise CommandError("--region goes with --stack NAME: the laptop cloud has one Region")
    # X's client takes a moment to import, which the other commands need not wait for.
    from photolake_cli import stream as streaming

    place = streaming.deployed_place(stack, region) if stack else streaming.laptop_place(Laptop.connect(state))
    streaming.stream(place, query or [], budget)
