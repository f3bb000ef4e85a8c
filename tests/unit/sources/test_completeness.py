"""Every source has what the rest of the pipeline needs of it: docs/sources.md lists the files."""

import re
from pathlib import Path

import pytest

from photolake.sources.registry import list_platforms, load_source_module
from tests.resolved_template import transformed

ROOT = Path(__file__).parents[3]


def read_setting(name):
    groups = transformed().document["Mappings"]["Settings"].values()
    return next(group[name] for group in groups if name in group).split(",")


@pytest.mark.parametrize("platform", list_platforms())
def test_a_source_is_known_wherever_it_must_be(platform):
    module = load_source_module(platform)
    view = (ROOT / "athena/views/tweets.sql").read_text()
    post_url = re.findall(r"case p\.source_platform(.*?)end as post_url", view, re.DOTALL)[0]
    page = (ROOT / "docs/sources.md").read_text()

    assert platform == module.PLATFORM
    assert f"when '{platform}'" in post_url, "post_url of athena/views/tweets.sql has no branch for it"
    assert set(module.PHOTO_HOSTS) <= set(read_setting("AllowedPhotoHosts")), "AllowedPhotoHosts lacks its photo hosts"
    assert platform in read_setting("Sources"), "the setting Sources lacks it"
    assert f"| `{platform}` |" in page, "the table of docs/sources.md lacks it"


def test_the_template_names_no_source_and_no_photo_host_that_does_not_exist():
    modules = [load_source_module(platform) for platform in list_platforms()]

    assert set(read_setting("Sources")) == {module.PLATFORM for module in modules}
    assert set(read_setting("AllowedPhotoHosts")) == {host for module in modules for host in module.PHOTO_HOSTS}
