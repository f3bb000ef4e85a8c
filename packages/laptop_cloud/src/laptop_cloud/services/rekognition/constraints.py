"""Checks requests against the constraints that botocore's model of Rekognition states.

SDKs check types and lower bounds themselves, but leave patterns and upper bounds to the service.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session

from laptop_cloud.server.aws_json import ServiceError

if TYPE_CHECKING:
    from botocore.model import Shape


def check_constraints(operation: str, request: dict[str, Any]) -> None:
    """Raise a ValidationException that lists every violation, in the words of AWS."""
    found = list(_find_violations(_load_model().operation_model(operation).input_shape, request, ""))
    if found:
        count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: "
        raise ServiceError("ValidationException", count + "; ".join(found))


@cache
def _load_model() -> Any:
    return botocore.session.get_session().get_service_model("rekognition")


def _find_violations(shape: Any, value: Any, place: str) -> Iterator[str]:
    for constraint in _describe_violations(shape, value):
        yield f"Value '{value}' at '{place}' failed to satisfy constraint: {constraint}"
    if shape.type_name == "structure":
        for name in shape.required_members:
            if value.get(name) is None:
                yield f"Value null at '{_join(place, name)}' failed to satisfy constraint: Member must not be null"
        for name, item in value.items():
            if item is not None and name in shape.members:
                yield from _find_violations(shape.members[name], item, _join(place, name))
    elif shape.type_name == "list":
        for number, item in enumerate(value, 1):
            yield from _find_violations(shape.member, item, f"{place}.{number}.member")


def _describe_violations(shape: Shape, value: Any) -> Iterator[str]:
    limits = shape.metadata
    if shape.type_name in ("string", "list"):
        measure, noun = len(value), "length"
    elif shape.type_name in ("integer", "long", "float", "double"):
        measure, noun = value, "value"
    else:
        return
    if measure < limits.get("min", measure):
        yield f"Member must have {noun} greater than or equal to {limits['min']}"
    if measure > limits.get("max", measure):
        yield f"Member must have {noun} less than or equal to {limits['max']}"
    if "enum" in limits and value not in limits["enum"]:
        yield f"Member must satisfy enum value set: [{', '.join(limits['enum'])}]"
    if "pattern" in limits and not re.fullmatch(limits["pattern"], value):
        yield f"Member must satisfy regular expression pattern: {limits['pattern']}"


def _join(place: str, name: str) -> str:
    member = name[0].lower() + name[1:]
    return f"{place}.{member}" if place else member
