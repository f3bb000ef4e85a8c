"""`sam build`, `sam deploy` and `sam delete` against a CloudFormation of others, in the order of a stack's life.

Each step is a fixture that needs the one before, so that any test here can run alone.
"""

import re
import tomllib
from dataclasses import dataclass

import pytest

from laptop_cloud.stack.resolver import Resolver
from tests.deploy.account import list_resources
from tests.deploy.limits import sql_directory
from tests.deploy.ministack import ROOT
from tests.resolved_template import PSEUDO_PARAMETERS, transformed

# Outputs that say how a stack is set, which two may be alike.
SETTINGS = {"MonthlyBudgets", "PackEntities", "RowRetentionDays", "SampleRate"}
BUDGET = "42"
CHANGED_BUDGET = "7"


@dataclass(frozen=True)
class Snapshot:
    """A stack and what is in the account after a step."""

    status: str
    outputs: dict[str, str]
    resources: dict[str, tuple[str, str]]
    account: set[tuple[str, str]]

    def name(self, logical_id):
        return self.resources[logical_id][1]


@pytest.fixture(scope="module")
def cloudformation(ministack):
    return ministack.client("cloudformation")


@pytest.fixture(scope="module")
def look(ministack, cloudformation):
    def describe(stack):
        (found,) = cloudformation.describe_stacks(StackName=stack)["Stacks"]
        pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
        return Snapshot(
            status=found["StackStatus"],
            outputs={output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])},
            resources={
                item["LogicalResourceId"]: (item["ResourceType"], item["PhysicalResourceId"])
                for page in pages
                for item in page["StackResourceSummaries"]
            },
            account=list_resources(ministack),
        )

    return describe


@pytest.fixture(scope="module")
def empty(ministack):
    """The account before photolake."""
    return list_resources(ministack)


@pytest.fixture(scope="module")
def created(project, empty, look):
    """A stack by the README's command, with one answer that is not the default."""
    budget = {"DailyImageBudget": BUDGET}
    parameters = [budget.get(name, "") for name in project.template["Parameters"]]
    # Name and Region; confirm changes, create roles, no rollback, save, file and environment; then deploy them.
    answers = ["", "", *parameters, "", "", "", "", "", "", "y"]
    project.sam("deploy", "--guided", answers="\n".join(answers) + "\n")
    return look("photolake")


@pytest.fixture(scope="module")
def updated(project, created, look):
    """The same stack after a change as docs/deploy.md describes it: in samconfig.toml."""
    change = 'DailyImageBudget=\\"{}\\"'.format
    text = project.config.read_text()
    assert change(BUDGET) in text
    project.config.write_text(text.replace(change(BUDGET), change(CHANGED_BUDGET)))
    project.sam("deploy", answers="y\n")
    return look("photolake")


@pytest.fixture(scope="module")
def without_sql(project, updated, look, tmp_path_factory):
    """A second stage whose layer has no SQL: its last resource fails when all others are there."""
    whole = project.template
    broken = project.template
    sql_directory(broken)["SQL_DIRECTORY"] = str(tmp_path_factory.mktemp("no-sql"))
    project.template = broken
    printed = project.sam("deploy", "--config-env", "prod", answers="y\n", status=1)
    project.template = whole
    return printed, look("photolake-prod")


@pytest.fixture(scope="module")
def second(project, without_sql, look):
    """The second stage after its failed deploy was deleted and the cause mended."""
    project.sam("delete", "--config-env", "prod", "--no-prompts", "--region", "us-east-1")
    project.sam("deploy", "--config-env", "prod", answers="y\n")
    return look("photolake-prod")


@pytest.fixture(scope="module")
def namesake(project, second, look):
    """A third stack that was not given a database of its own."""
    arguments = ["--stack-name", "third", "--no-confirm-changeset"]
    printed = project.sam("deploy", *arguments, status=1)
    return printed, look("third")


@pytest.fixture(scope="module")
def deleted(project, ministack, updated, namesake):
    """The account after the first stack is gone, with a post in its lake."""
    ministack.client("s3").put_object(Bucket=updated.name("LakeBucket"), Key="posts/dt=2026-03-08/1", Body=b"a post")
    project.sam("delete", "--no-prompts", "--region", "us-east-1")
    return list_resources(ministack)


@pytest.fixture(scope="module")
def created_again(project, deleted, look):
    project.sam("deploy", answers="y\n")
    return look("photolake")


def find_expected_resources():
    """The resources of the transformed template, with default parameters."""
    template = transformed()
    resolver = Resolver(template.document, {**template.parameters, **PSEUDO_PARAMETERS})
    # SAM ends the name of a layer's version with a hash of its content.
    return {re.sub(r"Layer[0-9a-f]{10}$", "Layer", name): resource for name, resource in resolver.resources.items()}


def find_expected_outputs():
    conditions = {name for name, output in transformed().document["Outputs"].items() if "Condition" in output}
    assert conditions == {"CustomLabelsModel", "OpenSearchEndpoint", "QuickSightUrl", "QuickSightRoleArn"}
    return transformed().document["Outputs"].keys() - conditions


def test_the_guided_deploy_creates_every_resource_and_output_of_the_template(created):
    assert created.status == "CREATE_COMPLETE"
    kinds = {re.sub(r"Layer[0-9a-f]{10}$", "Layer", name): kind for name, (kind, _) in created.resources.items()}
    assert kinds == {name: resource["Type"] for name, resource in find_expected_resources().items()}
    assert created.outputs.keys() == find_expected_outputs()


def test_the_services_know_every_resource_of_the_stack(created, empty):
    kinds = {kind for kind, _ in created.account - empty}
    named = {(kind, name) for kind, name in created.resources.values() if kind in kinds}

    assert len(kinds) == 18
    assert len(named) == len(created.account - empty)


def test_the_lake_is_closed_encrypted_and_announces_its_objects(created, ministack):
    s3, bucket = ministack.client("s3"), created.name("LakeBucket")

    (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    queues = s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"]

    assert set(s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values()) == {True}
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert {each["Filter"]["Key"]["FilterRules"][0]["Value"]: each["QueueArn"].split("-")[-2] for each in queues} == {
        "tweets/": "TweetQueue",
        "images/": "ImageQueue",
        "errors/": "ErrorQueue",
    }


def test_the_custom_resource_ran_and_saved_the_queries(created, ministack):
    athena = ministack.client("athena")
    pages = athena.get_paginator("list_named_queries").paginate(WorkGroup=created.outputs["WorkgroupName"])

    assert sum(len(page["NamedQueryIds"]) for page in pages) == len(list(ROOT.glob("athena/queries/*.sql")))


def test_a_changed_parameter_arrives_in_the_function_and_nothing_is_replaced(created, updated, ministack):
    function = updated.name("ImageAnalyzerFunction")
    environment = ministack.client("lambda").get_function_configuration(FunctionName=function)["Environment"]

    assert updated.status == "UPDATE_COMPLETE"
    assert environment["Variables"]["DAILY_IMAGE_BUDGET"] == CHANGED_BUDGET
    assert updated.resources == created.resources
    assert updated.outputs == created.outputs


def test_a_create_that_fails_says_why_and_leaves_nothing(without_sql, updated, cloudformation):
    printed, stack = without_sql
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName="photolake-prod")
    events = [event for page in pages for event in page["StackEvents"]]
    reasons = [event.get("ResourceStatusReason", "") for event in events if event["ResourceStatus"] == "CREATE_FAILED"]

    assert stack.status == "ROLLBACK_COMPLETE"
    assert "there are no SQL files" in " ".join(reasons)
    assert "CREATE_FAILED" in printed
    assert stack.account == updated.account


def test_after_the_failed_stack_is_deleted_the_same_name_is_created(second):
    assert second.status == "CREATE_COMPLETE"


def test_two_stacks_share_no_resource(second, updated):
    # Landing tables lie in the databases, which are compared; no service knows the id of the custom resource.
    kinds = {kind for kind, _ in second.resources.values()} - {"AWS::Glue::Table", "Custom::AthenaSchema"}

    assert [each for each in set(second.resources.values()) & set(updated.resources.values()) if each[0] in kinds] == []
    assert not [key for key in second.outputs if second.outputs[key] == updated.outputs[key] and key not in SETTINGS]


def test_a_stack_with_the_database_name_of_another_fails_and_harms_neither(namesake, second):
    printed, stack = namesake

    assert stack.status == "ROLLBACK_COMPLETE"
    assert re.search(r"already\s+exists", printed)
    assert stack.account == second.account


def test_a_deleted_stack_keeps_the_lake_what_was_read_and_what_was_seen(deleted, updated, second, ministack):
    policies = {name: resource.get("DeletionPolicy", "Delete") for name, resource in find_expected_resources().items()}
    retained = {name for name, policy in policies.items() if policy != "Delete" and "Layer" not in name}
    own = second.account - deleted

    assert retained == {"LakeBucket", "CheckpointTable", "ImagesTable"}
    assert own
    assert not own & {updated.resources[name] for name in retained}
    listed = ministack.client("s3").list_objects_v2(Bucket=updated.name("LakeBucket"))["Contents"]
    assert [item["Key"] for item in listed] == ["posts/dt=2026-03-08/1"]


def test_the_second_stack_is_whole_after_the_first_is_deleted(deleted, second):
    assert {(kind, name) for kind, name in second.resources.values() if (kind, name) in second.account} <= deleted


def test_a_stack_is_created_again_beside_the_bucket_that_the_first_left(created_again, updated, deleted):
    assert created_again.status == "CREATE_COMPLETE"
    assert created_again.resources.keys() == updated.resources.keys()
    assert created_again.name("LakeBucket") != updated.name("LakeBucket")
    assert deleted <= created_again.account


def test_the_answers_are_kept_for_the_next_deploy(created, project):
    saved = tomllib.loads(project.config.read_text())["default"]["deploy"]["parameters"]["parameter_overrides"]

    assert set(re.findall(r"(\w+)=\"", saved)) == set(project.template["Parameters"])
