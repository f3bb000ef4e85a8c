"""The synthetic input of the demo: posts, and the photos behind their URLs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from photolake_cli.demo.photos import write_photos
from photolake_cli.demo.posts import generate_lines


@dataclass(frozen=True)
class DemoInput:
    """A file of posts, and the folder of photos behind their media URLs."""

    posts: Path
    photos: Path


def write_synthetic_input(folder: Path) -> DemoInput:
    """Write the synthetic posts and their photos."""
    folder.mkdir(parents=True, exist_ok=True)
    photos = folder / "photos"
    answers = write_photos(photos)
    (photos / "urls.json").write_text(json.dumps(answers, indent=2))
    posts = folder / "posts.jsonl"
    posts.write_text("\n".join(generate_lines()) + "\n")
    return DemoInput(posts, photos)
