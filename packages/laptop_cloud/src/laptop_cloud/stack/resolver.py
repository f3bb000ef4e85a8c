"""CloudFormation's intrinsic functions and conditions, and the order in which resources can be created."""

from __future__ import annotations

import base64
import graphlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from laptop_cloud.errors import TemplateError

# `${Name}`, `${Name.Attribute}`, or `${!Literal}`.
_SUBSTITUTION = re.compile(r"\$\{(!?)\s*([^{}]*?)\s*\}")
_NO_VALUE = object()


@dataclass(frozen=True)
class CreatedResource:
    """A resource that exists: `physical_id` is what `Ref` gives, `attributes` what `GetAtt` gives by name."""

    physical_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)


class Resolver:
    """Gives each resource's properties, once the resources it refers to have been reported by `add`.

    `values` holds the parameters and the pseudo parameters. An intrinsic it does not know is a TemplateError.
    """

    def __init__(self, document: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        self._document = document
        self._values = values
        self._created: dict[str, CreatedResource] = {}
        self._evaluating: list[str] = []
        self._functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self._resolve_ref,
            "Fn::GetAtt": self._resolve_get_att,
            "Fn::Sub": self._resolve_sub,
            "Fn::Join": lambda argument: self._resolve_text(argument[0]).join(
                map(self._resolve_text, self.resolve(argument[1]))
            ),
            "Fn::Select": lambda argument: self.resolve(argument[1])[int(self.resolve(argument[0]))],
            "Fn::Split": lambda argument: self._resolve_text(argument[1]).split(self._resolve_text(argument[0])),
            "Fn::Base64": lambda argument: base64.b64encode(self._resolve_text(argument).encode()).decode(),
            "Fn::FindInMap": self._resolve_find_in_map,
            "Fn::If": lambda argument: self.resolve(
                argument[1] if self._evaluate_condition(argument[0]) else argument[2]
            ),
        }
        self.resources: dict[str, Mapping[str, Any]] = {
            logical_id: self._drop_untaken_branches(resource)
            for logical_id, resource in document["Resources"].items()
            if "Condition" not in resource or self._evaluate_condition(resource["Condition"])
        }
        self.dependencies = find_dependencies(self.resources)
        self.order = order_resources(self.dependencies)

    def add(self, logical_id: str, created: CreatedResource) -> None:
        """Report a resource as created, for those that refer to it."""
        self._created[logical_id] = created

    def properties(self, logical_id: str) -> dict[str, Any]:
        """The resource's properties with every intrinsic resolved."""
        properties: dict[str, Any] = self._resolve_located(logical_id, self.resources[logical_id].get("Properties", {}))
        return properties

    def outputs(self) -> dict[str, Any]:
        """The template's outputs whose condition holds."""
        return {
            name: self._resolve_located(name, output["Value"])
            for name, output in self._document.get("Outputs", {}).items()
            if "Condition" not in output or self._evaluate_condition(output["Condition"])
        }

    def resolve(self, value: Any) -> Any:
        """The value with every intrinsic in it resolved."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not _NO_VALUE]
        if isinstance(value, str) and "{{resolve:" in value:
            raise TemplateError(f"dynamic references are not available locally: {value}")
        if not isinstance(value, Mapping):
            return value
        name = _read_intrinsic_name(value)
        if name is None:
            resolved = {key: self.resolve(item) for key, item in value.items()}
            return {key: item for key, item in resolved.items() if item is not _NO_VALUE}
        if name not in self._functions:
            raise TemplateError(f"{name} is not available locally")
        return self._functions[name](value[name])

    def _resolve_located(self, name: str, value: Any) -> Any:
        try:
            return self.resolve(value)
        except TemplateError as error:
            raise TemplateError(f"{name}: {error}") from error

    def _resolve_text(self, value: Any) -> str:
        resolved = self.resolve(value)
        if isinstance(resolved, Mapping | list):
            raise TemplateError(f"expected text, got {resolved!r}")
        return _to_text(resolved)

    def _resolve_ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NO_VALUE
        if name in self._values:
            return self._values[name]
        if name in self._created:
            return self._created[name].physical_id
        raise TemplateError(f"nothing is called {name}")

    def _resolve_get_att(self, argument: list[str] | str) -> Any:
        name, attribute = argument.split(".", 1) if isinstance(argument, str) else (argument[0], ".".join(argument[1:]))
        if name not in self._created:
            raise TemplateError(f"no resource is called {name}")
        attributes = self._created[name].attributes
        if attribute not in attributes:
            raise TemplateError(f"{name} has no attribute {attribute} locally, only {', '.join(attributes) or 'none'}")
        return attributes[attribute]

    def _resolve_sub(self, argument: str | list[Any]) -> str:
        text, given = (argument, {}) if isinstance(argument, str) else (argument[0], argument[1])

        def value(match: re.Match[str]) -> str:
            literal, name = match.groups()
            if literal:
                return f"${{{name}}}"
            if name in given:
                return self._resolve_text(given[name])
            return self._resolve_text({"Fn::GetAtt": name} if "." in name else {"Ref": name})

        return _SUBSTITUTION.sub(value, text)

    def _resolve_find_in_map(self, argument: list[Any]) -> Any:
        name, first, second = (self._resolve_text(part) for part in argument)
        try:
            return self._document["Mappings"][name][first][second]
        except KeyError as error:
            raise TemplateError(f"the mapping {name} has no {first}, {second}") from error

    def _evaluate_condition(self, name: str) -> bool:
        if name not in self._document.get("Conditions", {}):
            raise TemplateError(f"no condition is called {name}")
        if name in self._evaluating:
            raise TemplateError(f"the condition {name} depends on itself")
        self._evaluating.append(name)
        try:
            return self._evaluate_expression(self._document["Conditions"][name])
        finally:
            self._evaluating.pop()

    def _evaluate_expression(self, expression: Mapping[str, Any]) -> bool:
        [(name, argument)] = expression.items()
        match name:
            case "Condition":
                return self._evaluate_condition(argument)
            case "Fn::Equals":
                return _to_text(self.resolve(argument[0])) == _to_text(self.resolve(argument[1]))
            case "Fn::Not":
                return not self._evaluate_expression(argument[0])
            case "Fn::And":
                return all(self._evaluate_expression(item) for item in argument)
            case "Fn::Or":
                return any(self._evaluate_expression(item) for item in argument)
        raise TemplateError(f"{name} is not available locally in a condition")

    def _drop_untaken_branches(self, value: Any) -> Any:
        """The value without the branches of `Fn::If` that its condition rules out: those are not dependencies."""
        if isinstance(value, list):
            return [self._drop_untaken_branches(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        if _read_intrinsic_name(value) == "Fn::If":
            condition, yes, no = value["Fn::If"]
            return self._drop_untaken_branches(yes if self._evaluate_condition(condition) else no)
        return {key: self._drop_untaken_branches(item) for key, item in value.items()}


def find_dependencies(resources: Mapping[str, Mapping[str, Any]]) -> dict[str, set[str]]:
    """For each logical id those that it refers to."""
    return {
        logical_id: {name for name in _find_references(resource) if name in resources}
        for logical_id, resource in resources.items()
    }


def order_resources(dependencies: Mapping[str, set[str]]) -> tuple[str, ...]:
    """Logical ids, each after everything it refers to; raises TemplateError naming the resources of a cycle."""
    try:
        return tuple(graphlib.TopologicalSorter(dependencies).static_order())
    except graphlib.CycleError as error:
        raise TemplateError(f"circular dependency: {' → '.join(reversed(error.args[1]))}") from error


def _find_references(resource: Mapping[str, Any]) -> Iterator[str]:
    depends = resource.get("DependsOn", [])
    yield from [depends] if isinstance(depends, str) else depends
    yield from _find_referred_names(resource.get("Properties", {}))


def _find_referred_names(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        name = _read_intrinsic_name(value)
        if name == "Ref":
            yield value["Ref"]
        elif name == "Fn::GetAtt":
            yield value[name].split(".")[0] if isinstance(value[name], str) else value[name][0]
        elif name == "Fn::Sub":
            text = value[name] if isinstance(value[name], str) else value[name][0]
            yield from (name.split(".")[0] for literal, name in _SUBSTITUTION.findall(text) if not literal)
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _find_referred_names(item)


def _read_intrinsic_name(value: Mapping[str, Any]) -> str | None:
    names = [key for key in value if key == "Ref" or str(key).startswith("Fn::")]
    if names and len(value) > 1:
        raise TemplateError(f"{names[0]} must be the only key, but there are: {', '.join(map(str, value))}")
    return names[0] if names else None


def _to_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
