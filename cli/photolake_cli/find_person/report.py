"""What `photolake find-person` prints: a table, CSV or JSON."""

from __future__ import annotations

import csv
from collections import Counter
from typing import IO, TYPE_CHECKING, Any

from photolake.people.strategy import FACE_REQUEST
from photolake.price_list import find_usd
from photolake_cli.console import make_printable, print_note, show_table

if TYPE_CHECKING:
    from photolake.people.faces import Box
    from photolake.people.findings import Match
    from photolake_cli.find_person.run import FoundPerson

COLUMNS = ("photo", "similarity", "face", "left", "top", "width", "height")
SKIPPED_SHOWN = 20
ROWS_SHOWN = 1_000


def show_found(found: FoundPerson) -> None:
    """Print the count, a row for each photo that shows the person, and what was skipped."""
    findings = found.findings
    rows = [_build_row(match) for match in findings.matches[:ROWS_SHOWN]]
    more = len(findings.matches) - len(rows)
    note = "box in % of the photo; face 1 is its largest" + (f"; {more:,} more: --csv" if more else "")
    show_table(_describe_count(found), COLUMNS, rows, note if rows else "")
    show_skipped(found)


def show_skipped(found: FoundPerson) -> None:
    """Print on standard error what the matches do not say."""
    findings = found.findings
    print_note(
        f"{findings.compared:,} photos compared: {len(findings.matches):,} show the person, {len(findings.others):,} "
        f"only others, {len(findings.faceless):,} no face. {len(findings.unavailable):,} files skipped. "
        f"Strategy {found.strategy}, {found.requests:,} requests"
    )
    for status, count in Counter(reason.status for _, reason in findings.unavailable).most_common():
        print_note(f"skipped, {status}: {count:,}", "yellow")
    for photo, reason in findings.unavailable[:SKIPPED_SHOWN]:
        print_note(f"  {make_printable(photo.name)}: {make_printable(reason.message)}", "yellow")
    if len(findings.unavailable) > SKIPPED_SHOWN:
        print_note("  ... all of them: --json", "yellow")
    if found.is_cut:
        print_note(
            f"Incomplete: one search returns 4,096 faces, and all have a similarity of {found.floor:.1f} or more. "
            "Raise --similarity, or use --strategy compare",
            "yellow",
        )
    if found.on_laptop:
        print_note("The similarity of the laptop cloud is not calibrated: do not compare it with Rekognition's")


def write_csv(found: FoundPerson, out: IO[str]) -> None:
    """Write a row for each matching face; the box is in shares of the photo's width and height."""
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow([*COLUMNS[:3], "faces", *COLUMNS[3:]])
    for match in found.findings.matches:
        for face in match.faces:
            box = vars(face.box).values()
            rows.writerow([make_printable(match.photo.name), face.similarity, face.number, match.face_count, *box])


def build_document(found: FoundPerson) -> dict[str, Any]:
    """Everything, each photo once, as JSON."""
    findings = found.findings
    return {
        "portrait": found.request.portrait,
        "face": found.face,
        "strategy": found.strategy,
        "similarity": found.request.threshold,
        "is_calibrated": not found.on_laptop,
        "is_complete": found.is_complete,
        "requests": found.requests,
        "usd": None if found.on_laptop else str(found.requests * find_usd(FACE_REQUEST)),
        "compared": findings.compared,
        "found": len(findings.matches),
        "matches": [_build_match(match) for match in findings.matches],
        "others": [photo.name for photo in findings.others],
        "no_face": [photo.name for photo in findings.faceless],
        "skipped": [{"photo": photo.name, **vars(reason)} for photo, reason in findings.unavailable],
        "busy": [photo.name for photo in findings.busy],
    }


def _describe_count(found: FoundPerson) -> str:
    count, of = len(found.findings.matches), found.findings.compared
    name = make_printable(found.request.portrait)
    return f"{count:,} of {of:,} photos show the person of {name} (similarity {found.request.threshold:g} or more)"


def _build_row(match: Match) -> tuple[Any, ...]:
    best = match.faces[0]
    face = f"{best.number} of {match.face_count}"
    if len(match.faces) > 1:
        face += f" (and {len(match.faces) - 1} more)"
    name = make_printable(match.photo.name)
    return name, round(best.similarity, 1), face, *(round(share * 100, 1) for share in vars(best.box).values())


def _build_match(match: Match) -> dict[str, Any]:
    return {
        "photo": match.photo.name,
        "similarity": match.similarity,
        "face_count": match.face_count,
        "faces": [
            {"number": face.number, "similarity": face.similarity, "box": _build_box(face.box)} for face in match.faces
        ],
    }


def _build_box(box: Box) -> dict[str, float]:
    return dict(vars(box))
