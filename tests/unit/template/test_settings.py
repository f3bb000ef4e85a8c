"""What a person is asked, and the settings that nobody is asked for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from samcli.commands._utils.template import get_template_parameters

from laptop_cloud.errors import TemplateError
from laptop_cloud.stack import template
from tests import resolved_template

PATH = resolved_template.ROOT / "template.yaml"


@pytest.fixture
def rules(written):
    return written["Metadata"]["Settings"]


@pytest.fixture
def values(written):
    return {name: value for group in written["Mappings"]["Settings"].values() for name, value in group.items()}


def test_sam_deploy_guided_asks_for_at_most_ten_parameters():
    # SAM CLI asks for each of these, in this order (samcli.commands.deploy.guided_context).
    asked = get_template_parameters(str(PATH))

    assert len(asked) <= 10
    assert {
        "SearchQuery",
        "BlueskyKeywords",
        "MonthlyBudget",
        "MonthlyPostBudget",
        "DailyImageBudget",
        "AlarmEmail",
    } <= asked.keys()


def test_every_setting_has_rules_and_a_value_that_keeps_them(rules, values):
    assert rules.keys() == values.keys()
    template.read_parameters(rules, {name: str(value) for name, value in values.items()})


def test_every_setting_is_bounded(rules):
    for name, rule in rules.items():
        assert {"AllowedPattern", "AllowedValues", "MinValue"} & rule.keys(), name


def test_every_setting_is_described_and_used():
    text = PATH.read_text()
    lines = text[text.index("\nMappings:") : text.index("\nConditions:")].splitlines()
    names = [(index, match[1]) for index, line in enumerate(lines) if (match := re.match(r" {6}([A-Z]\w+): ", line))]

    assert len(names) == 50
    undescribed = {name for index, name in names if not lines[index - 1].lstrip().startswith("#")}
    assert undescribed == set()
    assert [name for _, name in names if f", {name}]" not in text] == []


def test_the_streams_image_comes_with_its_subnets(values):
    assert bool(values["StreamImage"]) == bool(values["StreamSubnets"])


def test_the_domain_of_opensearch_comes_with_its_endpoint(values):
    assert bool(values["OpenSearchEndpoint"]) == bool(values["OpenSearchDomainArn"])


def test_a_pattern_of_a_parameter_is_explained(written):
    for name, parameter in written["Parameters"].items():
        assert "AllowedPattern" not in parameter or "ConstraintDescription" in parameter, name


def test_the_laptop_takes_a_setting_as_it_takes_a_parameter():
    loaded = template.load_template(PATH, {"SampleRate": "0.5", "SearchQuery": "sea"}, {}, "us-east-1")
    function = loaded.document["Resources"]["TweetAnalyzerFunction"]["Properties"]

    assert loaded.document["Mappings"]["Settings"]["Analyze"]["SampleRate"] == "0.5"
    assert function["Environment"]["Variables"]["SAMPLE_RATE"] == {
        "Fn::FindInMap": ["Settings", "Analyze", "SampleRate"]
    }
    assert loaded.parameters["SearchQuery"] == "sea"


@pytest.mark.parametrize(
    "given", [{"SampleRate": "7"}, {"DeliveryIntervalSeconds": "10"}, {"PhotoEndpoint": "https://a.example"}]
)
def test_a_setting_out_of_its_bounds_is_refused_on_the_laptop(given):
    with pytest.raises(TemplateError, match=next(iter(given))):
        template.load_template(PATH, given, {}, "us-east-1")


@pytest.mark.parametrize(
    ("system", "machine", "platform"),
    [
        ("Linux", "x86_64", "x86_64-manylinux_2_28"),
        ("Linux", "aarch64", "aarch64-manylinux_2_28"),
        ("Darwin", "arm64", "aarch64-apple-darwin"),
        ("Darwin", "x86_64", "x86_64-apple-darwin"),
    ],
)
def test_wheels_are_fetched_for_the_machine_in_uvs_words(system, machine, platform, tmp_path: Path):
    tools = tmp_path / ".tools/bin"
    tools.mkdir(parents=True)
    (tmp_path / "scripts").mkdir()
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").symlink_to(sys.executable)
    script = tmp_path / "scripts/fetch-layer-wheels"
    script.write_text((resolved_template.ROOT / "scripts/fetch-layer-wheels").read_text())
    uname = f'#!/bin/sh\n[ "$1" = -m ] && echo {machine} || echo {system}\n'
    for name, text in {"uname": uname, "make": f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n'}.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)

    subprocess.run(["bash", str(script)], check=True)

    for_lambda, for_this_machine = (tmp_path / "calls").read_text().splitlines()
    assert "PLATFORM" not in for_lambda
    assert f" PLATFORM={platform} " in for_this_machine
