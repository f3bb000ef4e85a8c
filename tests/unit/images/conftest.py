"""The table `analyses` as the template has it."""

from __future__ import annotations

import pytest

from photolake.rows.schema import HiveType, TableSchema
from tests.resolved_template import table_input


@pytest.fixture(scope="session")
def analyses() -> TableSchema:
    """The table `analyses` with the columns that the template gives it."""
    table = table_input("AnalysesTable")
    columns = [*table["StorageDescriptor"]["Columns"], *table["PartitionKeys"]]
    return TableSchema("analyses", {column["Name"]: HiveType.parse(column["Type"]) for column in columns})
