"""Every source has what the rest of the pipeline needs of it: docs/sources.md lists the files."""

import re
from pathlib import Path

import pytest

from photolake.sources.registry import list_platforms, load_source_module
from tests.resolved_template import transformed

ROOT = Path(__file__).parents[3]


def default_of(parameter):
    return transformed().document["Parameters"][parameter]["Default"].split(",")


@pytest.mark.parametrize("platform", list_platforms())
def test_a_source_is_known_wherever_it_must_be(platform):
    module = load_source_module(platform)
    view = (ROOT / "athena/views/tweets.sql").read_text()
    post_url = re.findall(r"case p\.source_platform(.*?)end as post_url", view, re.DOTALL)[0]
    page = (ROOT / "docs/sources.md").read_text()

    assert platform == module.PLATFORM
    assert f"when '{platform}'" in post_url, "post_url of athena/views/tweets.sql has no branch for it"
    assert set(module.PHOTO_HOSTS) <= set(default_of("AllowedPhotoHosts")), "AllowedPhotoHosts lacks its photo hosts"
    assert platform in default_of("Sources"), "the parameter Sources lacks it"
    assert f"| `{platform}` |" in page, "the table of docs/sources.md lacks it"


def test_the_template_names_no_source_and_no_photo_host_that_does_not_exist():
    modules = [load_source_module(platform) for platform in list_platforms()]

    assert set(default_of("Sources")) == {module.PLATFORM for module in modules}
    assert set(default_of("AllowedPhotoHosts")) == {host for module in modules for host in module.PHOTO_HOSTS}
