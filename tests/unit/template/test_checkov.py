"""checkov's rules for the transformed template: each is kept, or checkov_skips.yaml says why not."""

import json
import os
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
import yaml

from laptop_cloud.stack.template import load_template
from tests.policies.grants import REGION, SETTINGS
from tests.resolved_template import ROOT

PROGRAM = ROOT / ".tools/checkov/bin/checkov"
SKIPS = yaml.safe_load(Path(__file__).with_name("checkov_skips.yaml").read_text())


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    """With every part that is optional but Lake Formation's grants; checkov asks the internet for nothing."""
    file = tmp_path_factory.mktemp("checkov") / "template.json"
    file.write_text(json.dumps(load_template(ROOT / "template.yaml", SETTINGS, {}, REGION).document))
    arguments = [
        "--file",
        str(file),
        "--framework",
        "cloudformation",
        "--skip-download",
        "--soft-fail",
        "--output",
        "json",
    ]
    # An address that nothing listens on: a rule that asks the internet fails at once.
    environment = {**os.environ, "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
    result = subprocess.run([PROGRAM, *arguments], env=environment, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr[-2000:]
    return json.loads(result.stdout)


def test_checkov_finds_nothing_that_is_not_explained_and_every_explanation_is_needed(report):
    found = [
        (finding["check_id"], finding["resource"].rpartition(".")[2]) for finding in report["results"]["failed_checks"]
    ]
    skipped = [(skip["check"], pattern) for skip in SKIPS for pattern in skip["resources"]]

    def explains(skip, finding):
        return skip[0] == finding[0] and fnmatchcase(finding[1], skip[1])

    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["passed"] > 150
    assert [finding for finding in found if not any(explains(skip, finding) for skip in skipped)] == []
    assert [skip for skip in skipped if not any(explains(skip, finding) for finding in found)] == []


def test_every_skip_has_a_reason_and_stands_once():
    assert all(skip["reason"].strip() for skip in SKIPS)
    assert len({skip["check"] for skip in SKIPS}) == len(SKIPS)
