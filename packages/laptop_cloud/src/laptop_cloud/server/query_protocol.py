"""Responses of services that speak the AWS Query protocol: XML for the SDKs.

Protocol: https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from werkzeug.wrappers import Response


def build_response(operation: str, result: Mapping[str, Any]) -> Response:
    """A response: mappings become elements, the items of a list `member` elements, None is left out."""
    root = ElementTree.Element(f"{operation}Response")
    _append(root, f"{operation}Result", result)
    _append(root, "ResponseMetadata", {"RequestId": str(uuid.uuid4())})
    return _write(root, 200)


def build_error_response(code: str, message: str, status: int = 400) -> Response:
    """An error; `code` is what boto3 shows in `Error.Code`."""
    root = ElementTree.Element("ErrorResponse")
    _append(root, "Error", {"Type": "Sender", "Code": code, "Message": message})
    _append(root, "RequestId", str(uuid.uuid4()))
    return _write(root, status)


def _append(parent: ElementTree.Element, name: str, value: Any) -> None:
    if value is None:
        return
    element = ElementTree.SubElement(parent, name)
    if isinstance(value, Mapping):
        for key, item in value.items():
            _append(element, key, item)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            _append(element, "member", item)
    else:
        element.text = str(value)


def _write(root: ElementTree.Element, status: int) -> Response:
    return Response(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True), status, content_type="text/xml")
