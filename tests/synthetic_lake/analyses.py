"""Rows of the landing table `analyses`, as image_analyzer delivers them."""

from __future__ import annotations

import datetime as dt
import json
import random
from typing import TYPE_CHECKING

from photolake.clock import format_utc
from tests.synthetic_lake.faces import Json, draw_box, draw_celebrities, draw_faces, round_to_single
from tests.synthetic_lake.photos import image_file
from tests.synthetic_lake.words import BOXED, LABELS, LINES, MODERATION

if TYPE_CHECKING:
    from tests.synthetic_lake.plan import Plan

_COLORS = (("#2f4f4f", "darkslategrey", "grey"), ("#deb887", "burlywood", "brown"), ("#000000", "black", "black"))
_OTHERS = [
    name for name, (parents, _, _) in LABELS.items() if name not in ("Person", "Text") and "Person" not in parents
]
_PEOPLE = [name for name, (parents, _, _) in LABELS.items() if "Person" in parents]
_CUSTOM_MODEL = "arn:aws:rekognition:eu-west-1:123456789012:project/brands/version/brands.2026/1767225600000"
_ERRORS = (
    ("faces", "ProvisionedThroughputExceededException", "Provisioned rate exceeded"),
    ("celebrities", "InvalidParameterException", "Request has invalid parameters"),
    ("text", "ImageTooLargeException", "Request has image content that's too large"),
)


def analysis_row(plan: Plan, image: int) -> Json:
    """Build the newest copy of an image's analysis; near-duplicates differ only in file and confidences."""
    scene = _find_scene(image)
    analysed = dt.datetime.fromisoformat(f"{plan.image_day(image)}T20:00:00Z") + dt.timedelta(seconds=image % 7200)
    labels, properties, errors = _draw_responses(plan, scene, plan.draw(9, image))
    unmapped = {"image_labels": {"scenetype": "Indoor “studio”"}} if image % 31 == 6 else None
    return {
        "dt": plan.image_day(image),
        **image_file(plan, image),
        "origin": "dropped" if plan.is_dropped(image) else "post",
        "perceptual_hash": _draw_hash(plan, scene, image),
        "analyzed_at": format_utc(analysed),
        "image_labels": labels,
        "image_properties": properties,
        "face_counts": _count_faces(scene),
        "errors": errors,
        "unmapped": json.dumps(unmapped, ensure_ascii=False, separators=(",", ":")) if unmapped else None,
        "processed_at": format_utc(analysed + dt.timedelta(seconds=2)),
    }


def _count_faces(scene: int) -> Json | None:
    """Build the counts of an image that was analysed while only counts of faces were kept: of every second scene."""
    if scene % 2:
        return None
    group: Json = {"age_band": "25-34", "gender": "Female", "emotion": "HAPPY", "faces": 1 + scene % 3}
    rare: Json = {"age_band": None, "gender": "Male", "emotion": None, "faces": 1}
    groups = [group, rare] if scene % 10 == 0 else [group]
    return {"faces": sum(each["faces"] for each in groups), "celebrities": scene % 5 % 2, "groups": groups}


def earlier_copy(row: Json, image: int) -> Json:
    """Build a copy that a newer one replaces: analysed with other settings, or delivered earlier."""
    labels = row["image_labels"] or {}
    stale = {
        **row,
        "image_labels": {
            **labels,
            "labels": [_build_label("Outdated", round_to_single(55.5), [])],
            "facedetails": None,
        },
    }
    name = "processed_at" if image % 2 else "analyzed_at"
    return {**stale, name: format_utc(dt.datetime.fromisoformat(row[name]) - dt.timedelta(seconds=53))}


def _draw_hash(plan: Plan, scene: int, image: int) -> str | None:
    """Draw the hash of a scene; in another file 0 to 12 of its bits differ. Some images have none, or a plain one."""
    if scene % 67 == 66:
        return None
    if scene % 71 == 70:
        return "0" * 16
    bits = plan.draw(10, scene).getrandbits(64)
    if image != scene:
        for bit in plan.draw(12, image).sample(range(64), image * 7 % 13):
            bits ^= 1 << bit
    return f"{bits:016x}"


def _find_scene(image: int) -> int:
    """Return the number of the scene an image shows; some images show the same scene in another file."""
    return {4: image - 1, 6: image - 3 if image % 2 else image}.get(image % 9, image)


def _draw_responses(plan: Plan, scene: int, noise: random.Random) -> tuple[Json | None, Json | None, list[Json]]:
    draw = plan.draw(11, scene)
    error = _ERRORS[scene // 13 % len(_ERRORS)] if scene % 13 == 2 else None
    failed = error and error[0]
    errors = [dict(zip(("api", "code", "message"), error, strict=True))] if error else []
    properties = _draw_properties(draw) if scene % 3 == 0 else None
    if scene % 53 == 15:
        return None, properties, errors
    faces = draw_faces(draw, min(8, int(draw.paretovariate(1.3)))) if draw.random() < 0.45 else []
    people, texts = bool(faces) or draw.random() < 0.1, draw.random() < 0.4
    labels = None if scene % 59 == 16 else _draw_labels(draw, noise, people, texts, with_colors=properties is not None)
    known = sum(draw.random() < 0.3 for _ in faces)
    answers: Json = {
        "labels": labels,
        "orientationcorrection": "ROTATE_0" if scene % 43 == 9 else None,
        "labelmodelversion": "3.0",
        "moderationlabels": _draw_moderation_labels(draw) if scene % 9 == 1 else [],
        "moderationmodelversion": "7.0",
        "contenttypes": [{"confidence": round_to_single(91.5), "name": "Illustrated"}] if scene % 21 == 1 else [],
    }
    if texts and failed != "text":
        answers |= {"textdetections": _draw_texts(draw), "textmodelversion": "3.0"}
    if people and failed != "faces":
        answers["facedetails"] = faces
    if people and failed != "celebrities":
        answers["celebrityrecognition"] = draw_celebrities(draw, faces, known)
    if scene % 7 == 3:
        answers |= {"customlabels": _draw_custom_labels(draw), "customlabelsmodel": _CUSTOM_MODEL}
    return answers, properties, errors


def _draw_labels(
    draw: random.Random, noise: random.Random, people: bool, texts: bool, *, with_colors: bool
) -> list[Json]:
    names = draw.sample(_OTHERS, draw.randrange(3, 22) - people - texts)
    if people:
        names += ["Person", *(name for name in _PEOPLE if draw.random() < 0.6)]
    if texts:
        names.append("Text")
    confidences = sorted((100 - 45 * draw.random() ** 2 for _ in names), reverse=True)
    return [
        _build_label(
            name, round_to_single(max(50.0, confidence - noise.random() / 10)), _draw_instances(draw, name, with_colors)
        )
        for name, confidence in zip(dict.fromkeys(names), confidences, strict=True)
    ]


def _build_label(name: str, confidence: float, instances: list[Json]) -> Json:
    parents, aliases, category = LABELS.get(name, ((), (), "Other"))
    return {
        "name": name,
        "confidence": confidence,
        "instances": instances,
        "parents": [{"name": parent} for parent in parents],
        "aliases": [{"name": alias} for alias in aliases],
        "categories": [{"name": category}],
    }


def _draw_instances(draw: random.Random, name: str, with_colors: bool) -> list[Json]:
    count = draw.choice((0, 1, 1, 2, 4)) if name in BOXED else 0
    colors = {"dominantcolors": _draw_colors(draw)} if with_colors else {}
    return [
        {"boundingbox": draw_box(draw), "confidence": round_to_single(draw.uniform(55, 100)), **colors}
        for _ in range(count)
    ]


def _draw_texts(draw: random.Random) -> list[Json]:
    """Draw lines and then their words, in the order of DetectText; a word names its line."""
    lines = draw.sample(LINES, draw.randrange(1, 6))
    words = [(word, number) for number, line in enumerate(lines) for word in line.split()]
    found: list[tuple[str, int | None]] = [*((line, None) for line in lines), *words]
    return [_draw_detection(draw, number, text, parent) for number, (text, parent) in enumerate(found)]


def _draw_detection(draw: random.Random, number: int, text: str, parent: int | None) -> Json:
    place = draw_box(draw)
    right, bottom = round_to_single(place["left"] + place["width"]), round_to_single(place["top"] + place["height"])
    corners = ((place["left"], place["top"]), (right, place["top"]), (right, bottom), (place["left"], bottom))
    return {
        "detectedtext": text,
        "type": "LINE" if parent is None else "WORD",
        "id": number,
        **({} if parent is None else {"parentid": parent}),
        "confidence": round_to_single(100 - 40 * draw.random() ** 2),
        "geometry": {"boundingbox": place, "polygon": [{"x": x, "y": y} for x, y in corners]},
    }


def _draw_custom_labels(draw: random.Random) -> list[Json]:
    """Draw what a model found: things with a box, and words for the whole image without geometry."""
    return [
        {"name": name, "confidence": round_to_single(draw.uniform(50, 100)), "geometry": geometry}
        for name in draw.sample(("logo red", "logo blue", "bottle", "on a shelf"), draw.randrange(4))
        for geometry in ([None] if name == "on a shelf" else _draw_geometries(draw))
    ]


def _draw_geometries(draw: random.Random) -> list[Json]:
    return [{"boundingbox": draw_box(draw), "polygon": None} for _ in range(draw.randrange(1, 3))]


def _draw_moderation_labels(draw: random.Random) -> list[Json]:
    start = draw.choice((0, 0, 3, 5))
    found = MODERATION[start : start + 3] if start == 0 else MODERATION[start : start + 2]
    confidence = round_to_single(draw.uniform(50, 100))
    return [
        {"confidence": confidence, "name": name, "parentname": parent, "taxonomylevel": level}
        for name, parent, level in found
    ]


def _draw_properties(draw: random.Random) -> Json:
    part = {"quality": _draw_quality(draw), "dominantcolors": _draw_colors(draw)}
    return {**part, "foreground": part if draw.random() < 0.7 else None, "background": {**part, "dominantcolors": []}}


def _draw_quality(draw: random.Random) -> Json:
    return {name: round_to_single(draw.uniform(5, 99)) for name in ("brightness", "sharpness", "contrast")}


def _draw_colors(draw: random.Random) -> list[Json]:
    colors = []
    for code, css, simple in draw.sample(_COLORS, draw.randrange(1, 4)):
        red, green, blue = bytes.fromhex(code[1:])
        share = {"pixelpercent": round_to_single(draw.uniform(2, 40))}
        names = {"hexcode": code, "csscolor": css, "simplifiedcolor": simple}
        colors.append({"red": red, "blue": blue, "green": green, **names, **share})
    return colors
