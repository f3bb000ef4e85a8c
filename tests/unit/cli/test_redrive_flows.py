"""The queues that can be redriven are those of the template."""

import pytest

from photolake_cli.errors import CommandError
from photolake_cli.redrive.flows import FLOWS, choose_flows
from tests.resolved_template import properties, transformed

RESOURCES = transformed().document["Resources"]


def test_every_dead_letter_queue_of_the_template_has_its_queue_function_and_log():
    # References resolve to the logical id in lower case, as an ARN.
    mappings = [
        properties(name) for name, found in RESOURCES.items() if found["Type"] == "AWS::Lambda::EventSourceMapping"
    ]
    functions = {each["EventSourceArn"].rpartition(":")[2]: each["FunctionName"] for each in mappings}
    found = {
        (functions[name.lower()], name, policy["deadLetterTargetArn"].rpartition(":")[2])
        for name, resource in RESOURCES.items()
        if resource["Type"] == "AWS::SQS::Queue" and (policy := properties(name).get("RedrivePolicy"))
    }

    assert found == {(flow.function, flow.queue, flow.dead_letters.lower()) for flow in FLOWS}
    assert {flow.logs for flow in FLOWS} == {properties(flow.function)["LoggingConfig"]["LogGroup"] for flow in FLOWS}


@pytest.mark.parametrize("name", ["image_analyzer", "image-analyzer", "ImageQueue", "imagedeadletterqueue"])
def test_a_queue_is_chosen_by_any_of_its_names(name):
    assert [flow.name for flow in choose_flows([name])] == ["image_analyzer"]


def test_all_are_chosen_without_a_name_and_an_unknown_one_is_refused_with_the_known():
    assert choose_flows([]) == list(FLOWS)
    with pytest.raises(CommandError, match=r"no queue or function posts. Name one of: tweet_analyzer"):
        choose_flows(["backfill", "posts"])
