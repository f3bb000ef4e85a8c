"""Creates all resources of a template, each after those it refers to."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from laptop_cloud.stack import creators

if TYPE_CHECKING:
    from collections.abc import Callable

    from laptop_cloud.stack.creators.context import CreationContext
    from laptop_cloud.stack.resolver import CreatedResource, Resolver


class StackCreation:
    """Creates a template's resources; a custom resource's function runs while others are created that can do without.

    `on_progress` gets a line of text for each resource.
    """

    def __init__(self, resolver: Resolver, context: CreationContext, on_progress: Callable[[str], None]) -> None:
        self._resolver = resolver
        self._context = context
        self._on_progress = on_progress
        self._threads = ThreadPoolExecutor(thread_name_prefix="custom-resource")
        self._running: dict[str, Future[CreatedResource]] = {}
        self._created: dict[str, CreatedResource] = {}

    def create_all(self) -> dict[str, dict[str, str]]:
        """Create them; type and physical_id by logical id, in their order. Raises TemplateError, which names one."""
        for logical_id in self._resolver.order:
            self._await(self._resolver.dependencies[logical_id])
            kind = self._find_kind(logical_id)
            planned = (kind, logical_id, self._resolver.properties(logical_id), self._context)
            if kind.startswith(creators.CUSTOM):
                self._running[logical_id] = self._threads.submit(creators.create_resource, *planned)
            else:
                self._report(logical_id, creators.create_resource(*planned))
        self._await(set(self._running))
        return {
            logical_id: {"type": self._find_kind(logical_id), "physical_id": self._created[logical_id].physical_id}
            for logical_id in self._resolver.order
        }

    def stop(self) -> None:
        """Give up what is not created yet; a function that runs ends with its process."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _await(self, logical_ids: set[str]) -> None:
        for logical_id in sorted(logical_ids & self._running.keys()):
            self._report(logical_id, self._running.pop(logical_id).result())

    def _report(self, logical_id: str, created: CreatedResource) -> None:
        self._resolver.add(logical_id, created)
        self._created[logical_id] = created
        self._on_progress(f"{logical_id} ({self._find_kind(logical_id)})")

    def _find_kind(self, logical_id: str) -> str:
        kind: str = self._resolver.resources[logical_id]["Type"]
        return kind
