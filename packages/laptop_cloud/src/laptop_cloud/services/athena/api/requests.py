"""What the Athena operations share: the error for an invalid request, and pages with their tokens."""

from __future__ import annotations

from typing import Any

from laptop_cloud.server.aws_json import ServiceError

_MAX_ITEMS = 50


def invalid_request(message: str) -> ServiceError:
    """Athena's error for a request that can never succeed."""
    return ServiceError("InvalidRequestException", message)


def read_page(request: dict[str, Any], default_size: int) -> tuple[int, int]:
    """Where the requested page starts and how long it is; the token is the position of its first item."""
    token, size = str(request.get("NextToken") or "0"), int(request.get("MaxResults") or default_size)
    if not token.isdecimal():
        raise invalid_request(f"NextToken {token} is not one of this service")
    return int(token), size


def list_page(items: list[Any], request: dict[str, Any], key: str) -> dict[str, Any]:
    """One page of a list operation's response; `key` is the member that holds the items."""
    start, size = read_page(request, _MAX_ITEMS)
    response = {key: items[start : start + size]}
    return {**response, "NextToken": str(start + size)} if start + size < len(items) else response
