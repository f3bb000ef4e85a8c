"""JSON for other programs: one document on standard output, and nothing else there."""

from __future__ import annotations

import json
import re
from typing import Any

import typer

# A terminal would obey the controls of C1, and turn text around at those of Unicode; surrogates cannot be encoded.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def print_json(document: Any) -> None:
    """Print a document; characters that are not text are escaped."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    typer.echo(_UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", text))
