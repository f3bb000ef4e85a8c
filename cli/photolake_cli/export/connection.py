"""Connects to the database of an export, and explains what databases and their drivers refuse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from photolake_cli.errors import CommandError
from photolake_cli.export.columns import WITH_JSON

# What brings the driver, by a part of the database's name in a URL.
_PACKAGES: Mapping[str, str] = {
    "postgres": '"psycopg[binary]" (the extra postgres)',
    "hana": "sqlalchemy-hana (the extra hana)",
}
_EXAMPLES = "postgresql://USER@HOST/DATABASE, sqlite:///FILE, hana://USER@HOST:PORT"
_MAX_REASON = 300


def open_engine(text: str) -> sa.Engine:
    """Make the engine for a SQLAlchemy URL; CommandError for a wrong URL or a missing driver, without the password."""
    try:
        url = sa.make_url(text)
    except (ArgumentError, ValueError) as error:
        # The message of SQLAlchemy repeats the URL.
        raise CommandError(f"--to is not the URL of a database. Examples: {_EXAMPLES}") from error
    if url.drivername == "postgres":
        url = url.set(drivername="postgresql")
    package = next((package for part, package in _PACKAGES.items() if part in url.drivername), "")
    try:
        # The values of nested columns are JSON already.
        options = {"json_serializer": str} if url.get_backend_name() in ("postgresql", *WITH_JSON) else {}
        return sa.create_engine(url, hide_parameters=True, pool_pre_ping=True, **options)
    except NoSuchModuleError as error:
        hint = f"Install {package}" if package else f"Known are {_EXAMPLES}; others need a SQLAlchemy dialect"
        raise CommandError(f"There is no driver for {url.drivername}://. {hint}") from error
    except ModuleNotFoundError as error:
        raise CommandError(
            f"{url.drivername}:// needs the Python package {error.name}. Install {package or error.name}"
        ) from error
    except (SQLAlchemyError, TypeError) as error:
        raise CommandError(f"{describe_url(url)}: {_shorten(error)}. Examples: {_EXAMPLES}") from error


def describe_url(url: sa.URL) -> str:
    """The URL without its password and its query, which may hold secrets too."""
    return url.set(query={}).render_as_string(hide_password=True)


@contextmanager
def explain_database_errors(engine: sa.Engine, doing: str) -> Iterator[None]:
    """Turn an error of the database or its driver into a CommandError that says what was being done, and what helps."""
    try:
        yield
    except DBAPIError as error:
        reason = _shorten(error.orig or error)
        raise CommandError(f"{doing} failed at {describe_url(engine.url)}: {reason}. {_advise(reason)}") from error
    except SQLAlchemyError as error:
        raise CommandError(f"{doing} failed at {describe_url(engine.url)}: {_shorten(error)}") from error


def _advise(reason: str) -> str:
    lowered = reason.lower()
    for words, advice in _ADVICE.items():
        if any(word in lowered for word in words):
            return advice
    return "What was exported before is complete; the same command goes on after it"


_ADVICE: Mapping[tuple[str, ...], str] = {
    ("password", "authentication", "no password supplied"): (
        "Give the password in PGPASSWORD or ~/.pgpass (PostgreSQL), or in a URL in PHOTOLAKE_EXPORT_URL"
    ),
    ("permission denied", "insufficient privilege", "not authorized"): (
        "The user needs the rights to create tables in the schema, and to select, insert, update and delete"
    ),
    ("does not exist", "unable to open database file", "invalid schema"): (
        "Create the database or schema first, or name another one in --to or --table"
    ),
    ("refused", "timeout", "could not translate", "resolve", "unreachable", "no such file"): (
        "Is the server running there, and does its firewall let this machine in? Then run the command again"
    ),
    ("locked",): "Another program writes to it; run the command again when it has finished",
}


def _shorten(error: object) -> str:
    """The first line of a message: drivers add the statement and hints below."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:_MAX_REASON].rstrip(". ")
