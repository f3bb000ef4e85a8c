"""CloudFormation properties as the API operation of the same shape takes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from laptop_cloud.errors import TemplateError


def build_arguments(client: Any, operation: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The properties as arguments of the operation (`CreateTable`): "60" becomes 60, a document where text is due JSON.

    A property that the operation has no member for is a TemplateError, never dropped.
    """
    shape = client.meta.service_model.operation_model(operation).input_shape
    coerced: dict[str, Any] = coerce_value(properties, shape, "Properties")
    return coerced


def drop_properties(properties: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The properties without those that another call sets, or that mean nothing on a laptop."""
    return {name: value for name, value in properties.items() if name not in names}


def refuse_other_properties(properties: Mapping[str, Any], *names: str) -> None:
    """Raise TemplateError for any property not in `names`, which the caller would ignore."""
    unknown = sorted(properties.keys() - set(names))
    if unknown:
        raise TemplateError(f"not available locally: {', '.join(unknown)}")


def coerce_value(value: Any, shape: Shape, path: str) -> Any:
    """The value in the types of a botocore shape; `path` is its place, for the error."""
    if isinstance(shape, StructureShape):
        return _coerce_structure(_check_type(value, Mapping, path), shape, path)
    if isinstance(shape, ListShape):
        items = _check_type(value, list, path)
        return [coerce_value(item, shape.member, f"{path}[{index}]") for index, item in enumerate(items)]
    if isinstance(shape, MapShape):
        entries = _check_type(value, Mapping, path).items()
        return {str(key): coerce_value(item, shape.value, f"{path}.{key}") for key, item in entries}
    convert = _SCALARS.get(shape.type_name)
    if convert is None:
        raise TemplateError(f"{path}: no way to write the type {shape.type_name} in a template")
    try:
        return convert(value)
    except (TypeError, ValueError) as error:
        raise TemplateError(f"{path}: expected {shape.type_name}, got {value!r}") from error


def _coerce_structure(value: Mapping[str, Any], shape: StructureShape, path: str) -> dict[str, Any]:
    unknown = sorted(value.keys() - shape.members.keys())
    if unknown:
        raise TemplateError(f"{path}: {shape.name} of the API has no {', '.join(unknown)}")
    return {name: coerce_value(item, shape.members[name], f"{path}.{name}") for name, item in value.items()}


def _check_type(value: Any, kind: type[Any], path: str) -> Any:
    if not isinstance(value, kind):
        raise TemplateError(f"{path}: expected a {kind.__name__.lower()}, got {value!r}")
    return value


def to_text(value: Any) -> str:
    """A scalar as CloudFormation writes it (`true`, `60`), and a document as JSON."""
    if isinstance(value, Mapping | list):
        return json.dumps(value, separators=(",", ":"))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _coerce_integer(value: Any) -> int:
    number = float(value)
    if isinstance(value, bool) or not number.is_integer():
        raise ValueError("not a whole number")
    return int(number)


def _coerce_boolean(value: Any) -> bool:
    match to_text(value):
        case "true":
            return True
        case "false":
            return False
    raise ValueError("neither true nor false")


_SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "string": to_text,
    "integer": _coerce_integer,
    "long": _coerce_integer,
    "float": float,
    "double": float,
    "boolean": _coerce_boolean,
}
