"""What no linter sees in the SAM source: faults of the transformed template, and drift between template and code."""

import ast
import copy
import json
import re
from dataclasses import fields
from pathlib import Path

import networkx
import pytest
from cfnlint import core
from cfnlint.api import lint
from cfnlint.config import ManualArgs

from laptop_cloud.services.firehose.configuration import find_problems
from laptop_cloud.stack.resolver import CreatedResource, Resolver
from laptop_cloud.stack.template import load_template
from photolake.rows.schema import HiveType
from photolake.sources.x.stream.service import StreamSettings
from tests import resolved_template

ROOT = Path(__file__).parents[3]
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))


def logical_id(function: str) -> str:
    return "".join(word.capitalize() for word in function.split("_"))


def of_type(template, kind):
    return {name: item["Properties"] for name, item in template["Resources"].items() if item["Type"] == kind}


def references(value):
    """Every resource that an intrinsic function in `value` names."""
    if isinstance(value, list):
        return set().union(*map(references, value)) if value else set()
    if not isinstance(value, dict):
        return set()
    found = set()
    for key, item in value.items():
        if key == "Ref":
            found.add(item)
        elif key == "Fn::GetAtt":
            found.add(item[0] if isinstance(item, list) else item.split(".")[0])
        elif key == "Fn::Sub":
            text = item[0] if isinstance(item, list) else item
            found |= {part.split("}")[0].split(".")[0] for part in text.split("${")[1:] if not part.startswith("!")}
        found |= references(item)
    return found


def test_the_transformed_template_passes_cfn_lint(transformed):
    packaged = copy.deepcopy(transformed)
    # `sam package` uploads the nested template and leaves its address; its own test is in tests/unit/quicksight.
    packaged["Resources"]["QuickSightStack"]["Properties"]["TemplateURL"] = "https://s3.us-east-1.amazonaws.com/b/k"
    matches = lint(json.dumps(packaged, indent=1), core.get_rules([], [], [], {}, False), ["us-east-1"], ManualArgs())

    assert [f"{match.rule.id} {match.message}" for match in matches] == []


def test_the_transformed_template_has_no_cycle(transformed):
    resources = transformed["Resources"]
    graph = networkx.DiGraph()
    for name, resource in resources.items():
        wanted = resource.get("DependsOn", [])
        names = references(resource.get("Properties", {})) | set([wanted] if isinstance(wanted, str) else wanted)
        graph.add_edges_from((name, other) for other in names & resources.keys())

    assert list(networkx.simple_cycles(graph)) == []


def test_every_folder_of_functions_is_a_function_of_the_template_and_the_other_way_round(written):
    declared = {name for name, item in written["Resources"].items() if item["Type"] == "AWS::Serverless::Function"}

    assert declared == {f"{logical_id(function)}Function" for function in FUNCTIONS}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_functions_settings_are_its_environment(function, written):
    # What each source of the collector is set by stands in its module, and where the posts go in a module of its own;
    # what the search indexes and the budget of a month are set by stands in theirs.
    library = ROOT / "layers/core/photolake"
    collecting = [library / "collect/landing.py", *sorted(library.glob("sources/*/source.py"))]
    modules = collecting if function == "collector" else []
    if function == "forgetter":
        modules = [library / "forget/connect.py"]
    if function in {"collector", "photo_fetcher", "image_analyzer", "forgetter"}:
        modules = [*modules, library / "search/indexes.py"]
    if function == "compliance":
        modules = [library / "compliance/service.py"]
    if function in {"collector", "tweet_analyzer", "image_analyzer", "backfill"}:
        modules = [*modules, library / "spending/batch.py"]
    trees = [ast.parse(path.read_text()) for path in (ROOT / f"functions/{function}/app.py", *modules)]
    fields = {
        statement.target.id.upper()
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.ClassDef) and any(getattr(base, "id", "").endswith("Settings") for base in node.bases)
        for statement in node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }
    own = written["Resources"][f"{logical_id(function)}Function"]["Properties"]["Environment"]["Variables"]

    # Powertools reads its own variables, and every function gets the landing database.
    assert fields - {"LANDING_DATABASE"} == own.keys() - {"MALLOC_ARENA_MAX", "POWERTOOLS_SERVICE_NAME"}
    assert own["POWERTOOLS_SERVICE_NAME"] == function


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_function_has_its_own_role_and_a_log_group_with_retention(function, transformed):
    resources = transformed["Resources"]
    name = logical_id(function)
    properties = resources[f"{name}Function"]["Properties"]

    assert properties["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
    assert properties["LoggingConfig"]["LogGroup"] == {"Ref": f"{name}Logs"}
    assert "RetentionInDays" in resources[f"{name}Logs"]["Properties"]


def test_every_queue_that_feeds_a_function_has_a_failure_path(transformed):
    resources = transformed["Resources"]
    mappings = of_type(transformed, "AWS::Lambda::EventSourceMapping")

    assert len(mappings) == 4
    for mapping in mappings.values():
        queue = resources[mapping["EventSourceArn"]["Fn::GetAtt"][0]]["Properties"]
        function = resources[mapping["FunctionName"]["Ref"]]["Properties"]
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert "MaximumConcurrency" in mapping["ScalingConfig"]
        assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
        assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5


def test_only_services_without_a_resource_level_are_allowed_on_everything(transformed):
    statements = [
        # A statement under a condition: what stands if it holds.
        statement["Fn::If"][1] if "Fn::If" in statement else statement
        for role in of_type(transformed, "AWS::IAM::Role").values()
        for policy in role.get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    everywhere = [statement for statement in statements if statement["Resource"] == "*"]

    assert statements
    assert {action.split(":")[0] for statement in everywhere for action in statement["Action"]} == {
        "comprehend",
        "ecr",
        "rekognition",
    }
    assert not [action for statement in statements for action in statement["Action"] if action.endswith("*")]
    # The schedules' roles, which SAM makes, are the only ones with a managed policy or none.
    assert not [role for role in of_type(transformed, "AWS::IAM::Role").values() if role.get("ManagedPolicyArns")]


@pytest.mark.parametrize(
    ("buckets", "objects", "listed"),
    [
        ("", ["arn:lake/images/*"], ["arn:aws:s3:::lake"]),
        ("one", ["arn:aws:s3:::one/*"], ["arn:aws:s3:::lake", "arn:aws:s3:::one"]),
        (
            "one,two.x",
            ["arn:aws:s3:::one/*", "arn:aws:s3:::two.x/*"],
            ["arn:aws:s3:::lake", "arn:aws:s3:::one", "arn:aws:s3:::two.x"],
        ),
    ],
)
def test_backfill_may_list_and_image_analyzer_may_read_the_buckets_of_the_setting(buckets, objects, listed):
    loaded = load_template(ROOT / "template.yaml", {"BackfillBuckets": buckets}, {}, "us-east-1")
    resolver = Resolver(loaded.document, {**loaded.parameters, **resolved_template.PSEUDO_PARAMETERS})
    for name in loaded.document["Resources"]:
        attributes = {"Arn": "arn:lake" if name == "LakeBucket" else name, "QueueName": name, "FunctionUrl": name}
        resolver.add(name, CreatedResource("lake" if name == "LakeBucket" else name, attributes))

    def granted(role, action):
        (policy,) = resolver.properties(role)["Policies"]
        found = [each["Resource"] for each in policy["PolicyDocument"]["Statement"] if each["Action"] == action]
        return [item if isinstance(item, list) else [item] for item in found]

    assert granted("ImageAnalyzerRole", "s3:GetObject") == [objects]
    assert granted("ImageAnalyzerRole", "s3:ListBucket") == granted("BackfillRole", "s3:ListBucket") == [listed]
    environment = resolver.properties("BackfillFunction")["Environment"]["Variables"]
    assert environment["BACKFILL_BUCKETS"] == ",".join(["lake", *filter(None, buckets.split(","))])
    assert resolver.outputs()["BackfillBuckets"] == environment["BACKFILL_BUCKETS"]


def test_firehose_would_accept_every_delivery_stream(streams, transformed):
    tables = {table["TableInput"]["Name"] for table in of_type(transformed, "AWS::Glue::Table").values()}

    assert len(streams) == 4
    for name, configuration in streams.items():
        assert find_problems(configuration, table_exists=lambda database, table: table in tables) == [], name


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("BufferingHints", "SizeInMBs"), 5),
        (("BufferingHints", "IntervalInSeconds"), 10),
        (("CompressionFormat",), "GZIP"),
        (("Prefix",), "posts/"),
        (("ErrorOutputPrefix",), "errors/posts/"),
        (("DynamicPartitioningConfiguration", "Enabled"), False),
        (("DataFormatConversionConfiguration", "SchemaConfiguration", "TableName"), "missing"),
    ],
)
def test_what_firehose_refuses_and_cfn_lint_passes_is_seen_here(streams, path, value):
    broken = copy.deepcopy(streams["PostsStream"])
    place = broken
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value

    assert find_problems(broken, table_exists=lambda database, table: table == "posts")


def test_no_alarm_has_more_than_the_ten_metrics_that_cloudwatch_allows(transformed):
    alarms = of_type(transformed, "AWS::CloudWatch::Alarm")

    assert len(alarms) == 16
    for name, alarm in alarms.items():
        assert sum("MetricStat" in metric for metric in alarm["Metrics"]) <= 10, name


def test_an_alarm_watches_one_expression_over_its_metrics(transformed):
    for name, alarm in of_type(transformed, "AWS::CloudWatch::Alarm").items():
        watched = [metric for metric in alarm["Metrics"] if metric.get("ReturnData", True)]
        ids = [metric["Id"] for metric in alarm["Metrics"] if "MetricStat" in metric]
        text = json.dumps(watched[0]["Expression"])

        assert len(watched) == 1, name
        assert len(set(ids)) == len(ids), name
        assert [each for each in ids if not re.search(rf"\b{each}\b", text)] == [], name
        assert watched[0]["Label"], name
        # A queue or stream that is idle sends nothing, and a sum with a missing term is missing.
        assert not re.search(r"[a-z)] \+ ", text), name


def test_the_views_are_created_again_when_a_column_or_a_name_they_depend_on_changes(written):
    properties = written["Resources"]["AthenaSchema"]["Properties"]
    resources = written["Resources"]
    columns = [
        resources[table]["Properties"]["TableInput"]["StorageDescriptor"]["Columns"]
        for table in ("PostsTable", "PhotosTable", "AnalysesTable")
    ]

    assert [properties[name] for name in ("PostColumns", "PhotoColumns", "AnalysisColumns")] == columns
    assert {name: properties[name] for name in ("Database", "LandingDatabase", "Workgroup")} == {
        "Database": {"Ref": "Database"},
        "LandingDatabase": {"Ref": "LandingDatabase"},
        "Workgroup": {"Ref": "Workgroup"},
    }


def test_every_parameter_is_described_and_bounded(written):
    for name, parameter in written["Parameters"].items():
        assert parameter.get("Description"), name
        bounds = {"AllowedPattern", "AllowedValues", "MinValue", "MinLength"} & parameter.keys()
        assert bounds or parameter["Type"] == "CommaDelimitedList", name
        assert "Default" in parameter, name


@pytest.mark.parametrize(
    ("date", "exists"), [("2026-02-28", True), ("2026-02-30", False), ("2026-04-31", False), ("2026-13-01", False)]
)
def test_the_earliest_date_is_a_date_that_exists(date, exists, written):
    assert bool(re.fullmatch(written["Parameters"]["EarliestDate"]["AllowedPattern"], date)) is exists


@pytest.mark.parametrize(
    ("queries", "is_right"),
    [
        ("", True),
        ("sea: #beach has:images", True),
        ("sea: #beach;\nhills: hill has:images\n", True),
        ("has:images sea", False),
        ("two words: sea", False),
        ("sea:", False),
    ],
)
def test_several_queries_are_named(queries, is_right, written):
    assert bool(re.fullmatch(written["Metadata"]["Settings"]["SearchQueries"]["AllowedPattern"], queries)) is is_right


def test_every_landing_column_has_a_type_of_ours(transformed):
    tables = of_type(transformed, "AWS::Glue::Table")

    assert len(tables) == 6
    for table in tables.values():
        columns = table["TableInput"]["StorageDescriptor"]["Columns"]
        assert len({column["Name"] for column in columns}) == len(columns)
        for column in columns:
            HiveType.parse(column["Type"])


def test_the_container_of_the_stream_gets_its_settings(transformed):
    (container,) = transformed["Resources"]["StreamTask"]["Properties"]["ContainerDefinitions"]
    given = {variable["Name"] for variable in container["Environment"]}

    assert given == {field.name.upper() for field in fields(StreamSettings)} | {"AWS_DEFAULT_REGION"}


def test_without_an_image_there_is_nothing_of_the_stream(transformed):
    of_stream = {name: resource for name, resource in transformed["Resources"].items() if name.startswith("Stream")}

    assert {resource.get("Condition") for resource in of_stream.values()} == {"HasStream", "HasStreamAndLakeFormation"}
    assert transformed["Mappings"]["Settings"]["Stream"]["StreamImage"] == ""


def test_under_lake_formation_every_role_that_reads_a_table_has_a_grant(transformed):
    resources = transformed["Resources"]
    granted = {
        grant["Principal"]["DataLakePrincipalIdentifier"]["Fn::GetAtt"][0]
        for grant in of_type(transformed, "AWS::LakeFormation::PrincipalPermissions").values()
    }
    reading = {
        name
        for name, resource in resources.items()
        if resource["Type"] == "AWS::IAM::Role" and "glue:GetTable" in json.dumps(resource)
    }

    assert granted == reading
    for name in ("PostsStream", "PhotosStream", "AnalysesStream"):
        assert resources[name]["DependsOn"] == "LakeFormationReady"
