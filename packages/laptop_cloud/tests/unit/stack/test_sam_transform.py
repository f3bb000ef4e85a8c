"""The SAM transform, and what is kept of it."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from laptop_cloud.errors import TemplateError
from laptop_cloud.stack import sam_transform
from laptop_cloud.stack.sam_transform import transform_document

REGION = "us-east-1"


def build_document(memory: int = 128) -> dict[str, Any]:
    return {
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": {"Endpoint": {"Type": "String"}},
        "Resources": {
            "Worker": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "CodeUri": "s3://bucket/code",
                    "Handler": "app.handler",
                    "Runtime": "python3.13",
                    "MemorySize": memory,
                    "Description": {"Ref": "Endpoint"},
                },
            }
        },
    }


def transform(cache: Path | None, endpoint: str = "http://127.0.0.1:1", memory: int = 128) -> dict[str, Any]:
    return transform_document(build_document(memory), {"Endpoint": endpoint}, {"Endpoint"}, REGION, cache)


def refuse(*_: Any) -> Any:
    raise AssertionError("transformed again")


def test_a_kept_transform_is_the_one_that_was_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made = transform(tmp_path / "cache")
    monkeypatch.setattr(sam_transform, "_translate", refuse)

    assert transform(tmp_path / "cache") == made == transform(tmp_path / "cache", "http://127.0.0.1:2")


def test_a_changed_template_is_transformed_again_and_takes_the_place_of_the_earlier(tmp_path: Path):
    transform(tmp_path)

    changed = transform(tmp_path, memory=256)

    assert changed["Resources"]["Worker"]["Properties"]["MemorySize"] == 256
    assert len(list(tmp_path.iterdir())) == 1


def test_a_value_that_the_translator_wrote_is_that_of_this_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sam_transform, "_translate", lambda document, values, region: {"Value": values["Endpoint"]})

    assert transform(tmp_path, 'http://127.0.0.1:1/"') == {"Value": 'http://127.0.0.1:1/"'}
    monkeypatch.setattr(sam_transform, "_translate", refuse)
    assert transform(tmp_path, "http://127.0.0.1:2") == {"Value": "http://127.0.0.1:2"}


def test_a_template_that_cannot_be_transformed_is_an_error_every_time(tmp_path: Path):
    document = build_document()
    del document["Resources"]["Worker"]["Properties"]["Handler"]

    for _ in range(2):
        with pytest.raises(TemplateError, match="Worker"):
            transform_document(document, {"Endpoint": "x"}, set(), REGION, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_cloud_is_imported_without_the_translator():
    program = "import sys, laptop_cloud.cloud; print('samtranslator' in sys.modules, 'boto3' in sys.modules)"

    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ended.stdout.split() == ["False", "False"]
