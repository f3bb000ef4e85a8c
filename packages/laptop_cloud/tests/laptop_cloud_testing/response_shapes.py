"""Holds a service's answer against the output shape that botocore knows of the operation."""

import datetime
from dataclasses import replace
from functools import partial
from typing import Any

import botocore.session

from laptop_cloud.server.aws_json import JsonService

PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "float": (float, int),
    "double": (float, int),
    "timestamp": (datetime.datetime, float),
    "blob": (bytes,),
}


def misfits(service: str, operation: str, answer: Any) -> list[str]:
    """What an SDK would not understand in the answer: unknown members, wrong types, values outside an enum."""
    model = botocore.session.get_session().get_service_model(service).operation_model(operation)
    return list(_misfits(answer, model.output_shape, operation))


def _misfits(value: Any, shape: Any, path: str) -> list[str]:
    if shape.type_name == "structure":
        return _misfits_of_structure(value, shape, path)
    if shape.type_name == "list":
        if not isinstance(value, list):
            return [f"{path}: {type(value).__name__} is not a list"]
        return [misfit for i, item in enumerate(value) for misfit in _misfits(item, shape.member, f"{path}[{i}]")]
    if shape.type_name == "map":
        return [misfit for key, item in value.items() for misfit in _misfits(item, shape.value, f"{path}[{key!r}]")]
    if type(value) not in PYTHON_TYPES[shape.type_name]:
        return [f"{path}: {type(value).__name__} is no {shape.type_name}"]
    if shape.type_name == "string" and shape.enum and value not in shape.enum:
        return [f"{path}: {value!r} is not in the enum"]
    return []


def _misfits_of_structure(value: Any, shape: Any, path: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{path}: {type(value).__name__} is not a structure"]
    unknown = [f"{path}.{key}: unknown member" for key in value if key not in shape.members]
    missing = [f"{path}.{key}: missing" for key in shape.required_members if key not in value]
    known = [(key, item) for key, item in value.items() if key in shape.members]
    inside = [misfit for key, item in known for misfit in _misfits(item, shape.members[key], f"{path}.{key}")]
    return unknown + missing + inside


def checked(service: JsonService) -> JsonService:
    """The same service; an answer that an SDK would not understand is an error of the test."""

    def check(operation: str, request: dict[str, Any]) -> dict[str, Any]:
        answer = service.operations[operation](request)
        assert misfits(service.name, operation, answer) == []
        return answer

    return replace(service, operations={name: partial(check, name) for name in service.operations})
