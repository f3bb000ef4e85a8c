"""Lists by pages, as `MaxResults` and `NextToken` of a request ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from laptop_cloud.server.aws_json import ServiceError

Item = TypeVar("Item")
# The upper limit of the API; its reference names no default.
MAX_RESULTS = 4096


def take_page(
    items: Sequence[Item], get_place: Callable[[Item], str], pattern: str, request: dict[str, Any]
) -> tuple[list[Item], dict[str, str]]:
    """The items after the one that `NextToken` names, and the token of the next page where there is one.

    `get_place` gives texts that sort as the items do and match `pattern`. A token names a place, so that nothing is
    skipped or repeated when items before it are deleted. Raises InvalidPaginationTokenException.
    """
    last = request.get("NextToken", "")
    if last and not re.fullmatch(pattern, last):
        raise ServiceError("InvalidPaginationTokenException", "Pagination token in the request is not valid.")
    rest = [item for item in items if get_place(item) > last]
    page = rest[: request.get("MaxResults") or MAX_RESULTS]
    return page, {"NextToken": get_place(page[-1])} if len(page) < len(rest) else {}
