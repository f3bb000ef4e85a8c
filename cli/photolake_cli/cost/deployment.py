"""A stack before it is deployed: template.yaml with the values that samconfig.toml and the command line give it."""

from __future__ import annotations

import datetime as dt
import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from laptop_cloud.errors import TemplateError
from laptop_cloud.lambda_runtime.schedule_expressions import parse_schedule
from laptop_cloud.stack.resolver import Resolver
from laptop_cloud.stack.template import load_template
from photolake.price_list import DEFAULT_REGION
from photolake_cli.errors import CommandError

LONGEST_MONTH = dt.timedelta(days=31)
_KEY, _VALUE = "ParameterKey=", "ParameterValue="


@dataclass(frozen=True)
class Deployment:
    """Parameters and settings by name, lists separated by commas; the resources whose conditions hold."""

    region: str
    values: Mapping[str, str]
    resources: Mapping[str, Mapping[str, Any]]
    runs: int | None
    """How often the collector runs in a month of 31 days; None for a schedule that is not understood here."""

    def number(self, name: str) -> int:
        """A value that is a whole number; 0 if this template does not have it."""
        return int(self.values.get(name, "0"))

    def names(self, name: str) -> list[str]:
        """A value that is a list."""
        return [each.strip() for each in self.values.get(name, "").split(",") if each.strip()]


def read_deployment(folder: Path, environment: str, words: Sequence[str], region: str | None) -> Deployment:
    """Read template.yaml and samconfig.toml of a folder; `words` are NAME=VALUE. CommandError names what is wrong."""
    configured, configured_region = read_samconfig(folder / "samconfig.toml", environment)
    chosen = region or configured_region or DEFAULT_REGION
    try:
        template = load_template(folder / "template.yaml", {**configured, **parse_overrides(words)}, {}, chosen)
        pseudo = {
            "AWS::AccountId": "123456789012",
            "AWS::Region": chosen,
            "AWS::Partition": "aws",
            "AWS::StackName": "photolake",
        }
        resources = Resolver(template.document, {**template.parameters, **pseudo}).resources
    except TemplateError as error:
        raise CommandError(f"{folder / 'template.yaml'}: {error}") from error
    values = {name: _join(value) for name, value in template.parameters.items()}
    for group in template.document["Mappings"]["Settings"].values():
        values |= {name: _join(value) for name, value in group.items()}
    return Deployment(chosen, values, resources, _count_runs(values["CollectSchedule"]))


def read_samconfig(path: Path, environment: str) -> tuple[dict[str, str], str | None]:
    """The parameters that `sam deploy --config-env` would use, and the Region if one is set."""
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}, None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} is not TOML: {error}") from error
    if environment not in document:
        names = ", ".join(name for name in document if name != "version")
        raise CommandError(f"{path} has no environment {environment}. It has {names}: --config-env NAME")
    found = document[environment]
    parameters: Mapping[str, Any] = found.get("deploy", {}).get("parameters", {})
    region = parameters.get("region") or found.get("global", {}).get("parameters", {}).get("region")
    given = parameters.get("parameter_overrides", [])
    if isinstance(given, dict):
        return {name: _join(value) for name, value in given.items()}, region
    return parse_overrides(shlex.split(given) if isinstance(given, str) else given), region


def parse_overrides(words: Sequence[str]) -> dict[str, str]:
    """`NAME=VALUE`, or the AWS CLI's `ParameterKey=NAME,ParameterValue=VALUE`; CommandError for anything else."""
    values = {}
    for word in words:
        key, separator, rest = word.partition("," + _VALUE)
        name, equals, value = (key.removeprefix(_KEY), "=", rest) if separator else word.partition("=")
        if not equals or not name:
            raise CommandError(f"{word!r} is not of the form NAME=VALUE")
        values[name] = value
    return values


def _join(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _count_runs(expression: str) -> int | None:
    try:
        following = parse_schedule(expression)
    except TemplateError:
        return None
    start = now = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    runs = 0
    while (found := following(now)) is not None and found <= start + LONGEST_MONTH:
        runs, now = runs + 1, found
    return runs
