"""The salt of the pseudonyms: who has it can find out whose they are, so it is written into its own file only."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import typer

from photolake_cli.errors import CommandError

VARIABLE = "PHOTOLAKE_PSEUDONYM_SALT"
MIN_BYTES = 16


@dataclass(frozen=True)
class Salt:
    """The secret, which no repr shows, and where it comes from in words."""

    secret: bytes = field(repr=False)
    place: str
    is_new: bool = False


def find_salt(path: Path | None, environment: Mapping[str, str] = os.environ) -> Salt:
    """Read the salt from the file, or without one from the environment variable, or from the default file.

    A file that is not there is made, readable by its owner only. CommandError: a salt that is too short to be one.
    """
    if path is None and (text := environment.get(VARIABLE)) is not None:
        return _check(Salt(text.strip().encode(), f"the variable {VARIABLE}"))
    path = path or Path(typer.get_app_dir("photolake")) / "pseudonym.salt"
    try:
        with suppress(FileExistsError):
            return _create(path)
        return _check(Salt(path.read_bytes().strip(), str(path)))
    except OSError as error:
        raise CommandError(f"The salt in {path} cannot be read: {error.strerror}. Name another file: --salt") from error


def _create(path: Path) -> Salt:
    path.parent.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_hex(32).encode()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret + b"\n")
    return Salt(secret, str(path), is_new=True)


def _check(salt: Salt) -> Salt:
    if len(salt.secret) < MIN_BYTES:
        raise CommandError(
            f"The salt in {salt.place} has fewer than {MIN_BYTES} bytes, so it could be guessed. Make one: "
            "python3 -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return salt
