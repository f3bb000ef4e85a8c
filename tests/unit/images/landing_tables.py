"""The landing tables as the template has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short intrinsics (`!Ref`, `!Sub`, ...) as None."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: None)


def table_input(logical_id: str) -> dict[str, Any]:
    """What the template gives to Glue for this table, but for its intrinsics."""
    resources = yaml.load((ROOT / "template.yaml").read_text(), _Loader)["Resources"]
    table: dict[str, Any] = resources[logical_id]["Properties"]["TableInput"]
    return table
