"""`photolake export`: rows of a view for a warehouse, and images for other programs to look at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from photolake_cli.commands.export_images import atlas, coco, gexf
from photolake_cli.commands.export_study import study
from photolake_cli.commands.options import DEFAULT_STATE, PROJECT, Region, Stack, State
from photolake_cli.errors import CommandError, report_errors
from photolake_cli.help_page import HelpCommand, HelpGroup


class ExportGroup(HelpGroup):
    """Takes what is none of its commands for a view: `export tweets` is `export view tweets`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments behind `photolake export`."""
        is_view = args[:1] and args[0] not in (*self.commands, "--help")
        return super().parse_args(ctx, ["view", *args] if is_view else args)


app = typer.Typer(cls=ExportGroup, no_args_is_help=True)


@app.callback()
def export() -> None:
    """Write a view into a database table or a file, images for other programs to look at, or a study kit.

    `photolake export tweets` is short for `photolake export view tweets`; the options of each are in its own help.

    Examples:

        photolake export tweets --to postgresql://ann@localhost/warehouse
        photolake export face_emotions --to faces.csv --delimiter ";"
        photolake export atlas --to images.parquet
        photolake export coco --to coco
        photolake export gexf --to networks
        photolake export study --to study.zip
    """


@report_errors
def view(
    name: Annotated[str, typer.Argument(metavar="VIEW", help="A view, such as tweets or face_emotions.")],
    to: Annotated[
        str,
        typer.Option(
            help="The SQLAlchemy URL of a database, or a file .csv, .json or .parquet.",
            envvar="PHOTOLAKE_EXPORT_URL",
            show_envvar=False,
            show_default="the variable PHOTOLAKE_EXPORT_URL",
        ),
    ] = "",
    since: Annotated[
        str | None, typer.Option(help="Export the days from this one on.", show_default="what is new")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Export the days until this one.", show_default="tomorrow")] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Export all days again, and remove what the view does not have.")
    ] = False,
    late_days: Annotated[
        int, typer.Option(min=0, help="For so many days after a day its rows are exported again, as posts come late.")
    ] = 7,
    table: Annotated[
        str, typer.Option(help="The table's name, with its schema if need be.", show_default="the view's")
    ] = "",
    key: Annotated[
        list[str] | None,
        typer.Option(help="A column of the key, for a view of your own. Repeatable.", show_default="the view's"),
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option(help="What separates the values of a CSV file.", show_default="a comma")
    ] = None,
    excel: Annotated[
        bool, typer.Option("--excel", help="Write CSV for a spreadsheet, which runs nothing of it as a formula.")
    ] = False,
    pseudonymize: Annotated[
        bool, typer.Option("--pseudonymize", help="Write pseudonyms for the ids, names and links of posts and authors.")
    ] = False,
    salt: Annotated[
        Path | None,
        typer.Option(
            help="The file with the salt of the pseudonyms, made if it is missing.",
            show_default="the variable PHOTOLAKE_PSEUDONYM_SALT, or a file of yours",
        ),
    ] = None,
    without_text: Annotated[
        bool, typer.Option("--without-text", help="Also leave out the texts, which can be searched for.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and write nothing.")] = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Write a view into a database table or a file.

    A table is created with the view's types, and filled by its key, day by day: after an interruption the same
    command goes on. The next time it exports the days since then and those of the last week again, and removes what
    was deleted. Arrays and rows are JSON. A file is written whole or not at all.

    Give the password in PGPASSWORD, in ~/.pgpass, or in a URL in PHOTOLAKE_EXPORT_URL: it is shown nowhere.

    Examples:

        photolake export tweets --to postgresql://ann@localhost/warehouse
        photolake export face_emotions --to faces.csv --delimiter ";"
        photolake export tweets --to tweets.csv --excel
        photolake export tweets --to study.parquet --pseudonymize --without-text
        photolake export image_spread --to sqlite:///lake.db
        photolake export media_rekognition --to photos.parquet --since 2026-11-01
        photolake export tweets --to hana://ANN@host:443 --table SOCIAL.TWEETS --dry-run
    """
    # Imported late for start-up time: they need boto3, PyAthena and SQLAlchemy.
    import datetime as dt

    from photolake_cli.cloud import connect
    from photolake_cli.export.run import ExportRequest, run_export
    from photolake_cli.pseudonyms.run import open_pseudonyms
    from photolake_cli.query.client import QueryClient

    pseudonyms = open_pseudonyms(salt, keeps_text=not without_text) if pseudonymize else None
    if salt and not pseudonymize:
        raise CommandError("--salt goes with --pseudonymize")
    request = ExportRequest(
        name,
        to,
        table,
        key or [],
        since,
        until,
        full,
        late_days,
        delimiter,
        dry_run,
        excel,
        pseudonyms,
        not without_text,
    )
    cloud = connect(stack, region, state)
    run_export(cloud, QueryClient(cloud), request, PROJECT / "athena/views", dt.datetime.now(dt.UTC))


for command in (view, atlas, coco, gexf, study):
    app.command(cls=HelpCommand)(command)
