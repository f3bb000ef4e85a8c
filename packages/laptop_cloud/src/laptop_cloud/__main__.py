"""Runs the laptop cloud in the foreground: `python -m laptop_cloud --root . --state .laptop-cloud`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from laptop_cloud.cloud import DEFAULT_SCALE, Cloud, Options
from laptop_cloud.engines.engine_set import EngineSet
from laptop_cloud.errors import CloudError
from laptop_cloud.services.expiry.worker import REAL_DAY_SECONDS

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main() -> int:
    """Run until SIGTERM, SIGINT or SIGHUP; 1 when the cloud does not come up."""
    for number in _SIGNALS:
        signal.signal(number, _exit_on_signal)
    cloud = Cloud(_parse_options(), _write_line)
    try:
        cloud.start()
        _write_line("ready")
        threading.Event().wait()
    except CloudError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        cloud.stop()
    return 0


def _exit_on_signal(*_: Any) -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)


def _write_line(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _parse_options() -> Options:
    parser = argparse.ArgumentParser(prog="laptop_cloud", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(), help="folder of template.yaml")
    parser.add_argument(
        "--state", type=Path, default=Path(".laptop-cloud"), help="folder for everything the cloud writes"
    )
    parser.add_argument("--photos", type=Path, help="folder whose photos answer every photo URL")
    parser.add_argument(
        "--param", action="append", default=[], metavar="NAME=VALUE", help="a value for a template parameter"
    )
    parser.add_argument("--scale", type=float, default=DEFAULT_SCALE, help="factor for delivery intervals")
    parser.add_argument(
        "--day-seconds",
        type=_parse_seconds,
        default=REAL_DAY_SECONDS,
        help="how long a day of the lifecycle rules takes",
    )
    parser.add_argument("--stack", default="laptop", help="name of the stack, with which the names of resources begin")
    parser.add_argument(
        "--provided-layer",
        action="append",
        default=[],
        metavar="LOGICAL_ID",
        help="a layer whose packages this environment has already: it is not built",
    )
    parser.add_argument(
        "--engine",
        type=EngineSet,
        choices=list(EngineSet),
        default=EngineSet.BASIC,
        help="the engines that analyse images: basic, or full, whose packages are installed separately",
    )
    given = parser.parse_args()
    unnamed = [text for text in given.param if "=" not in text]
    if unnamed:
        parser.error(f"--param {unnamed[0]}: write NAME=VALUE")
    parameters = dict(text.split("=", 1) for text in given.param)
    layers = frozenset(given.provided_layer)
    return Options(
        given.root,
        given.state,
        given.photos,
        parameters,
        given.scale,
        given.stack,
        layers,
        given.engine,
        given.day_seconds,
    )


def _parse_seconds(text: str) -> float:
    seconds = float(text)
    if not 1 <= seconds <= REAL_DAY_SECONDS:
        raise argparse.ArgumentTypeError(f"{text} is not between 1 and {REAL_DAY_SECONDS:.0f} seconds")
    return seconds


if __name__ == "__main__":
    sys.exit(main())
