"""Writes a study kit: a folder, or a zip file, that is there as a whole or not at all."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from photolake_cli.errors import CommandError

if TYPE_CHECKING:
    from photolake_cli.study.figures import Figures

SUMS = "SHA256SUMS"
FIGURES = "figures.json"
DOCUMENTS = ("README.md", "METHODS.md", "CITATION.cff")
_NAMES = {"x": "X", "bluesky": "Bluesky", "mastodon": "Mastodon"}
# https://huggingface.co/docs/hub/datasets-cards
_SIZES = ((10**3, "n<1K"), (10**4, "1K<n<10K"), (10**5, "10K<n<100K"), (10**6, "100K<n<1M"), (10**7, "1M<n<10M"))
_LARGEST = "10M<n<100M"
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # so that the same files make the same bytes
_OWN_FILES = re.compile(rf"ids-[a-z0-9-]+\.txt|{'|'.join(map(re.escape, (*DOCUMENTS, FIGURES, SUMS)))}")
_MARKUP = re.compile(r"([\\`*_\[\]<>|])")


@dataclass(frozen=True)
class IdFile:
    """A file of ids, one a line."""

    name: str
    platform: str
    posts: int


def write_kit(to: Path, figures: Figures, ids: Iterable[tuple[str, str]], title: str, author: str) -> list[IdFile]:
    """Write the kit, and return its files of ids; CommandError if the target holds something else."""
    check_target(to)
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=f".{to.name}.") as name:
        folder = Path(name) / "kit"
        folder.mkdir()
        files = _write_ids(folder, ids)
        _write_documents(folder, figures, files, title, author)
        _write_sums(folder)
        if to.suffix == ".zip":
            _write_zip(folder, Path(name) / "kit.zip").replace(to)
        else:
            if to.exists():
                shutil.rmtree(to)
            folder.replace(to)
    return files


def check_target(to: Path) -> None:
    """Refuse a target that is not a kit of an earlier export."""
    if to.suffix == ".zip":
        if to.is_dir():
            raise CommandError(f"{to} is a folder: name a file .zip")
    elif to.is_file():
        raise CommandError(f"{to} is a file: name a folder, or a file .zip")
    elif to.exists() and (others := [path.name for path in to.iterdir() if not _OWN_FILES.fullmatch(path.name)]):
        raise CommandError(f"{to} holds other files, such as {sorted(others)[0]}. Name an empty or new folder: --to")


def _write_ids(folder: Path, ids: Iterable[tuple[str, str]]) -> list[IdFile]:
    files = []
    for platform, rows in groupby(ids, key=lambda row: row[0]):
        name = f"ids-{re.sub(r'[^a-z0-9]+', '-', platform.lower())}.txt"
        posts = 0
        with (folder / name).open("w", encoding="utf-8", newline="\n") as out:
            for _, id_ in rows:
                out.write(f"{id_}\n")
                posts += 1
        files.append(IdFile(name, platform, posts))
    return files


def _write_documents(folder: Path, figures: Figures, files: Sequence[IdFile], title: str, author: str) -> None:
    templates = Environment(
        loader=PackageLoader("photolake_cli.study"),
        autoescape=False,  # noqa: S701 (Markdown; `cell` and `plain` take the markup out of what others wrote)
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters |= {"number": _format_number, "cell": _format_cell, "plain": _make_plain, "tojson": _to_yaml}
    values = {**_describe(figures, files), "title": title, "author": author}
    for name in DOCUMENTS:
        (folder / name).write_text(templates.get_template(f"{name}.jinja").render(values), encoding="utf-8")
    document = {"title": title, "id_files": [asdict(file) for file in files], **asdict(figures)}
    (folder / FIGURES).write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _describe(figures: Figures, files: Sequence[IdFile]) -> dict[str, Any]:
    models = figures.tables["models"]
    days = [row[name] for row in models for name in ("first_day", "last_day") if row[name]]
    platforms = ", ".join(f"{file.posts:,} of {_NAMES.get(file.platform, file.platform)}" for file in files)
    x_files = [file for file in files if file.platform == "x"]
    return {
        "figures": figures,
        "tables": figures.tables,
        "id_files": files,
        "languages": figures.tables["languages"],
        "names": {**{file.platform: file.platform for file in files}, **_NAMES},
        "size_category": next((name for end, name in _SIZES if figures.posts < end), _LARGEST),
        "queries_named": _list_queries(figures),
        "texts_ok": sum(row["posts"] for row in figures.tables["text_statuses"] if row["status"] == "ok"),
        "share": lambda part, whole: f"{100 * part / max(whole, 1):.1f}",
        "models_named": _name_models(models),
        "first_analysis": min(days, default=""),
        "last_analysis": max(days, default=""),
        "face_use": figures.settings.get("FacesAndCelebrities", "full"),
        "sample_rate": float(figures.settings.get("SampleRate", "1")),
        "x_posts": sum(file.posts for file in x_files),
        "x_file": next((file.name for file in x_files), "ids-x.txt"),
        "abstract": f"The ids of {figures.posts:,} posts ({platforms or 'none'}), {figures.since} to {figures.until}.",
    }


def _list_queries(figures: Figures) -> list[str]:
    named = (row["query"] for row in figures.tables["queries"])
    return list(dict.fromkeys(query for query in named if not query.startswith("(files")))


def _name_models(models: Iterable[Mapping[str, Any]]) -> list[str]:
    found: dict[str, set[str]] = {}
    for row in models:
        for kind in ("labels", "moderation", "text"):
            if row[kind]:
                found.setdefault(kind, set()).add(row[kind])
    return [f"{kind} model {', '.join(sorted(versions))}" for kind, versions in found.items()]


def _write_sums(folder: Path) -> None:
    lines = [f"{_hash_file(path)}  {path.name}\n" for path in sorted(folder.iterdir())]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8")


def _write_zip(folder: Path, path: Path) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for file in sorted(folder.iterdir()):
            entry = zipfile.ZipInfo(file.name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with file.open("rb") as source, out.open(entry, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target)
    return path


def _format_number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def _make_plain(value: Any) -> str:
    """Text in one line, without control characters."""
    return "".join(char if char.isprintable() else " " for char in " ".join(str(value).split()))


def _format_cell(value: Any) -> str:
    """Text as a cell of a Markdown table shows it, whatever markup it has."""
    return "-" if value in (None, "") else _MARKUP.sub(r"\\\1", _make_plain(value))


def _to_yaml(value: Any) -> str:
    """Text as a quoted scalar; JSON's strings are YAML's too."""
    return json.dumps(_make_plain(value), ensure_ascii=False)


def _hash_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
