"""Reading a template: tags, parameters, code folders."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from laptop_cloud.errors import TemplateError
from laptop_cloud.stack import template
from laptop_cloud.stack.template import parse_template, read_parameters


def test_short_tags_are_the_long_forms():
    parsed: Any = parse_template(
        "[!Ref A, !GetAtt A.B.C, !Sub 'x${A}', !If [C, !Ref A, !Ref AWS::NoValue], {Condition: C}]"
    )

    assert parsed == [
        {"Ref": "A"},
        {"Fn::GetAtt": ["A", "B.C"]},
        {"Fn::Sub": "x${A}"},
        {"Fn::If": ["C", {"Ref": "A"}, {"Ref": "AWS::NoValue"}]},
        {"Condition": "C"},
    ]


def test_a_date_stays_text():
    assert parse_template("Version: 2012-10-17") == {"Version": "2012-10-17"}


def test_a_parameter_has_its_default_or_the_value_given():
    declared: dict[str, dict[str, Any]] = {
        "Name": {"Type": "String", "Default": "lake"},
        "Days": {"Type": "Number", "Default": 30, "MinValue": 1},
        "Apis": {"Type": "CommaDelimitedList", "Default": "labels, text", "AllowedValues": ["labels", "text"]},
    }

    assert read_parameters(declared, {"Days": "7"}) == {"Name": "lake", "Days": "7", "Apis": ["labels", "text"]}


@pytest.mark.parametrize(
    ("rules", "value", "message"),
    [
        ({"Type": "String", "AllowedPattern": "[a-z]+"}, "A1", "P='A1': expected text like [a-z]+"),
        ({"Type": "String", "AllowedPattern": "[a-z]+"}, "a1", "P='a1': expected text like [a-z]+"),
        ({"Type": "String", "AllowedValues": ["a", "b"]}, "c", "P='c': expected one of a, b"),
        ({"Type": "String", "MinLength": 2, "MaxLength": 3}, "a", "P='a': expected 2 to 3 characters"),
        ({"Type": "String", "MaxLength": "3"}, "abcd", "P='abcd': expected 0 to 3 characters"),
        ({"Type": "Number"}, "many", "P='many': expected a number"),
        ({"Type": "Number", "MinValue": 0, "MaxValue": 1}, "1.5", "P='1.5': expected from 0 to 1"),
        ({"Type": "Number", "AllowedValues": [1, 3]}, "2", "P='2': expected one of 1, 3"),
        ({"Type": "CommaDelimitedList", "AllowedPattern": "[a-z]+"}, "a,B", "P='B': expected text like [a-z]+"),
        (
            {"Type": "String", "AllowedPattern": "x", "ConstraintDescription": "only x"},
            "y",
            "P='y': expected text like x (only x)",
        ),
        ({"Type": "AWS::SSM::Parameter::Value<String>"}, "x", "the parameter P has the type AWS::SSM"),
    ],
)
def test_a_value_out_of_bounds_is_refused_by_name(rules: dict[str, Any], value: str, message: str):
    with pytest.raises(TemplateError) as refused:
        read_parameters({"P": rules}, {"P": value})

    assert message in str(refused.value)


def test_a_parameter_without_value_or_declaration_is_refused():
    with pytest.raises(TemplateError, match="the parameter P has no default"):
        read_parameters({"P": {"Type": "String"}}, {})
    with pytest.raises(TemplateError, match="no such parameter: Q"):
        read_parameters({"P": {"Type": "String"}}, {"Q": "1"})


def _written(folder: Path, text: str) -> Path:
    path = folder / "template.yaml"
    path.write_text("Transform: AWS::Serverless-2016-10-31\n" + dedent(text))
    return path


def test_code_folders_are_remembered_through_the_transform(tmp_path: Path):
    (tmp_path / "functions").mkdir()
    (tmp_path / "layer").mkdir()
    path = _written(
        tmp_path,
        """
        Globals: {Function: {CodeUri: functions/, Runtime: python3.13, Handler: app.handler}}
        Resources:
          Worker: {Type: AWS::Serverless::Function, Metadata: {BuildMethod: makefile}, Properties: {Timeout: 7}}
          Shared: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layer}}
        """,
    )

    loaded = template.load_template(path, {}, {}, "us-east-1")

    functions = [item for item in loaded.document["Resources"].values() if item["Type"] == "AWS::Lambda::Function"]
    layers = [item for item in loaded.document["Resources"].values() if item["Type"] == "AWS::Lambda::LayerVersion"]
    assert [loaded.code[item["Properties"]["Code"]["S3Key"]] for item in functions] == [
        template.CodeFolder("Worker", tmp_path / "functions", "makefile")
    ]
    assert [loaded.code[item["Properties"]["Content"]["S3Key"]] for item in layers] == [
        template.CodeFolder("Shared", tmp_path / "layer", None)
    ]


def test_a_missing_code_folder_is_named(tmp_path: Path):
    path = _written(tmp_path, "Resources: {Worker: {Type: AWS::Serverless::Function, Properties: {CodeUri: nowhere/}}}")

    with pytest.raises(
        TemplateError, match="Worker: CodeUri must be a folder relative to the template, not 'nowhere/'"
    ):
        template.load_template(path, {}, {}, "us-east-1")


def test_what_the_transform_refuses_is_said(tmp_path: Path):
    path = _written(tmp_path, "Resources: {Api: {Type: AWS::Serverless::Api, Properties: {}}}")

    with pytest.raises(TemplateError, match="Api"):
        template.load_template(path, {}, {}, "us-east-1")


def test_a_local_value_is_for_templates_that_declare_it_and_yields_to_the_users(tmp_path: Path):
    declares = "Parameters: {PhotoEndpoint: {Type: String, Default: ''}}\nResources: {T: {Type: AWS::SNS::Topic}}"
    local = {"PhotoEndpoint": "http://127.0.0.1:1"}

    assert template.load_template(_written(tmp_path, declares), {}, local, "us-east-1").parameters == local
    given = {"PhotoEndpoint": "http://127.0.0.1:2"}
    assert template.load_template(_written(tmp_path, declares), given, local, "us-east-1").parameters == given
    silent = "Resources: {T: {Type: AWS::SNS::Topic}}"
    assert template.load_template(_written(tmp_path, silent), {}, local, "us-east-1").parameters == {}
