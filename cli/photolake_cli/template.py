"""What the command reads of template.yaml while no stack runs."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

from laptop_cloud.stack.template import parse_template
from photolake.rows.schema import HiveType, TableSchema


class StackTemplate:
    """The stack as template.yaml describes it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _document(self) -> Any:
        return parse_template(self._path.read_text("utf-8"))

    def read_table(self, logical_id: str) -> TableSchema:
        """Read the columns of a landing table."""
        table = self._document["Resources"][logical_id]["Properties"]["TableInput"]
        columns = [*table["StorageDescriptor"]["Columns"], *table.get("PartitionKeys", [])]
        return TableSchema(table["Name"], {column["Name"]: HiveType.parse(column["Type"]) for column in columns})

    def read_value(self, name: str) -> str:
        """Read the default of a parameter, or a setting; a list comes separated by commas."""
        if name in self._document["Parameters"]:
            return str(self._document["Parameters"][name]["Default"])
        groups = self._document["Mappings"]["Settings"].values()
        return str(next(group[name] for group in groups if name in group))
