"""The npm packages of the laptop cloud and of the page are pinned, and by no registry's address."""

import json

from laptop_cloud.engines.npm_weights import PACKAGE, VERSION, read_version
from tests.resolved_template import ROOT

FOLDER = ROOT / "requirements/npm"


def test_the_package_is_locked_by_a_hash_and_by_no_address():
    wanted = json.loads((FOLDER / "package.json").read_text())["dependencies"]
    packages = json.loads((FOLDER / "package-lock.json").read_text())["packages"]
    locked = packages[f"node_modules/{PACKAGE}"]

    assert wanted == {PACKAGE: VERSION}
    assert set(packages) == {"", f"node_modules/{PACKAGE}"}
    assert (locked["version"], locked["integrity"][:7]) == (VERSION, "sha512-")
    assert "resolved" not in locked


def test_the_locked_version_is_installed_and_is_the_one_that_the_readme_installs():
    assert read_version() == f"{PACKAGE} {VERSION}"
    assert f"{PACKAGE}@{VERSION}" in (ROOT / "packages/laptop_cloud/README.md").read_text()


def test_the_packages_of_the_page_are_locked_by_hashes_and_by_no_address():
    packages = json.loads((ROOT / "dashboard/package-lock.json").read_text())["packages"]
    others = {name: entry for name, entry in packages.items() if name}

    assert others
    assert [name for name, entry in others.items() if entry["integrity"][:7] != "sha512-" or "resolved" in entry] == []
