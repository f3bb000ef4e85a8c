"""Every call is allowed by its caller's role on its resource, and every grant is needed by a call, or has a reason.

The calls were recorded on the laptop cloud, or are those that services make as the template configures them.
"""

import pytest

from tests.policies.grants import Call, find_grants, find_roles_of, template
from tests.policies.page import explain, find_calls, read_page, write_table
from tests.policies.recorded_calls import read_recorded_calls
from tests.policies.unseen import UNSEEN


def test_every_call_is_allowed_on_its_resource_by_the_role_of_its_caller():
    calls = find_calls()

    assert len(calls) > 250
    assert [call for call in calls if not any(grant.covers(call) for grant in find_grants())] == []


def test_every_grant_is_needed_by_a_call_or_has_a_reason():
    assert len(find_grants()) > 250
    assert [grant for grant in find_grants() if not explain(grant)] == []


def test_a_reason_stands_only_for_grants_that_no_call_needs():
    unneeded = [grant for grant in find_grants() if not any(grant.covers(call) for call in find_calls())]

    assert [unseen for unseen in UNSEEN if not any(unseen.matches(grant) for grant in unneeded)] == []


def test_every_function_and_the_container_were_recorded():
    functions = {
        template().properties(name)["Role"].rpartition("/")[2]
        for name, resource in template().resources.items()
        if resource["Type"] == "AWS::Lambda::Function"
    }

    assert {call.role for call in read_recorded_calls()} == {*functions, "StreamRole"}


@pytest.mark.parametrize(
    ("role", "action", "resource"),
    [
        ("BackfillRole", "s3:GetObject", "arn:aws:s3:::LakeBucket/images/x"),
        ("CollectorRole", "s3:PutObject", "arn:aws:s3:::LakeBucket/images/x"),
        ("DeliveryRole", "s3:PutObject", "arn:aws:s3:::LakeBucket/images/x"),
        ("PhotoFetcherRole", "rekognition:DetectFaces", "*"),
        ("QuickSightRole", "s3:GetObject", "arn:aws:s3:::LakeBucket/tweets/x"),
        ("SearchApiRole", "dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:123456789012:table/SearchIndexTable"),
        ("SearchPolicy", "lambda:InvokeFunction", "arn:aws:lambda:us-east-1:123456789012:function:SearchApiFunction"),
        ("LakeQueuePolicy", "sqs:SendMessage", "arn:aws:sqs:us-east-1:123456789012:TweetQueue"),
    ],
)
def test_a_call_of_another_kind_is_refused(role, action, resource):
    # The last two are allowed under conditions, which a call without a context does not meet.
    assert not any(grant.covers(Call(role, action, resource, "nobody")) for grant in find_grants())


def test_each_role_is_taken_by_the_service_that_needs_it_and_no_other():
    roles = {name for name, resource in template().resources.items() if resource["Type"] == "AWS::IAM::Role"}
    lambdas = {
        template().properties(name)["Role"].rpartition("/")[2]
        for name, resource in template().resources.items()
        if resource["Type"] == "AWS::Lambda::Function"
    }
    expected = {
        "lambda.amazonaws.com": lambdas,
        "firehose.amazonaws.com": {"DeliveryRole"},
        "ecs-tasks.amazonaws.com": {"StreamRole", "StreamExecutionRole"},
        "quicksight.amazonaws.com": {"QuickSightRole"},
        "scheduler.amazonaws.com": {
            "CollectorFunctionScheduleRole",
            "BackfillFunctionDailyRole",
            "CompactorFunctionScheduleRole",
            "ForgetterFunctionHourlyRole",
            "ComplianceFunctionScheduleRole",
        },
    }

    assert {service: find_roles_of(service) for service in expected} == expected
    assert set().union(*expected.values()) == roles


def test_the_page_on_security_has_the_table_that_make_docs_writes():
    assert read_page()[1].strip() == write_table().strip()
