"""`photolake export atlas`, `coco` and `gexf`: images for other programs to look at."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from photolake_cli.commands.options import DEFAULT_STATE, Region, Stack, State
from photolake_cli.errors import report_errors

Since = Annotated[
    str | None,
    typer.Option(help="The images that posts from this day on show, or dropped since.", show_default="all days"),
]
Until = Annotated[str | None, typer.Option(help="The same until this day.", show_default="tomorrow")]
MinConfidence = Annotated[
    float, typer.Option(help="Leave out labels and celebrities below this percentage.", min=0, max=100)
]
LeaveOutSuspect = Annotated[bool, typer.Option("--leave-out-suspect", help="Leave out images with a moderation label.")]
ShowAuthors = Annotated[
    bool, typer.Option("--show-authors", help="Also write who posted an image; else nobody is named.")
]
Side = Annotated[
    int, typer.Option(help="Shrink images until no side has more pixels; 0 for the images as they are stored.", min=0)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Count, show the price, and write nothing.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for consent to the price.")]


class Network(StrEnum):
    """The networks of `photolake export gexf`."""

    LABELS = "labels"
    IMAGE_LABELS = "image-labels"
    IMAGE_HASHTAGS = "image-hashtags"


@report_errors
def atlas(
    to: Annotated[Path, typer.Option(help="The file to write, .parquet.", dir_okay=False)],
    urls: Annotated[
        bool, typer.Option("--urls", help="Write the URLs of the photos at their platforms, not their bytes.")
    ] = False,
    since: Since = None,
    until: Until = None,
    min_confidence: MinConfidence = 50,
    leave_out_suspect: LeaveOutSuspect = False,
    show_authors: ShowAuthors = False,
    side: Side = 512,
    dry_run: DryRun = False,
    yes: Yes = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Write a Parquet file for Embedding Atlas: a row for each image, with its post.

    A row has the image, its labels, the text in it, and text, hashtags, language and sentiment of the first post that
    shows it. Embedding Atlas computes the embedding itself, of the column image, or of the text in description.

    Examples:

        photolake export atlas --to images.parquet
        photolake export atlas --to november.parquet --since 2026-11-01 --leave-out-suspect
        photolake export atlas --to images.parquet --urls --stack photolake
    """
    # Imported late for start-up time: they need boto3 and PyAthena.
    import datetime as dt

    from photolake_cli.cloud import connect
    from photolake_cli.explorers.run import export_atlas
    from photolake_cli.explorers.session import ImageRequest
    from photolake_cli.query.client import QueryClient

    request = ImageRequest(
        to, since, until, min_confidence, leave_out_suspect, show_authors, side, dry_run, yes, reads_files=not urls
    )
    cloud = connect(stack, region, state)
    export_atlas(cloud, QueryClient(cloud), request, dt.datetime.now(dt.UTC))


@report_errors
def coco(
    to: Annotated[Path, typer.Option(help="The folder to write.", file_okay=False)],
    since: Since = None,
    until: Until = None,
    min_confidence: MinConfidence = 50,
    leave_out_suspect: LeaveOutSuspect = False,
    show_authors: ShowAuthors = False,
    side: Side = 0,
    dry_run: DryRun = False,
    yes: Yes = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Write a folder for FiftyOne and LightlyStudio: the images, and boxes in COCO's JSON.

    Boxes are those of labels, faces, lines of text, custom labels and celebrities, in pixels of the image beside
    them. Labels of the whole image are in classifications.json, the posts' texts in captions.json. After an
    interruption the same command goes on; repeated, it also removes images of posts that were deleted.

    Examples:

        photolake export coco --to coco
        photolake export coco --to coco --min-confidence 80 --side 1600
        photolake export coco --to coco --since 2026-11-01 --stack photolake --dry-run
    """
    # Imported late for start-up time: they need boto3 and PyAthena.
    import datetime as dt

    from photolake_cli.cloud import connect
    from photolake_cli.explorers.run import export_coco
    from photolake_cli.explorers.session import ImageRequest
    from photolake_cli.query.client import QueryClient

    request = ImageRequest(to, since, until, min_confidence, leave_out_suspect, show_authors, side, dry_run, yes)
    cloud = connect(stack, region, state)
    export_coco(cloud, QueryClient(cloud), request, dt.datetime.now(dt.UTC))


@report_errors
def gexf(
    to: Annotated[Path, typer.Option(help="The folder to write.", file_okay=False)],
    network: Annotated[
        list[Network] | None, typer.Option(help="Write this network. Repeatable.", show_default="all three")
    ] = None,
    min_images: Annotated[
        int, typer.Option(help="Leave out labels, pairs of labels and hashtags that fewer images have.", min=1)
    ] = 1,
    no_images: Annotated[
        bool, typer.Option("--no-images", help="Write the networks only, without the files of the images.")
    ] = False,
    since: Since = None,
    until: Until = None,
    min_confidence: MinConfidence = 50,
    leave_out_suspect: LeaveOutSuspect = False,
    show_authors: ShowAuthors = False,
    side: Side = 256,
    dry_run: DryRun = False,
    yes: Yes = False,
    stack: Stack = None,
    region: Region = None,
    state: State = DEFAULT_STATE,
) -> None:
    """Write a folder for Gephi: which labels, images and hashtags belong together.

    labels.gexf joins labels that are in the same image, image-labels.gexf images with their labels, and
    image-hashtags.gexf images with the hashtags of their posts. A node's attribute image is the name of a file in
    images/, as Gephi's plugin Image Preview reads it.

    Examples:

        photolake export gexf --to networks
        photolake export gexf --to networks --network labels --min-images 5 --min-confidence 80
        photolake export gexf --to networks --network image-hashtags --since 2026-11-01 --stack photolake
    """
    # Imported late for start-up time: they need boto3 and PyAthena.
    import datetime as dt

    from photolake_cli.cloud import connect
    from photolake_cli.explorers.run import export_gexf
    from photolake_cli.explorers.session import ImageRequest
    from photolake_cli.query.client import QueryClient

    request = ImageRequest(
        to,
        since,
        until,
        min_confidence,
        leave_out_suspect,
        show_authors,
        side,
        dry_run,
        yes,
        reads_files=not no_images,
        networks=list(dict.fromkeys(network or Network)),
        min_images=min_images,
    )
    cloud = connect(stack, region, state)
    export_gexf(cloud, QueryClient(cloud), request, dt.datetime.now(dt.UTC))
