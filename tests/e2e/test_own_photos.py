"""Photos of one's own: dropped and followed through the AWS CLI, dropped by the command, looked at one by one."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from photolake_cli.template import StackTemplate
from tests.resolved_template import ROOT

pytestmark = pytest.mark.e2e

MODEL = "arn:aws:rekognition:us-east-1:123456789012:project/logos/version/logos.2026/1700000000000"
AWS = str(Path(sys.executable).parent / "aws")


@pytest.fixture(scope="module")
def aws(own_photolake):
    """Run the AWS CLI as `eval $(photolake env)` sets it up."""
    lines = [line.removeprefix("export ").partition("=") for line in own_photolake("env").splitlines()]
    environment = {**os.environ, **{name: value for name, _, value in lines}}

    def run(*arguments, status=0):
        result = subprocess.run([AWS, *arguments], env=environment, capture_output=True, text=True, timeout=60)
        assert result.returncode == status, result.stderr
        return result.stderr if status else result.stdout

    return run


@pytest.fixture(scope="module")
def dropped(own_photolake, aws, photo_folder, tmp_path_factory):
    """Two photos and a text through the AWS CLI, then a folder through the command; gives what the command showed."""
    folder = tmp_path_factory.mktemp("drop") / "gate"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "poster gate").write_bytes((photo_folder / "poster_gate.jpg").read_bytes())
    (folder / "notes.txt").write_text("not a photo")
    (folder / "face copy.png").write_bytes((photo_folder / "astronaut.png").read_bytes())
    target = "s3://photolake-lakebucket/images/dropped/cms"
    aws(
        "s3", "cp", str(photo_folder / "astronaut.png"), f"{target}/a b+ü 100%.png", "--metadata", "Author=Ann Lee,id=7"
    )
    aws("s3", "cp", str(folder / "notes.txt"), f"{target}/notes.jpg", "--metadata", "id=8")
    own_photolake("wait", "--timeout", "60")
    return own_photolake("drop", str(folder), "--metadata", "place=Zürich", "--wait")


def test_the_command_shows_what_became_of_each_photo(dropped):
    lines = [" ".join(line.split()) for line in dropped.splitlines()]

    assert any(line.startswith("gate/b/poster gate ok") and "Text" in line for line in lines)
    assert any(line.startswith("gate/face copy.png duplicate") and "Person" in line for line in lines)
    assert "notes" not in dropped


def test_sql_has_name_metadata_status_and_labels(dropped, own_photolake):
    sql = """
        select d.file_name, m.name, m.value, d.status,
            contains(transform(a.image_labels.labels, label -> label."name"), 'Person') as has_person
        from dropped_photos as d
        inner join photo_metadata as m on d.source_key = m.source_key
        left join image_analyses as a on d.image_id = a.image_id and d.image_dt = a.dt
        order by d.source_key, m.name
    """

    assert own_photolake("query", "--format", "csv", sql).splitlines() == [
        "file_name,name,value,status,has_person",
        "a b+ü 100%.png,author,Ann Lee,ok,true",
        "a b+ü 100%.png,id,7,ok,true",
        "notes.jpg,id,8,unsupported_format,",
        "poster gate,place,Zürich,ok,false",
        "face copy.png,place,Zürich,duplicate,true",
    ]


def test_the_saved_query_lists_them(dropped, own_photolake):
    listed = own_photolake("query", "--saved", "dropped_photos", "--format", "csv")

    assert "a text, not a JPEG, PNG, WebP, AVIF or GIF" in listed
    assert "place=Zürich" in listed


def test_the_laptop_cloud_shows_what_is_in_a_photo(own_photolake, photo_folder, tmp_path):
    shown = own_photolake("inspect", str(photo_folder / "astronaut.png"), "--annotate", str(tmp_path / "out.png"))

    assert "Person" in shown
    assert "Face 1" in shown
    assert "5 points" in shown
    assert "not available: " in shown
    assert "celebrities: Not available locally" in shown
    with Image.open(tmp_path / "out.png") as image:
        assert image.size == (800, 800)


def test_an_object_of_the_lake_is_the_same_photo_and_its_row_fits_the_table(own_photolake, photo_folder):
    drop = ["drop", str(photo_folder / "poster_sale.jpg"), "--below", "inspected", "--wait"]
    assert "poster_sale.jpg" in own_photolake(*drop)
    key = "s3://photolake-lakebucket/images/dropped/inspected/poster_sale.jpg"

    row = json.loads(own_photolake("inspect", key, "--apis", "labels,text,custom_labels", "--model", MODEL, "--json"))

    StackTemplate(ROOT / "template.yaml").read_table("AnalysesTable").check(row)
    lines = [found["detectedtext"] for found in row["image_labels"]["textdetections"] if found["type"] == "LINE"]
    assert "SUMMER SALE" in lines
    assert [(error["api"], error["message"][:21]) for error in row["errors"]] == [
        ("custom_labels", "Not available locally")
    ]
    sql = f"select image_id, perceptual_hash from image_analyses where image_id = '{row['image_id']}'"
    analysed = own_photolake("query", sql, "--format", "csv").splitlines()[1]
    assert analysed == f"{row['image_id']},{row['perceptual_hash']}"


def test_without_a_cloud_its_engines_are_started_for_one_photo(own_photolake, photo_folder, tmp_path):
    nowhere = str(tmp_path / "no-cloud")

    row = json.loads(own_photolake("inspect", "--state", nowhere, str(photo_folder / "astronaut.png"), "--json"))

    assert "Person" in {label["name"] for label in row["image_labels"]["labels"]}
    assert not (tmp_path / "no-cloud").exists()


def ask_athena(aws, sql):
    """The rows of a query as its user types it: start, wait, read."""
    started = ["athena", "start-query-execution", "--query-string", sql, "--work-group", "photolake-photolake"]
    database = ["--query-execution-context", "Database=photolake"]
    query = json.loads(aws(*started, *database))["QueryExecutionId"]
    deadline = time.monotonic() + 60
    while (state := read_state(aws, query)) in {"QUEUED", "RUNNING"} and time.monotonic() < deadline:
        time.sleep(0.2)
    assert state == "SUCCEEDED"
    result = json.loads(aws("athena", "get-query-results", "--query-execution-id", query))
    return [[cell.get("VarCharValue") for cell in row["Data"]] for row in result["ResultSet"]["Rows"]]


def read_state(aws, query):
    described = json.loads(aws("athena", "get-query-execution", "--query-execution-id", query))
    return described["QueryExecution"]["Status"]["State"]


def test_the_aws_cli_finds_the_stack_its_bucket_and_its_functions(aws, dropped):
    (stack,) = json.loads(aws("cloudformation", "describe-stacks", "--stack-name", "photolake"))["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    select = "StackResources[?ResourceType=='AWS::Lambda::Function'].PhysicalResourceId"
    functions = aws("cloudformation", "describe-stack-resources", "--stack-name", "photolake", "--query", select)

    assert outputs["DropPhotosHere"] == "s3://photolake-lakebucket/images/dropped/"
    assert "images/" in aws("s3", "ls", f"s3://{outputs['LakeBucketName']}/")
    assert len(json.loads(functions)) == len(list(ROOT.glob("functions/*/app.py")))


def test_the_aws_cli_finds_the_analysis_of_a_dropped_photo(aws, dropped):
    sql = """
        select d.file_name, d.status, image_labels.labelmodelversion
        from dropped_photos as d
        inner join image_analyses as a on d.image_id = a.image_id and d.image_dt = a.dt
        where d.file_name like 'a b%'
    """

    header, row = ask_athena(aws, sql)

    assert header == ["file_name", "status", "labelmodelversion"]
    assert row[:2] == ["a b+ü 100%.png", "ok"]
    assert row[2].startswith("local-")


def test_the_aws_cli_says_why_a_query_fails(aws, dropped):
    arguments = ["--query-string", "select nowhere from tweets", "--query-execution-context", "Database=photolake"]
    started = json.loads(aws("athena", "start-query-execution", "--work-group", "photolake-photolake", *arguments))
    query = started["QueryExecutionId"]
    while read_state(aws, query) in {"QUEUED", "RUNNING"}:
        time.sleep(0.2)

    described = json.loads(aws("athena", "get-query-execution", "--query-execution-id", query))["QueryExecution"]

    assert described["Status"]["State"] == "FAILED"
    assert "nowhere" in described["Status"]["StateChangeReason"]


def test_the_aws_cli_reads_what_went_to_a_dead_letter_queue_and_why(aws, own_photolake):
    queues = {name: find_queue(aws, name) for name in ("PhotoJobQueue", "PhotoJobDeadLetterQueue")}
    # Version 1 of the AWS CLI takes an address of its own for SQS in us-east-1.
    endpoint = queues["PhotoJobQueue"].partition("/123456789012/")[0]
    sqs = ["--endpoint-url", endpoint, "sqs"]
    aws(*sqs, "send-message", "--queue-url", queues["PhotoJobQueue"], "--message-body", "not a photo job")
    receive = [*sqs, "receive-message", "--queue-url", queues["PhotoJobDeadLetterQueue"], "--wait-time-seconds", "20"]

    deadline = time.monotonic() + 60
    while not (received := aws(*receive)) and time.monotonic() < deadline:
        pass

    (message,) = json.loads(received)["Messages"]
    assert message["Body"] == "not a photo job"
    log = (own_photolake.state / "logs/PhotoFetcherFunction.log").read_text()
    assert message["MessageId"] in log


def find_queue(aws, logical_id):
    arguments = ["--stack-name", "photolake", "--logical-resource-id", logical_id, "--output", "text"]
    select = ["--query", "StackResourceDetail.PhysicalResourceId"]
    return aws("cloudformation", "describe-stack-resource", *arguments, *select).strip()


def test_the_aws_cli_describes_a_stream_a_table_and_a_secret(aws, dropped):
    stream = json.loads(
        aws("firehose", "describe-delivery-stream", "--delivery-stream-name", "photolake-PhotosStream")
    )["DeliveryStreamDescription"]
    table = json.loads(aws("glue", "get-table", "--database-name", "photolake_landing", "--name", "photos"))["Table"]
    secrets = json.loads(aws("secretsmanager", "list-secrets"))["SecretList"]

    (destination,) = stream["Destinations"]
    assert stream["DeliveryStreamStatus"] == "ACTIVE"
    assert destination["ExtendedS3DestinationDescription"]["Prefix"].startswith("photos/dt=")
    assert "status_message" in {column["Name"] for column in table["StorageDescriptor"]["Columns"]}
    assert len(secrets) == 1


def test_the_aws_cli_starts_the_collector(aws, tmp_path):
    response = tmp_path / "response.json"

    said = json.loads(aws("lambda", "invoke", "--function-name", "photolake-CollectorFunction", str(response)))

    assert (said["StatusCode"], "FunctionError" in said) == (200, False)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["logs", "describe-log-groups"], "files in the state folder, logs/"),
        (["cloudwatch", "describe-alarms"], "alarms are not evaluated"),
        (["lambda", "list-functions"], "of Lambda only Invoke is"),
        (["quicksight", "list-dashboards", "--aws-account-id", "123456789012"], "the service quicksight"),
        (["cloudformation", "delete-stack", "--stack-name", "photolake"], "CloudFormation's DeleteStack"),
    ],
)
def test_what_the_laptop_does_not_have_says_so_to_the_aws_cli(aws, arguments, said):
    answer = aws(*arguments, status=255)

    assert "Not available locally" in answer
    assert said in answer
