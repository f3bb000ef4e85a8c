"""Writes the file of prices: whole or not at all, and a line for each Region, so that a change is a short diff."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from photolake_cli.errors import CommandError


def format_prices(document: Mapping[str, Any]) -> str:
    """The document as JSON: Regions and matchers on a line of their own."""
    blocks = [_format_price(name, row) for name, row in document["prices"].items()]
    sources = json.dumps(document["sources"], indent=2).replace("\n", "\n  ")
    return f'{{\n  "sources": {sources},\n  "prices": {{\n' + ",\n".join(blocks) + "\n  }\n}\n"


def save_prices(document: Mapping[str, Any], path: Path) -> None:
    """Replace the file; CommandError, and the file as it was, if that is not possible."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(format_prices(document))
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                Path(name).unlink()
            raise
    except OSError as error:
        raise CommandError(
            f"{path} cannot be written ({error.strerror}). Name another file: --file prices.json"
        ) from error


def _format_price(name: str, row: Mapping[str, Any]) -> str:
    fields = [f"      {json.dumps(key)}: {json.dumps(value)}" for key, value in row.items() if key != "regions"]
    regions = [f"        {json.dumps(region)}: {json.dumps(found)}" for region, found in row["regions"].items()]
    body = ",\n".join([*fields, '      "regions": {\n' + ",\n".join(regions) + "\n      }"])
    return f"    {json.dumps(name)}: {{\n{body}\n    }}"
