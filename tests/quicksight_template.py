"""quicksight/template.yaml with the types of the views as Athena infers them: `make quicksight` writes it."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path
from typing import Any

import boto3

from quicksight.template import Catalog, build_template, write_template
from tests import resolved_template
from tests.data_dictionary import athena, columns
from tests.synthetic_lake.warehouse import DATABASE, REGION, open_warehouse

FILE = resolved_template.ROOT / "quicksight/template.yaml"
_NOW = datetime.datetime(2026, 3, 10, tzinfo=datetime.UTC)


def read_catalog(cache: Path) -> Catalog:
    """Create the views in the local Athena, and read their columns."""
    with open_warehouse(cache, _NOW) as lake:
        lake.create_views()
        glue: Any = boto3.client("glue", REGION)
        tables = glue.get_tables(DatabaseName=DATABASE)["TableList"]
    return {
        table["Name"]: {path: athena(kind) for path, kind in columns(table["StorageDescriptor"]["Columns"]).items()}
        for table in tables
    }


def main() -> None:
    """Write the template."""
    with tempfile.TemporaryDirectory() as cache:
        FILE.write_text(write_template(build_template(read_catalog(Path(cache)))), encoding="utf-8")


if __name__ == "__main__":
    main()
