"""What outlasts a seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.x_search_server import FakeX
    from tests.faults.endpoints import Endpoints
    from tests.faults.photo_host import PhotoHost
    from tests.faults.stack import Stack


@dataclass
class Site:
    """The stack, and the hosts around it."""

    stack: Stack
    endpoints: Endpoints
    x: FakeX
    host: PhotoHost
