"""What `photolake inspect` shows of a photo; what is absent from a response is named, never made up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group
from rich.padding import Padding
from rich.text import Text
from rich.tree import Tree

from photolake_cli.console import build_table, console, make_printable
from photolake_cli.inspect.face_attributes import describe_face, list_absent
from photolake_cli.inspect.label_tree import LabelNode, build_label_tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import RenderableType

    from photolake.rows.schema import TableSchema
    from photolake_cli.inspect.analysis import Inspection

Json = Mapping[str, Any]
BAR_CELLS = 20
SWATCH = "      "


def show_inspection(name: str, inspection: Inspection, schema: TableSchema) -> None:
    """Print everything that is known of the photo, and what is not."""
    row, rendition = inspection.row, inspection.rendition
    sent = f"{rendition.content_type}, {len(rendition.body):,} bytes sent"
    console.print(
        Text.assemble((make_printable(name), "bold"), f"  {rendition.width} x {rendition.height} pixels, {sent}")
    )
    labels: Json = row["image_labels"] or {}
    face = schema.columns["image_labels"].fields["facedetails"].element
    attributes = face.fields if face else {}
    sections: Mapping[str, tuple[Any, Callable[[Any], RenderableType]]] = {
        "Labels": (labels.get("labels"), _draw_labels),
        "Things with a box": (_list_instances(labels.get("labels")), _draw_instances),
        "Custom labels": (labels.get("customlabels"), _draw_custom_labels),
        "Faces": (labels.get("facedetails"), lambda faces: _draw_faces(faces, attributes)),
        "Celebrities": (labels.get("celebrityrecognition"), _draw_celebrities),
        "Text": (labels.get("textdetections"), _draw_lines),
        "Moderation": (labels.get("moderationlabels"), _draw_moderation),
        "Image properties": (row["image_properties"], _draw_properties),
    }
    for title, (found, draw) in sections.items():
        if found is not None:
            console.print(Text(f"\n{title}", style="bold"))
            console.print(Padding(draw(found), (0, 0, 0, 2)))
    _show_missing(inspection)


def _show_missing(inspection: Inspection) -> None:
    labels: Json = inspection.row["image_labels"] or {}
    models = [(name, labels.get(f"{name}modelversion")) for name in ("label", "text", "moderation")]
    if known := [f"{name} {make_printable(str(version))}" for name, version in models if version]:
        console.print(Text(f"\nModels: {', '.join(known)}", style="dim"))
    if inspection.not_called:
        names = ",".join(inspection.not_called)
        console.print(f"\nNot called, as no label suggests it: {names}. To call it all the same: --apis {names}")
    for error in inspection.row["errors"]:
        console.print(Text(f"\n{error['api']}: {make_printable(error['message'])} ({error['code']})", style="yellow"))


def _draw_labels(labels: Sequence[Json]) -> RenderableType:
    if not labels:
        return Text("none")
    trees = [_draw_node(node, Tree(_describe_node(node))) for node in build_label_tree(labels)]
    return Group(*trees)


def _draw_node(node: LabelNode, tree: Tree) -> Tree:
    for child in node.children:
        _draw_node(child, tree.add(_describe_node(child)))
    return tree


def _describe_node(node: LabelNode) -> Text:
    if node.label is None:
        return Text(f"{make_printable(node.name)} (a parent, not found itself)", style="dim")
    line = Text.assemble((make_printable(node.name), "bold"), "  ", draw_bar(node.confidence))
    for words, style in ((_names(node.label, "categories"), "cyan"), (_names(node.label, "aliases"), "dim")):
        line.append(f"  {', '.join(words)}" if words else "", style)
    return line


def draw_bar(percent: float) -> Text:
    """A bar of a share of 100, and the share."""
    full = round(min(max(percent, 0), 100) / 100 * BAR_CELLS)
    return Text.assemble(("█" * full, "green"), ("░" * (BAR_CELLS - full), "dim"), f" {percent:.1f}")


def _list_instances(labels: Sequence[Json] | None) -> list[tuple[str, Json]] | None:
    found = [(str(label["name"]), thing) for label in labels or [] for thing in label.get("instances") or []]
    return found or None


def _draw_instances(things: Sequence[tuple[str, Json]]) -> RenderableType:
    rows = [(make_printable(name), _percent(thing.get("confidence")), *_edges(thing)) for name, thing in things]
    return build_table(["label", "confidence", *_EDGES], rows)


def _draw_custom_labels(labels: Sequence[Json]) -> RenderableType:
    rows = [
        (make_printable(str(label["name"])), _percent(label.get("confidence")), *_edges(label.get("geometry") or {}))
        for label in labels
    ]
    return build_table(["label", "confidence", *_EDGES], rows) if rows else Text("none")


def _draw_faces(faces: Sequence[Json], fields: Collection[str]) -> RenderableType:
    parts: list[RenderableType] = []
    for number, face in enumerate(faces, 1):
        parts += [
            Text(f"Face {number}"),
            build_table(["attribute", "value", "confidence"], describe_face(face, fields)),
        ]
    if absent := list_absent(faces, fields):
        parts.append(Text(f"not available: {', '.join(absent)}", style="yellow"))
    return Group(*parts) if faces else Text("none")


def _draw_celebrities(response: Json) -> RenderableType:
    rows = [
        (
            make_printable(str(one.get("name"))),
            _percent(one.get("matchconfidence")),
            (one.get("knowngender") or {}).get("type"),
            " ".join(make_printable(str(url)) for url in one.get("urls") or []),
        )
        for one in response.get("celebrityfaces") or []
    ]
    unknown = len(response.get("unrecognizedfaces") or [])
    note = Text(f"faces of nobody known: {unknown}")
    return Group(build_table(["name", "confidence", "gender", "links"], rows), note) if rows else note


def _draw_lines(detections: Sequence[Json]) -> RenderableType:
    lines = [found for found in detections if found.get("type") == "LINE"]
    rows = [
        (number, make_printable(str(line["detectedtext"])), _percent(line.get("confidence")))
        for number, line in enumerate(lines, 1)
    ]
    return build_table(["line", "text", "confidence"], rows) if rows else Text("none")


def _draw_moderation(labels: Sequence[Json]) -> RenderableType:
    # The tree of labels has lists of parents; here each label has one, or an empty name.
    named = [{**label, "parents": [{"name": label.get("parentname")}]} for label in labels]
    return _draw_labels(named)


def _draw_properties(properties: Json) -> RenderableType:
    parts: list[RenderableType] = []
    for title in ("image", "foreground", "background"):
        part = properties if title == "image" else properties.get(title)
        if part:
            quality = ", ".join(f"{name} {value:.0f}" for name, value in (part.get("quality") or {}).items())
            parts.append(Text(f"{title}: {quality}"))
            parts += [_draw_color(color) for color in part.get("dominantcolors") or []]
        else:
            parts.append(Text(f"{title}: not available", style="yellow"))
    return Group(*parts)


def _draw_color(color: Json) -> Text:
    red, green, blue = (int(color.get(name) or 0) for name in ("red", "green", "blue"))
    swatch = (SWATCH, f"on #{red:02x}{green:02x}{blue:02x}")
    names = f" {color.get('hexcode')} {make_printable(str(color.get('csscolor')))}"
    return Text.assemble("  ", swatch, names, f"  {_percent(color.get('pixelpercent'))} % of the pixels")


def _names(label: Json, group: str) -> list[str]:
    return [make_printable(str(item["name"])) for item in label.get(group) or []]


_EDGES = ("left %", "top %", "width %", "height %")


def _edges(thing: Json) -> tuple[float | None, ...]:
    box = thing.get("boundingbox") or {}
    return tuple(_percent(box.get(name), 100) for name in ("left", "top", "width", "height"))


def _percent(value: float | None, factor: float = 1) -> float | None:
    return None if value is None else round(value * factor, 1)
