"""template.yaml as CloudFormation would get it: parameters checked, the SAM transform applied."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from laptop_cloud.errors import TemplateError
from laptop_cloud.stack.sam_transform import transform_document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

ParameterValue = str | list[str]

# The property that names a local folder, by the SAM types that have one.
_CODE_PROPERTIES = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
_GLOBALS = {"AWS::Serverless::Function": "Function", "AWS::Serverless::LayerVersion": "LayerVersion"}
_CODE_BUCKET = "local-code"


@dataclass(frozen=True)
class CodeFolder:
    """Where the code of a function or layer lies; `logical_id` is the one before the transform."""

    logical_id: str
    path: Path
    build_method: str | None


@dataclass(frozen=True)
class Template:
    """`document` is plain CloudFormation; `code` has the folder for the S3Key in a resource."""

    document: Mapping[str, Any]
    parameters: Mapping[str, ParameterValue]
    code: Mapping[str, CodeFolder]


def load_template(
    path: Path, overrides: Mapping[str, str], local: Mapping[str, str], region: str, cache: Path | None = None
) -> Template:
    """Read the template and transform it; raises TemplateError with the parameter or resource at fault.

    `overrides` are the user's values; `local` holds values for parameters that the template may or may not have. A
    transformed template is kept in the folder `cache`, for the next start.
    """
    written = parse_template(path.read_text(encoding="utf-8"))
    declared = written.get("Parameters", {})
    rules = {**declared, **_read_settings(written)}
    known = {name: value for name, value in local.items() if name in rules}
    values = read_parameters(rules, {**known, **overrides})
    _replace_settings(written, values)
    parameters = {name: values[name] for name in declared}
    code = {folder.logical_id: folder for folder in _find_code_folders(written, path.parent)}
    changing = known.keys() - overrides.keys()
    document = transform_document(
        _replace_code_folders(written), format_parameters(parameters), changing, region, cache
    )
    return Template(document, parameters, code)


def parse_template(text: str) -> dict[str, Any]:
    """The template's YAML, with `!Tag x` as `{"Fn::Tag": x}`."""
    document: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    return document


def read_parameters(declared: Mapping[str, Mapping[str, Any]], given: Mapping[str, str]) -> dict[str, ParameterValue]:
    """The value of every declared parameter, as `Ref` gives it: a string, or a list for a comma-delimited one."""
    unknown = sorted(given.keys() - declared.keys())
    if unknown:
        raise TemplateError(f"no such parameter: {', '.join(unknown)} (there are {', '.join(sorted(declared))})")
    return {name: _read_parameter(name, rules, given.get(name)) for name, rules in declared.items()}


def _read_settings(written: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What `Mappings.Settings` holds, as parameters: bounded by `Metadata.Settings`, with the values as defaults."""
    rules = written.get("Metadata", {}).get("Settings", {})
    groups = written.get("Mappings", {}).get("Settings", {}).values()
    return {name: {**rules[name], "Default": value} for group in groups for name, value in group.items()}


def _replace_settings(written: dict[str, Any], values: Mapping[str, ParameterValue]) -> None:
    for group in written.get("Mappings", {}).get("Settings", {}).values():
        for name in group:
            value = values[name]
            group[name] = ",".join(value) if isinstance(value, list) else value


def format_parameters(parameters: Mapping[str, ParameterValue]) -> dict[str, str]:
    """Write the values as CloudFormation does: lists joined by commas."""
    return {name: ",".join(value) if isinstance(value, list) else value for name, value in parameters.items()}


def _read_parameter(name: str, rules: Mapping[str, Any], given: str | None) -> ParameterValue:
    value = given if given is not None else rules.get("Default")
    if value is None:
        raise TemplateError(f"the parameter {name} has no default: give it a value")
    text = str(value)
    match rules.get("Type"):
        case "String":
            _check_text(name, text, rules)
            return text
        case "Number":
            _check_number(name, text, rules)
            return text
        case "CommaDelimitedList":
            items = [item.strip() for item in text.split(",")]
            for item in items:
                _check_text(name, item, rules)
            return items
        case other:
            raise TemplateError(f"the parameter {name} has the type {other}, which is not available locally")


def _check_text(name: str, text: str, rules: Mapping[str, Any]) -> None:
    allowed = rules.get("AllowedValues")
    if allowed is not None and text not in {str(value) for value in allowed}:
        raise _parameter_error(name, text, f"one of {', '.join(str(value) for value in allowed)}", rules)
    pattern = rules.get("AllowedPattern")
    if pattern is not None and not re.fullmatch(pattern, text):
        raise _parameter_error(name, text, f"text like {pattern}", rules)
    if len(text) < int(rules.get("MinLength", 0)) or len(text) > int(rules.get("MaxLength", len(text))):
        raise _parameter_error(
            name, text, f"{rules.get('MinLength', 0)} to {rules.get('MaxLength', 'any')} characters", rules
        )


def _check_number(name: str, text: str, rules: Mapping[str, Any]) -> None:
    try:
        number = float(text)
    except ValueError as error:
        raise _parameter_error(name, text, "a number", rules) from error
    _check_text(name, text, rules)
    if number < float(rules.get("MinValue", number)) or number > float(rules.get("MaxValue", number)):
        raise _parameter_error(
            name, text, f"from {rules.get('MinValue', 'any')} to {rules.get('MaxValue', 'any')}", rules
        )


def _parameter_error(name: str, text: str, expected: str, rules: Mapping[str, Any]) -> TemplateError:
    explanation = rules.get("ConstraintDescription")
    return TemplateError(f"{name}={text!r}: expected {expected}" + (f" ({explanation})" if explanation else ""))


def _find_code_folders(written: Mapping[str, Any], root: Path) -> list[CodeFolder]:
    folders = []
    for logical_id, resource in written["Resources"].items():
        code_property = _CODE_PROPERTIES.get(resource["Type"])
        if code_property is None:
            continue
        shared = written.get("Globals", {}).get(_GLOBALS[resource["Type"]], {})
        location = resource["Properties"].get(code_property, shared.get(code_property))
        if not isinstance(location, str) or not (root / location).is_dir():
            raise TemplateError(
                f"{logical_id}: {code_property} must be a folder relative to the template, not {location!r}"
            )
        method = resource.get("Metadata", {}).get("BuildMethod")
        folders.append(CodeFolder(logical_id, (root / location).resolve(), method))
    return folders


def _replace_code_folders(written: Mapping[str, Any]) -> dict[str, Any]:
    """A copy whose code is in S3, as `sam package` leaves it: the transform takes no folders."""
    document: dict[str, Any] = copy.deepcopy(dict(written))
    for logical_id, resource in document["Resources"].items():
        code_property = _CODE_PROPERTIES.get(resource["Type"])
        if code_property is not None:
            resource["Properties"][code_property] = f"s3://{_CODE_BUCKET}/{logical_id}"
    return document


class _Loader(yaml.CSafeLoader):
    """CloudFormation's YAML: tags are intrinsic functions, and a date stays the text it is."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def _construct_intrinsic(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True) if isinstance(node, yaml.MappingNode) else None
    if tag == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {tag if tag in {"Ref", "Condition"} else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _construct_intrinsic)
