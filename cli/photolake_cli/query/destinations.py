"""Where an answer is written: a file that appears whole or not at all, or standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import typer

from photolake_cli.errors import CommandError


@contextmanager
def destination(path: Path | None, binary: bool = False) -> Iterator[IO[Any]]:
    """Open the file, or standard output; CommandError if it cannot be written, before a query has cost anything."""
    if path is None:
        with _standard_output(binary) as out:
            yield out
        return
    # A pipe or a device is written to, not replaced.
    unfinished = path.with_name(f".{path.name}.part") if path.is_file() or not path.exists() else path
    try:
        mode, encoding = ("wb", None) if binary else ("w", "utf-8")
        with unfinished.open(mode, encoding=encoding, newline=None if binary else "") as out:
            yield out
        if unfinished != path:
            unfinished.replace(path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}. Name another file: --output") from error
    finally:
        if unfinished != path:
            unfinished.unlink(missing_ok=True)


@contextmanager
def _standard_output(binary: bool) -> Iterator[IO[Any]]:
    try:
        yield sys.stdout.buffer if binary else sys.stdout
        sys.stdout.flush()
    except BrokenPipeError as error:
        # Whoever read it has seen enough (`| head`); Python would complain once more when it flushes at its end.
        # https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from error
