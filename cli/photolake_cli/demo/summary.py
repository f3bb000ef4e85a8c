"""The end of the demo on one screen: what was collected and found, what it saved, and what to do next.

Its numbers are those of the saved queries. Of a list that does not fit, whole entries are left out and counted; nothing
is cut.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.text import Text

from laptop_cloud.engines.engine_set import EngineSet
from photolake_cli.console import console, make_printable

if TYPE_CHECKING:
    from photolake_cli.demo.findings import Answer, Findings

COLUMNS, MIN_COLUMNS = 80, 60
TITLE_COLUMNS = 12
SENTIMENTS = ("positive", "negative", "neutral", "mixed", "not_analysed")
IMBALANCE = "IT DOES NOT BALANCE"
CAVEAT = (
    "Small open models stood in for Comprehend and Rekognition: they see less, know no celebrities{emotions}, and "
    "judge only English and sexual content."
)


@dataclass(frozen=True)
class NextStep:
    """Something to do after the demo: a word for it, and the words of a command, or a text or path as one word."""

    title: str
    words: Sequence[str]


def show_summary(findings: Findings, next_steps: Sequence[NextStep]) -> None:
    """Print the summary as wide as the terminal, and at most 80 columns wide."""
    titles = {*_SECTIONS, *(step.title for step in next_steps)}
    for line in build_summary(findings, next_steps, min(console.width, COLUMNS)):
        text = Text(line)
        if line[:TITLE_COLUMNS].rstrip() in titles:
            text.stylize("bold", 0, TITLE_COLUMNS)
        text.highlight_words([IMBALANCE], "bold red")
        console.print(text, soft_wrap=True, highlight=False)


def build_summary(findings: Findings, next_steps: Sequence[NextStep], width: int = COLUMNS) -> list[str]:
    """The summary's lines; only a word of a command that is wider than `width` makes a wider one."""
    room = max(width, MIN_COLUMNS) - TITLE_COLUMNS
    lines = [""]
    for title, describe in _SECTIONS.items():
        lines += _put_beside(title, describe(findings, room))
    emotions = "" if findings.engine is EngineSet.FULL else " or emotions"
    lines += ["", *wrap(CAVEAT.format(emotions=emotions), width), ""]
    for step in next_steps:
        lines += _put_beside(step.title, fold_command(step.words, room))
    return lines


def fit_entries(entries: Sequence[str], room: int, lines: int = 1, is_limited: bool = False) -> list[str]:
    """Join the first entries that fit into this many lines of `room` columns, and say how many do not.

    An entry that would not fit into a line of its own is passed over. `is_limited`: there may be more than are given.
    """
    for count in range(len(entries), -1, -1):
        chosen = [entry for entry in entries[:count] if cell_len(entry) < room]  # a comma may follow
        left_out = len(entries) - len(chosen)
        tail = f"and {'at least ' if is_limited else ''}{left_out:,} more" if left_out else "and more" * is_limited
        packed = _pack([*chosen, *filter(None, [tail])], room)
        if len(packed) <= lines:
            return packed
    return [f"{len(entries):,}"]


def fold_command(words: Sequence[str], room: int) -> list[str]:
    """A command in lines of at most `room` columns, to be copied as they are; a single word is left as it is."""
    if len(words) == 1:
        return [make_printable(words[0])]
    lines = [""]
    for word in map(shlex.quote, words):
        if lines[-1] and cell_len(lines[-1]) + 1 + cell_len(word) > room - 2:
            lines[-1] += " \\"
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _put_beside(title: str, lines: Sequence[str]) -> list[str]:
    return [f"{'' if number else title:<{TITLE_COLUMNS}}{line}" for number, line in enumerate(lines)]


def _pack(entries: Iterable[str], room: int) -> list[str]:
    lines = [""]
    for entry in entries:
        if not lines[-1]:
            lines[-1] = entry
        elif cell_len(f"{lines[-1]}, {entry},") <= room:
            lines[-1] += f", {entry}"
        else:
            lines[-1] += ","
            lines.append(entry)
    return lines


def _count_entries(answer: Answer, name: str, amount: str, mark: str = "") -> list[str]:
    """`coffee 25` for each row: text of a post or photo is made harmless, and no text has a word instead."""
    return [f"{mark}{_describe(record[name])}{mark} {record[amount] or 0:,}" for record in answer.records()]


def _describe(value: Any) -> str:
    if value is None:
        return "unknown"
    return make_printable(str(value)) if str(value).strip() else "(empty)"


def _sum(records: Iterable[Mapping[str, Any]], column: str) -> int:
    return sum(record[column] or 0 for record in records)


def _number(count: int, noun: str, is_limited: bool = False) -> str:
    return f"{'at least ' if is_limited else ''}{count:,} {noun}{'' if count == 1 else 's'}"


def _list(name: str, label: str, amount: str, lines: int = 1, mark: str = "") -> Callable[[Findings, int], list[str]]:
    """A section that lists the rows of a saved query, each label between two marks."""

    def describe(findings: Findings, room: int) -> list[str]:
        answer = findings.answers[name]
        entries = _count_entries(answer, label, amount, mark) or ["none"]
        return fit_entries(entries, room, lines, answer.is_limited)

    return describe


def _describe_collected(findings: Findings, room: int) -> list[str]:
    statuses = findings.answers["photo_statuses"].records()
    amounts = {
        "post": _sum(findings.answers["sentiment_by_language"].records(), "posts"),
        "photo": _sum(statuses, "photos"),
        "distinct image": _sum((record for record in statuses if record["status"] == "ok"), "images"),
    }
    return fit_entries([_number(amount, noun) for noun, amount in amounts.items()], room)


def _describe_faces(findings: Findings, room: int) -> list[str]:
    faces = findings.answers["faces"]
    shown = f"on {_number(len(faces.rows), 'photo', faces.is_limited)}"
    groups = [
        f"{_describe(record['age_band'])} {_describe(record['gender'])} {record['faces'] or 0:,}"
        for record in findings.answers["ages_and_genders"].records()
    ]
    emotions = findings.answers.get("top_emotions")
    named = _count_entries(emotions, "emotion", "faces") if emotions else []
    return fit_entries([shown, *groups, *named], room)


def _describe_sentiment(findings: Findings, room: int) -> list[str]:
    languages = findings.answers["sentiment_by_language"].records()
    amounts = {name: _sum(languages, name) for name in SENTIMENTS}
    return fit_entries([f"{name.replace('_', ' ')} {amount:,}" for name, amount in amounts.items()], room)


def _describe_suspect(findings: Findings, room: int) -> list[str]:
    answer = findings.answers["suspect_content"]
    marked = sum(bool(record["possibly_sensitive"]) for record in answer.records())
    labelled = sum(record["moderation_labels"] is not None for record in answer.records())
    posts = _number(len(answer.rows), "post", answer.is_limited)
    return fit_entries([posts, f"{marked:,} marked by their platform", f"{labelled:,} by moderation labels"], room, 2)


def _describe_account(findings: Findings, room: int) -> list[str]:
    sides = [f"{each.input.total:,} {each.name} in, {each.output.total:,} out" for each in findings.balances]
    verdict = "it balances" if findings.is_balanced else IMBALANCE
    return fit_entries([*sides, verdict], room, lines=3)


def _describe_calls(findings: Findings, room: int) -> list[str]:
    old, new = findings.total_calls
    fewer = [f"{old / new:.1f} times fewer"] if 0 < new < old else []
    again = [f"{_number(findings.sent_again, 'call')} sent again after a timeout"] if findings.sent_again else []
    return fit_entries([f"{new:,} against {old:,} by the method of 2019", *fewer, *again], room, 2)


_SECTIONS: Mapping[str, Callable[[Findings, int], list[str]]] = {
    "Collected": _describe_collected,
    "Languages": _list("sentiment_by_language", "language", "posts"),
    "Photos": _list("photo_statuses", "status", "photos", lines=2),
    "Labels": _list("top_labels", "label_name", "photos"),
    "Text": _list("text_in_images", "text_in_image", "posts", mark='"'),
    "Faces": _describe_faces,
    "Sentiment": _describe_sentiment,
    "Suspect": _describe_suspect,
    "Links": _list("top_domains", "domain", "links"),
    "Account": _describe_account,
    "Paid calls": _describe_calls,
}
