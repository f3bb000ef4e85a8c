"""`sam build` without Docker, on a host without the functions' Python."""

import json
import os
import platform
import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from laptop_cloud.stack import template
from tests import resolved_template

ROOT = Path(__file__).parents[3]
FUNCTIONS = sorted(path.parent.name for path in ROOT.glob("functions/*/app.py"))
TOOLS = {
    "PATH": f"{ROOT / '.tools/bin'}:{Path(sys.executable).parent}:{os.defpath}",
    "SAM_CLI_TELEMETRY": "0",
    "UV_OFFLINE": "1",
}
AARCH64 = 183  # e_machine of an ELF file, see elf.h
# What Lambda's Python runtime brings.
RUNTIME = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six")


def run(*command, cwd=ROOT, **environment):
    result = subprocess.run(
        command, cwd=cwd, env={**os.environ, **TOOLS, **environment}, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("build")
    # --no-cached: nothing of an earlier build, and nothing left in the checkout.
    run("sam", "build", "--no-cached", "--build-dir", str(folder))
    return folder


@pytest.fixture(scope="session")
def host_layer(tmp_path_factory):
    """The dependencies layer, made by its own makefile for the Python that runs the tests."""
    folder = tmp_path_factory.mktemp("layer")
    run(
        "make",
        "build-DependenciesLayer",
        f"ARTIFACTS_DIR={folder}",
        f"PLATFORM={platform.machine()}-manylinux_2_28",
        f"PYTHON_VERSION={sys.version_info.major}.{sys.version_info.minor}",
        cwd=ROOT / "layers/dependencies",
    )
    return folder


@pytest.fixture(scope="session")
def runtime(tmp_path_factory):
    """A folder with boto3 and what it needs, as the runtime has it, and nothing else of this environment."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in RUNTIME:
        for file in distribution(name).files or []:
            source = Path(str(file.locate()))
            target = folder / file.parts[0]
            if ".." not in file.parts and not target.exists() and source.exists():
                target.symlink_to(source.parents[len(file.parts) - 2] if len(file.parts) > 1 else source)
    return folder


@pytest.fixture(scope="session")
def packaged(built):
    """The built stack of QuickSight as `sam package` leaves it, and what it uploaded, by key."""
    stack = template.parse_template((built / "template.yaml").read_text())["Resources"]["QuickSightStack"]
    alone, target = built / "quicksight.json", built / "packaged.yaml"
    alone.write_text(json.dumps({"Resources": {"QuickSightStack": {**stack, "DependsOn": []}}}))
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    s3 = boto3.client("s3", endpoint_url=url, region_name="us-east-1")
    s3.create_bucket(Bucket="packages")
    source = ("--template-file", str(alone), "--output-template-file", str(target))
    run("sam", "package", *source, "--s3-bucket", "packages", "--region", "us-east-1", AWS_ENDPOINT_URL=url)
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket="packages")["Contents"]]
    uploaded = {key: s3.get_object(Bucket="packages", Key=key)["Body"].read() for key in keys}
    server.stop()
    return template.parse_template(target.read_text()), uploaded


@pytest.fixture(scope="session")
def glue():
    """A Glue catalog with the template's tables, which the functions read when they start."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    client = boto3.client("glue", endpoint_url=url)
    databases: set[str] = set()
    for name, resource in resolved_template.transformed().document["Resources"].items():
        if resource["Type"] == "AWS::Glue::Table":
            table = resolved_template.properties(name)
            if table["DatabaseName"] not in databases:
                client.create_database(DatabaseInput={"Name": table["DatabaseName"]})
                databases.add(table["DatabaseName"])
            client.create_table(DatabaseName=table["DatabaseName"], TableInput=table["TableInput"])
    yield url
    server.stop()


def test_every_compiled_file_of_the_layer_is_for_arm64_and_the_functions_python(built):
    compiled = list((built / "DependenciesLayer").rglob("*.so*"))

    assert compiled
    assert {int.from_bytes(file.read_bytes()[18:20], "little") for file in compiled} == {AARCH64}
    assert not [file for file in compiled if ".cpython-" in file.name and ".cpython-313-" not in file.name]


def test_the_layers_stay_far_below_lambdas_limit_of_250_mb(built):
    size = sum(file.stat().st_size for file in built.rglob("*") if file.is_file())

    assert size < 80_000_000


def test_the_dashboard_is_uploaded_as_a_template_of_its_own(packaged):
    document, uploaded = packaged
    (key, body) = uploaded.popitem()
    stack = document["Resources"]["QuickSightStack"]["Properties"]

    assert uploaded == {}
    assert stack["TemplateURL"].endswith(f"/packages/{key}")
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
    assert len(body) < 1_000_000
    # SAM adds Metadata to each resource.
    properties = [
        {name: item["Properties"] for name, item in template.parse_template(text)["Resources"].items()}
        for text in (body.decode(), (ROOT / "quicksight/template.yaml").read_text())
    ]
    assert properties[0] == properties[1]


def test_a_function_holds_its_handler_and_nothing_else(built):
    for function in FUNCTIONS:
        folder = built / ("".join(word.capitalize() for word in function.split("_")) + "Function")
        assert [file.name for file in folder.iterdir()] == ["app.py"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_handler_imports_from_the_built_artifacts_alone(function, built, host_layer, runtime, glue, tmp_path):
    name = "".join(word.capitalize() for word in function.split("_")) + "Function"
    layers = [built / "CoreLayer/python", host_layer / "python", runtime]
    environment = {
        **{key: os.environ[key] for key in os.environ if key.startswith("AWS_")},
        **resolved_template.environment(function),
        "AWS_ENDPOINT_URL": glue,
        "PYTHONPATH": ":".join(map(str, [built / name, *layers])),
    }

    # -S leaves out this environment's packages.
    code = "import app, photolake; print(photolake.__file__, callable(app.lambda_handler))"
    result = subprocess.run(
        [sys.executable, "-S", "-B", "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True
    )

    assert result.stderr == ""
    assert result.stdout.split() == [str(built / "CoreLayer/python/photolake/__init__.py"), "True"]


def test_the_uv_that_the_build_needs_is_there():
    assert shutil.which("uv", path=TOOLS["PATH"])
