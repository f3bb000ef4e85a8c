"""The `photolake` command: its commands and options."""

from __future__ import annotations

from typing import Annotated

import typer

from photolake_cli.commands.backfill import backfill
from photolake_cli.commands.cloud import down, env, status, up, wait
from photolake_cli.commands.collect import collect
from photolake_cli.commands.compact import compact
from photolake_cli.commands.comply import comply
from photolake_cli.commands.cost import cost
from photolake_cli.commands.dashboard import dashboard
from photolake_cli.commands.demo import demo
from photolake_cli.commands.doctor import doctor
from photolake_cli.commands.drop import drop
from photolake_cli.commands.export import app as export
from photolake_cli.commands.find_person import find_person
from photolake_cli.commands.forget import forget
from photolake_cli.commands.inspect import inspect
from photolake_cli.commands.prices import prices
from photolake_cli.commands.query import query
from photolake_cli.commands.redrive import redrive
from photolake_cli.commands.reindex import reindex
from photolake_cli.commands.reindex_opensearch import reindex_opensearch
from photolake_cli.commands.search import search
from photolake_cli.commands.stream import stream
from photolake_cli.help_page import HelpCommand, HelpGroup

app = typer.Typer(cls=HelpGroup, no_args_is_help=True, rich_markup_mode="markdown", pretty_exceptions_enable=False)

for command in (
    demo,
    up,
    collect,
    drop,
    backfill,
    inspect,
    wait,
    query,
    dashboard,
    search,
    redrive,
    reindex,
    reindex_opensearch,
    compact,
    find_person,
    forget,
    comply,
    status,
    doctor,
    cost,
    prices,
    env,
    down,
    stream,
):
    app.command(cls=HelpCommand)(command)
app.add_typer(export, name="export")


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        # Imported late for start-up time.
        from importlib.metadata import version

        typer.echo(f"photolake {version('photolake')}")
        raise typer.Exit


@app.callback()
def photolake(
    show_version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Turn the photos people post into tables you can query, on this machine or on AWS.

    Shell completion for bash, zsh, fish and PowerShell: `photolake --install-completion`.

    Examples:

        photolake demo
        photolake up --background && photolake collect posts.jsonl && photolake wait
        photolake query --list
    """
