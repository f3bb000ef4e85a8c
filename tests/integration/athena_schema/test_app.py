"""The custom resource, with the template's tables and the local Athena."""

import importlib
import json
import shutil
from typing import Any

import boto3
import pytest
from moto import mock_aws

from laptop_cloud.lambda_runtime.callbacks import Callbacks
from laptop_cloud.server.aws_json import JsonServer
from laptop_cloud.services.athena.api.service import AthenaService
from tests import resolved_template

EVENT = json.loads((resolved_template.ROOT / "events/athena_schema_create.json").read_text())
VIEWS = sorted(path.stem for path in (resolved_template.ROOT / "athena/views").glob("*.sql"))
QUERIES = sorted(path.stem for path in (resolved_template.ROOT / "athena/queries").glob("*.sql"))
FEW = {"tweets", "tweet_sentiments", "sentiment_by_language"}


class Context:
    """What Powertools' logger reads of Lambda's context."""

    function_name = "athena_schema"
    memory_limit_in_mb = 256
    invoked_function_arn = "arn:aws:lambda:us-east-1:123456789012:function:athena_schema"
    aws_request_id = "1"


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    """Glue with the template's databases and tables, Athena over it, and the function imported to use both."""
    with mock_aws(), pytest.MonkeyPatch.context() as env:
        s3 = boto3.client("s3")
        glue: Any = boto3.client("glue")
        s3.create_bucket(Bucket="lakebucket")
        for database in ("photolake", "photolake_landing"):
            glue.create_database(DatabaseInput={"Name": database})
        for name, resource in resolved_template.transformed().document["Resources"].items():
            if resource["Type"] == "AWS::Glue::Table":
                glue.create_table(DatabaseName="photolake_landing", TableInput=resolved_template.table_input(name))
        service = AthenaService(s3, glue, tmp_path_factory.mktemp("cache"))
        server = JsonServer([service.service()])
        server.start()
        env.setenv("AWS_ENDPOINT_URL_ATHENA", server.url)
        for name, value in resolved_template.environment("athena_schema").items():
            env.setenv(name, value)
        env.setenv("DATABASE", "photolake")
        env.setenv("LANDING_DATABASE", "photolake_landing")
        env.setenv("WORKGROUP", "lake")
        env.setenv("LAKE_BUCKET", "lakebucket")
        athena: Any = boto3.client("athena")
        location = {"ResultConfiguration": {"OutputLocation": "s3://lakebucket/athena-results/"}}
        athena.create_work_group(Name="lake", Configuration=location)
        yield importlib.import_module("functions.athena_schema.app"), glue, athena
        server.stop()
        service.close()


@pytest.fixture
def deploy(services, tmp_path, monkeypatch):
    """Runs the custom resource on views and saved queries; returns the answer CloudFormation gets.

    They are `FEW` of `athena/`, or all, in a folder of their own, after changes to it.
    """
    app, _, _ = services
    folder = tmp_path / "athena"
    callbacks = Callbacks()

    def run(request_type="Create", *, only=FEW, **changed_views):
        for path in (resolved_template.ROOT / "athena").glob("*/*.sql"):
            if only is None or path.stem in only:
                (folder / path.parent.name).mkdir(parents=True, exist_ok=True)
                shutil.copy(path, folder / path.parent.name)
        for name, text in changed_views.items():
            (folder / "views" / f"{name}.sql").write_text(text)
        monkeypatch.setenv("SQL_DIRECTORY", str(folder))
        monkeypatch.setattr(app, "settings", app.AthenaSchemaSettings.from_env())
        callback = callbacks.open()
        app.lambda_handler({**EVENT, "RequestType": request_type, "ResponseURL": callback.url}, Context())
        return callback.response()

    yield run
    callbacks.stop()


def test_a_deploy_creates_every_view_and_saved_query(services, deploy):
    _, glue, athena = services

    assert deploy(only=None)["Status"] == "SUCCESS"

    assert sorted(table["Name"] for table in glue.get_tables(DatabaseName="photolake")["TableList"]) == VIEWS
    ids = athena.list_named_queries(WorkGroup="lake")["NamedQueryIds"]
    names = [athena.get_named_query(NamedQueryId=query_id)["NamedQuery"]["Name"] for query_id in ids]
    assert sorted(names) == QUERIES


def test_a_deploy_twice_is_as_once(deploy):
    assert deploy()["Status"] == "SUCCESS"
    assert deploy("Update")["Status"] == "SUCCESS"


def test_a_broken_view_fails_the_deploy_with_file_line_and_message(deploy):
    answer = deploy(
        "Update", tweet_sentiments="-- What?\ncreate or replace view tweet_sentiments as\nselect nowhere from tweets"
    )

    assert answer["Status"] == "FAILED"
    assert answer["Reason"].startswith("athena/views/tweet_sentiments.sql:3:8: COLUMN_NOT_FOUND: line 3:8: ")
    assert answer["PhysicalResourceId"] == deploy()["PhysicalResourceId"]


def test_deleting_leaves_no_query_results_which_would_keep_a_bucket_from_being_deleted(services, deploy):
    s3 = boto3.client("s3")
    deploy()
    assert s3.list_objects_v2(Bucket="lakebucket", Prefix="athena-results/")["KeyCount"]

    assert deploy("Delete", tweets="nonsense")["Status"] == "SUCCESS"

    assert s3.list_objects_v2(Bucket="lakebucket")["KeyCount"] == 0


def test_deleting_succeeds_even_if_the_bucket_is_gone(deploy, monkeypatch):
    monkeypatch.setenv("LAKE_BUCKET", "no-such-bucket")

    assert deploy("Delete")["Status"] == "SUCCESS"
