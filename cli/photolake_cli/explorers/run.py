"""`photolake export atlas`, `coco` and `gexf`: writes the images of a lake for other programs to look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from shlex import quote
from typing import TYPE_CHECKING

from photolake_cli.console import print_note
from photolake_cli.copies import enter_copy
from photolake_cli.errors import CommandError
from photolake_cli.explorers.atlas import AtlasWriter
from photolake_cli.explorers.coco import DOCUMENTS, CocoWriter
from photolake_cli.explorers.folder import MISSING, ExportFolder
from photolake_cli.explorers.forecast import count_images
from photolake_cli.explorers.session import NETWORKS, ImageExport, ImageRequest, plan_export
from photolake_cli.query.export import open_output

if TYPE_CHECKING:
    from photolake_cli.cloud import Cloud
    from photolake_cli.query.client import QueryClient

_GOES_ON = "the same command goes on with the next image"


def export_atlas(cloud: Cloud, client: QueryClient, request: ImageRequest, now: dt.datetime) -> None:
    """Write a Parquet file for Embedding Atlas."""
    path = request.to
    if path.suffix.lower() != ".parquet":
        raise CommandError(f"--to must be a file .parquet, as Embedding Atlas reads it: not {str(path)!r}")
    export = plan_export(cloud, client, request, now)
    if export is None:
        return
    enter_copy(cloud, "export atlas", path)
    has_bytes = request.reads_files
    written = 0
    load = export.open_store().load if has_bytes else None
    with (
        export.running("nothing was written"),
        open_output(path, binary=True, option="--to") as out,
        AtlasWriter(out, request.show_authors, has_bytes) as writer,
    ):
        for image, file in export.read(load):
            if file or not has_bytes:
                writer.add(image, file)
                written += 1
    export.report(f"{path} has {count_images(written)}", "left out; --urls keeps them, with the URLs at the platforms")
    print_note(
        f"Open it: uvx embedding-atlas {quote(str(path))} {'--image image' if has_bytes else '--text description'}"
    )


def export_coco(cloud: Cloud, client: QueryClient, request: ImageRequest, now: dt.datetime) -> None:
    """Write a folder for FiftyOne and LightlyStudio: images, boxes in COCO's JSON, and labels without a box."""
    folder = _choose_folder(cloud, request, "coco", "data", DOCUMENTS)
    export = plan_export(cloud, client, request, now)
    if export is None:
        return
    enter_copy(cloud, "export coco", request.to)
    folder.prepare()
    store = export.open_store()
    written = 0
    with export.running(_GOES_ON), CocoWriter(request.show_authors) as writer:
        for image, file in export.read(lambda image: folder.load(image, store)):
            if file:
                writer.add(image, file)
                written += 1
        writer.write(folder, now.isoformat(timespec="seconds"), f"Images of {cloud.name}, by photolake")
        boxes = writer.boxes
        folder.finish(export.missing)
    export.report(
        f"{request.to} has {count_images(written)} with {boxes:,} boxes{_describe_folder(folder)}",
        f"left out; {request.to / MISSING} names them all",
    )
    options = f"--dataset-dir {quote(str(request.to))} --type fiftyone.types.COCODetectionDataset"
    print_note(f"Open it: fiftyone datasets create --name photolake {options} && fiftyone app launch photolake")


def export_gexf(cloud: Cloud, client: QueryClient, request: ImageRequest, now: dt.datetime) -> None:
    """Write a folder for Gephi: networks, and the images that their nodes name."""
    folder = _choose_folder(cloud, request, "gexf", "images", [f"{name}.gexf" for name in NETWORKS])
    export = plan_export(cloud, client, request, now)
    if export is None:
        return
    enter_copy(cloud, "export gexf", request.to)
    folder.prepare()
    with export.running(_GOES_ON):
        written = _write_networks(folder, export)
        folder.finish(export.missing)
    export.report(
        f"{request.to} has {', '.join(written)}, from {count_images(export.images)}{_describe_folder(folder)}",
        f"in the networks all the same; {request.to / MISSING} names them all",
    )
    print_note(f"Open it: gephi {quote(str(request.to / f'{request.networks[0]}.gexf'))}")


def _write_networks(folder: ExportFolder, export: ImageExport) -> list[str]:
    """Write the networks that are asked for; returns their names and sizes."""
    # Imported late for start-up time; only this export needs networkx.
    from photolake_cli.explorers.gexf import write_gexf
    from photolake_cli.explorers.network import Networks

    request, store = export.request, export.open_store()
    networks = Networks(request.min_images, request.show_authors)
    for image, file in export.read((lambda image: folder.load(image, store)) if request.reads_files else None):
        networks.add_image(image, file.name if file else None)
    if "image-hashtags" in request.networks:
        networks.add_hashtags(export.reader.read_hashtags())
    builders = {
        "labels": networks.build_labels,
        "image-labels": networks.build_image_labels,
        "image-hashtags": networks.build_image_hashtags,
    }
    written = []
    for name in request.networks:
        export.show(f"the network {name}")
        graph = builders[name]()
        with folder.open_binary(f"{name}.gexf") as out:
            write_gexf(graph, out, f"{name} of {export.cloud.name}, by photolake")
        written.append(f"{name}.gexf with {graph.number_of_nodes():,} nodes and {graph.number_of_edges():,} edges")
    return written


def _choose_folder(
    cloud: Cloud, request: ImageRequest, kind: str, images: str, documents: Sequence[str]
) -> ExportFolder:
    folder = ExportFolder(request.to, kind, images, documents, cloud.key, request.side)
    folder.check()
    return folder


def _describe_folder(folder: ExportFolder) -> str:
    kept = f"; {folder.kept:,} there already" if folder.kept else ""
    return kept + (f"; {count_images(folder.removed)} of an earlier export removed" if folder.removed else "")
