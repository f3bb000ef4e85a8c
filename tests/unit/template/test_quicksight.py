"""QuickSight in template.yaml: off unless somebody gets the dashboard, then by a role that may only query the lake."""

import pytest

from laptop_cloud.errors import TemplateError
from laptop_cloud.stack import creators, template
from laptop_cloud.stack.resolver import CreatedResource, Resolver
from tests.resolved_template import PSEUDO_PARAMETERS, ROOT, transformed

ANN = "arn:aws:quicksight:us-east-1:123456789012:user/default/ann"
LAKE = "arn:aws:s3:::lake"
LAKE_FORMATION = {"LakeFormation": "true"}


def resolve(**given):
    loaded = template.load_template(ROOT / "template.yaml", given, {}, "us-east-1") if given else transformed()
    resolver = Resolver(loaded.document, {**loaded.parameters, **PSEUDO_PARAMETERS})
    for name in resolver.resources:
        arn = LAKE if name == "LakeBucket" else f"arn:{name}"
        resolver.add(name, CreatedResource(name, {"Arn": arn, "FunctionUrl": name, "Outputs.DashboardUrl": "url"}))
    return resolver


@pytest.fixture(scope="module")
def switched_on():
    return resolve(QuickSightPrincipalArn=ANN)


def test_without_a_principal_there_is_nothing_of_quicksight(switched_on):
    assert switched_on.resources.keys() - resolve().resources.keys() == {"QuickSightRole", "QuickSightStack"}
    assert switched_on.outputs().keys() - resolve().outputs().keys() == {"QuickSightUrl", "QuickSightRoleArn"}


def test_the_stack_gets_every_parameter_of_its_template_and_waits_for_the_views(switched_on):
    nested = template.parse_template((ROOT / "quicksight/template.yaml").read_text())
    properties = switched_on.properties("QuickSightStack")

    assert properties["Parameters"].keys() == nested["Parameters"].keys()
    assert properties["Parameters"] == {
        "Prefix": "photolake",
        "PrincipalArn": ANN,
        "RoleArn": "arn:QuickSightRole",
        "Workgroup": "Workgroup",
        "Database": "Database",
        "Days": "90",
        "Refresh": "HOURLY",
    }
    assert switched_on.resources["QuickSightStack"]["DependsOn"] == "AthenaSchema"
    order = list(switched_on.order)
    assert order.index("AthenaSchema") < order.index("QuickSightStack")


def test_the_role_reads_the_tables_of_the_views_and_writes_results_only(switched_on):
    role = switched_on.properties("QuickSightRole")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    statements = role["Policies"][0]["PolicyDocument"]["Statement"]
    actions = [
        (item["Action"] if isinstance(item["Action"], list) else [item["Action"]], item["Resource"])
        for item in statements
    ]
    writing = {
        (action, str(resource))
        for listed, resource in actions
        for action in listed
        if action.split(":")[1].startswith(("Put", "Delete", "Create", "Update", "Abort"))
    }

    assert trust["Principal"] == {"Service": "quicksight.amazonaws.com"}
    assert trust["Condition"] == {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    results = f"{LAKE}/athena-results/*"
    assert writing == {("s3:AbortMultipartUpload", results), ("s3:PutObject", results)}
    reading = next(resource for listed, resource in actions if listed == ["s3:GetObject"])
    assert reading == [f"{LAKE}/{table}/*" for table in ("posts", "photos", "analyses", "deletions")]
    assert {action.split(":")[0] for listed, _ in actions for action in listed} == {"athena", "glue", "s3"}
    assert "*" not in [resource for _, resource in actions]


def test_the_role_may_read_each_table_that_the_views_read(switched_on):
    views = "\n".join(path.read_text() for path in (ROOT / "athena/views").glob("*.sql"))
    tables = {
        name for name in ("posts", "photos", "analyses", "deletions", "raw_tweets") if f"${{landing}}.{name}" in views
    }

    reading = str(switched_on.properties("QuickSightRole"))
    assert tables == {"posts", "photos", "analyses", "deletions"}
    assert [table for table in tables if f"{LAKE}/{table}/*" not in reading] == []


def test_under_lake_formation_the_role_gets_the_landing_tables():
    grant = resolve(QuickSightPrincipalArn=ANN, **LAKE_FORMATION).properties("QuickSightGrant")

    assert grant["Principal"] == {"DataLakePrincipalIdentifier": "arn:QuickSightRole"}
    assert grant["Permissions"] == ["DESCRIBE", "SELECT"]
    assert "QuickSightGrant" not in resolve(**LAKE_FORMATION).resources


@pytest.mark.parametrize(
    "principal",
    ["ann", "arn:aws:iam::123456789012:user/ann", "arn:aws:quicksight:us-east-1:1:user/default/ann", f"{ANN} {ANN}"],
)
def test_what_is_not_a_user_or_group_of_quicksight_is_refused(principal):
    with pytest.raises(TemplateError, match=r"^QuickSightPrincipalArn="):
        resolve(QuickSightPrincipalArn=principal)


@pytest.mark.parametrize(
    "principal",
    [
        "arn:aws:quicksight:eu-west-1:123456789012:group/default/analysts",
        "arn:aws:quicksight:us-east-1:123456789012:user/default/Admin/ann@example.com",
        "arn:aws-us-gov:quicksight:us-gov-west-1:123456789012:user/default/ann",
    ],
)
def test_users_and_groups_are_taken(principal):
    assert "QuickSightStack" in resolve(QuickSightPrincipalArn=principal).resources


def test_the_laptop_says_that_it_has_no_quicksight(switched_on):
    with pytest.raises(
        TemplateError, match="QuickSightStack: the resource type AWS::CloudFormation::Stack is not available"
    ):
        creators.check_types(switched_on.resources)
