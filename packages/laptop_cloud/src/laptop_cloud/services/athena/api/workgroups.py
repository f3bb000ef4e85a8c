"""Workgroups: where results go and how much a query may read."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from laptop_cloud.services.athena.api.requests import invalid_request
from laptop_cloud.services.athena.execution.runner import ENGINE_VERSION

if TYPE_CHECKING:
    from laptop_cloud.server.aws_json import Operation

_MINIMUM_CUTOFF = 10_000_000  # the service model's own minimum of BytesScannedCutoffPerQuery


class Workgroups:
    """The workgroups of the laptop cloud; `primary` is always there."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[str, Any]] = {}
        self._create({"Name": "primary"})

    def operations(self) -> dict[str, Operation]:
        """The operations of the API that are about workgroups."""
        return {
            "CreateWorkGroup": self._create,
            "GetWorkGroup": lambda request: {"WorkGroup": self.get(request["WorkGroup"])},
            "ListWorkGroups": self._list,
            "UpdateWorkGroup": self._update,
            "DeleteWorkGroup": self._delete,
        }

    def get(self, name: str) -> dict[str, Any]:
        """The workgroup as the API shows it; ServiceError when there is none."""
        if name not in self._groups:
            raise invalid_request(f"WorkGroup {name} is not found.")
        return self._groups[name]

    def output_location(self, name: str, asked: Mapping[str, Any] | None) -> str:
        """The prefix for results: the workgroup's if it enforces it, else the request's, else the workgroup's."""
        configuration = self.get(name)["Configuration"]
        own = configuration.get("ResultConfiguration", {}).get("OutputLocation")
        theirs = (asked or {}).get("OutputLocation")
        location = own if configuration["EnforceWorkGroupConfiguration"] and own else theirs or own
        if not location:
            raise invalid_request(
                "No output location provided. An output location is required either through the Workgroup result "
                "configuration setting or as an API input."
            )
        return str(location) if location.endswith("/") else f"{location}/"

    def _create(self, request: dict[str, Any]) -> dict[str, Any]:
        name = request["Name"]
        if name in self._groups:
            raise invalid_request(f"WorkGroup {name} already exists")
        configuration = {
            "EnforceWorkGroupConfiguration": True,
            "PublishCloudWatchMetricsEnabled": False,
            "RequesterPaysEnabled": False,
            **request.get("Configuration", {}),
        }
        if name == "primary":
            configuration["EnforceWorkGroupConfiguration"] = False
        self._groups[name] = {
            "Name": name,
            "State": "ENABLED",
            "Description": request.get("Description", ""),
            "CreationTime": datetime.datetime.now(datetime.UTC),
            "Configuration": _check_cutoff({**configuration, "EngineVersion": ENGINE_VERSION}),
        }
        return {}

    def _list(self, request: dict[str, Any]) -> dict[str, Any]:
        shown = ("Name", "State", "Description", "CreationTime")
        summaries = [{key: group[key] for key in shown} for _, group in sorted(self._groups.items())]
        return {"WorkGroups": [{**summary, "EngineVersion": ENGINE_VERSION} for summary in summaries]}

    def _update(self, request: dict[str, Any]) -> dict[str, Any]:
        group = self.get(request["WorkGroup"])
        updates = dict(request.get("ConfigurationUpdates", {}))
        configuration = dict(group["Configuration"])
        if updates.pop("RemoveBytesScannedCutoffPerQuery", False):
            configuration.pop("BytesScannedCutoffPerQuery", None)
        results = updates.pop("ResultConfigurationUpdates", None)
        if results:
            removed = {
                key.removeprefix("Remove") for key, value in results.items() if key.startswith("Remove") and value
            }
            changed = {key: value for key, value in results.items() if not key.startswith("Remove")}
            before = configuration.get("ResultConfiguration", {})
            kept = {key: value for key, value in before.items() if key not in removed}
            configuration["ResultConfiguration"] = {**kept, **changed}
        self._groups[group["Name"]] = {
            **group,
            "State": request.get("State", group["State"]),
            "Description": request.get("Description", group["Description"]),
            "Configuration": _check_cutoff({**configuration, **updates, "EngineVersion": ENGINE_VERSION}),
        }
        return {}

    def _delete(self, request: dict[str, Any]) -> dict[str, Any]:
        name = self.get(request["WorkGroup"])["Name"]
        if name == "primary":
            raise invalid_request("The primary WorkGroup cannot be deleted")
        del self._groups[name]
        return {}


def _check_cutoff(configuration: dict[str, Any]) -> dict[str, Any]:
    cutoff = configuration.get("BytesScannedCutoffPerQuery")
    if cutoff is not None and cutoff < _MINIMUM_CUTOFF:
        raise invalid_request(f"BytesScannedCutoffPerQuery {cutoff} is below {_MINIMUM_CUTOFF}")
    return configuration
