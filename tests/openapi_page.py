"""Writes docs/openapi.json: `make docs`."""

import json
from typing import Any

from photolake.search.api import build_api, describe_api
from tests.resolved_template import ROOT

PAGE = ROOT / "docs" / "openapi.json"


def main() -> None:
    """Write the description that the function serves."""
    search: Any = None  # no request is answered
    PAGE.write_text(json.dumps(json.loads(describe_api(build_api(search))), indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
