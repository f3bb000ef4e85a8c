"""AWS Budgets, the second line behind MonthlyBudget: when there are any, what they see, and whom they tell."""

import pytest

from laptop_cloud.stack.resolver import Resolver
from laptop_cloud.stack.template import load_template
from tests.resolved_template import PSEUDO_PARAMETERS, ROOT, properties

ADDRESS = "ann@example.com"
BOTH = ("ServiceBudget", "StackBudget")
both = pytest.mark.parametrize("name", BOTH)


def budget(name):
    """A budget of a stack that may spend 500 dollars a month."""
    return properties(name, AlarmEmail=ADDRESS, MonthlyBudget="500")


@pytest.mark.parametrize(
    ("email", "dollars", "found"), [(ADDRESS, "500", BOTH), (ADDRESS, "0", ()), ("", "500", ()), ("", "0", ())]
)
def test_there_are_budgets_if_there_is_an_address_and_a_limit(email, dollars, found):
    settings = {"AlarmEmail": email, "MonthlyBudget": dollars}
    template = load_template(ROOT / "template.yaml", settings, {}, "us-east-1")
    resources = Resolver(template.document, {**template.parameters, **PSEUDO_PARAMETERS}).resources

    assert tuple(name for name, each in resources.items() if each["Type"] == "AWS::Budgets::Budget") == found


@both
def test_a_budget_is_the_dollars_of_monthly_budget_a_month(name):
    found = budget(name)["Budget"]

    assert (found["BudgetType"], found["TimeUnit"]) == ("COST", "MONTHLY")
    assert found["BudgetLimit"] == {"Amount": "500", "Unit": "USD"}


def test_budgets_of_two_stacks_or_regions_have_names_of_their_own():
    names = [budget(name)["Budget"]["BudgetName"] for name in BOTH]

    assert names == ["photolake-us-east-1-comprehend-and-rekognition", "photolake-us-east-1-stack"]


def test_one_sees_the_services_whose_calls_have_no_tag_and_the_other_what_has_the_tag_of_the_stack():
    found = [budget(name)["Budget"]["CostFilters"] for name in BOTH]

    services = {"Service": ["Amazon Comprehend", "Amazon Rekognition"], "Region": ["us-east-1"]}
    assert found == [services, {"TagKeyValue": ["aws:cloudformation:stack-name$photolake"]}]


@both
def test_the_alarms_address_is_told_at_four_fifths_at_the_limit_and_when_it_is_foreseen(name):
    sent = budget(name)["NotificationsWithSubscribers"]

    told = [(each["Notification"]["NotificationType"], each["Notification"]["Threshold"]) for each in sent]
    assert told == [("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]
    assert {each["Notification"]["ThresholdType"] for each in sent} == {"PERCENTAGE"}
    assert [each["Subscribers"] for each in sent] == [[{"SubscriptionType": "EMAIL", "Address": ADDRESS}]] * 3
