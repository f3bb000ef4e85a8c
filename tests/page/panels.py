"""The panels of the page and the saved query of each, as `dashboard/src/panels.ts` defines them."""

from __future__ import annotations

import json
import subprocess
from functools import cache

from tests.resolved_template import ROOT

_PRINT = 'import { PANELS } from "./src/panels.ts"; console.log(JSON.stringify(Object.values(PANELS)));'


@cache
def read_panels() -> dict[str, str]:
    """The name of the saved query by the id of the panel."""
    command = [str(ROOT / "scripts/node"), "npx", "--no-install", "tsx", "--eval", _PRINT]
    printed = subprocess.run(command, cwd=ROOT / "dashboard", check=True, capture_output=True, text=True, timeout=60)
    return {panel["id"]: panel["query"] for panel in json.loads(printed.stdout)}
