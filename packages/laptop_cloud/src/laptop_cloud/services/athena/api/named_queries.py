"""Saved queries are stored here, and run by clients."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from laptop_cloud.services.athena.api.requests import invalid_request, list_page

if TYPE_CHECKING:
    from laptop_cloud.server.aws_json import Operation
    from laptop_cloud.services.athena.api.workgroups import Workgroups


class NamedQueries:
    """The saved queries of all workgroups."""

    def __init__(self, workgroups: Workgroups) -> None:
        self._workgroups = workgroups
        self._queries: dict[str, dict[str, Any]] = {}

    def operations(self) -> dict[str, Operation]:
        """The operations of the API that are about saved queries."""
        return {
            "CreateNamedQuery": self._create,
            "GetNamedQuery": lambda request: {"NamedQuery": self._get(request["NamedQueryId"])},
            "BatchGetNamedQuery": self._batch_get,
            "ListNamedQueries": self._list,
            "UpdateNamedQuery": self._update,
            "DeleteNamedQuery": self._delete,
        }

    def _create(self, request: dict[str, Any]) -> dict[str, Any]:
        kept = ("Name", "Description", "Database", "QueryString")
        workgroup = self._workgroups.get(request.get("WorkGroup", "primary"))["Name"]
        # As on AWS, the same ClientRequestToken is the same query.
        identity = str(uuid.uuid5(uuid.NAMESPACE_OID, request.get("ClientRequestToken") or str(uuid.uuid4())))
        query = {key: request[key] for key in kept if key in request}
        self._queries[identity] = {**query, "NamedQueryId": identity, "WorkGroup": workgroup}
        return {"NamedQueryId": identity}

    def _get(self, identity: str) -> dict[str, Any]:
        if identity not in self._queries:
            raise invalid_request(f"NamedQuery {identity} was not found")
        return self._queries[identity]

    def _batch_get(self, request: dict[str, Any]) -> dict[str, Any]:
        asked = request["NamedQueryIds"]
        missing = [identity for identity in asked if identity not in self._queries]
        return {
            "NamedQueries": [self._queries[identity] for identity in asked if identity in self._queries],
            "UnprocessedNamedQueryIds": [{"NamedQueryId": identity, "ErrorCode": "NOT_FOUND"} for identity in missing],
        }

    def _list(self, request: dict[str, Any]) -> dict[str, Any]:
        workgroup = self._workgroups.get(request.get("WorkGroup", "primary"))["Name"]
        found = [identity for identity, query in self._queries.items() if query["WorkGroup"] == workgroup]
        return list_page(found, request, "NamedQueryIds")

    def _update(self, request: dict[str, Any]) -> dict[str, Any]:
        query = self._get(request["NamedQueryId"])
        changes: dict[str, Any] = {
            key: request[key] for key in ("Name", "Description", "QueryString") if key in request
        }
        self._queries[query["NamedQueryId"]] = {**query, **changes}
        return {}

    def _delete(self, request: dict[str, Any]) -> dict[str, Any]:
        del self._queries[self._get(request["NamedQueryId"])["NamedQueryId"]]
        return {}
