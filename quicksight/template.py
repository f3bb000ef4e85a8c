"""quicksight/template.yaml: the CloudFormation template with the data source, data sets, analysis and dashboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import yaml

from quicksight.data_sets import DATA_SETS, DataSet
from quicksight.definition import build_definition

if TYPE_CHECKING:
    from mypy_boto3_quicksight.literals import InputColumnDataTypeType

Catalog = Mapping[str, Mapping[str, str]]
"""The type of each column of each view, in Athena's words."""
Resource = dict[str, Any]

# https://docs.aws.amazon.com/quicksight/latest/user/supported-data-types.html
_TYPES: Mapping[str, InputColumnDataTypeType] = {
    "varchar": "STRING",
    "bigint": "INTEGER",
    "integer": "INTEGER",
    "double": "DECIMAL",
    "timestamp(3)": "DATETIME",
    "date": "DATETIME",
}
# What an owner may do, by kind of resource.
# https://docs.aws.amazon.com/quicksight/latest/APIReference/API_ResourcePermission.html
_OWNER = {
    "data source": [
        "DescribeDataSource",
        "DescribeDataSourcePermissions",
        "PassDataSource",
        "UpdateDataSource",
        "DeleteDataSource",
        "UpdateDataSourcePermissions",
    ],
    "data set": [
        "DescribeDataSet",
        "DescribeDataSetPermissions",
        "PassDataSet",
        "DescribeIngestion",
        "ListIngestions",
        "UpdateDataSet",
        "DeleteDataSet",
        "CreateIngestion",
        "CancelIngestion",
        "UpdateDataSetPermissions",
    ],
    "analysis": [
        "DescribeAnalysis",
        "QueryAnalysis",
        "DescribeAnalysisPermissions",
        "UpdateAnalysis",
        "DeleteAnalysis",
        "RestoreAnalysis",
        "UpdateAnalysisPermissions",
    ],
    "dashboard": [
        "DescribeDashboard",
        "ListDashboardVersions",
        "QueryDashboard",
        "DescribeDashboardPermissions",
        "UpdateDashboard",
        "DeleteDashboard",
        "UpdateDashboardPermissions",
        "UpdateDashboardPublishedVersion",
    ],
}
_ACCOUNT = {"Ref": "AWS::AccountId"}
_PARAMETERS = {
    "Prefix": {"Type": "String", "Description": "Beginning of every id and name"},
    "PrincipalArn": {"Type": "String", "Description": "User or group of QuickSight that owns everything"},
    "RoleArn": {"Type": "String", "Description": "Role with which QuickSight asks Athena"},
    "Workgroup": {"Type": "String", "Description": "Workgroup of the queries"},
    "Database": {"Type": "String", "Description": "Database of the views"},
    "Days": {"Type": "Number", "Description": "Days of posts that the data sets hold"},
    "Refresh": {"Type": "String", "AllowedValues": ["HOURLY", "DAILY"], "Description": "How often they are read again"},
}


def build_template(catalog: Catalog) -> dict[str, Any]:
    """The template; KeyError names a column that its view lacks, or a type that QuickSight does not take."""
    arns: dict[str, Any] = {data_set.name: {"Fn::GetAtt": [_logical_id(data_set), "Arn"]} for data_set in DATA_SETS}
    shown = {
        "Definition": build_definition(arns),
        # LENIENT skips some checks, so that a field that is wrong breaks its visual and not the deploy.
        "ValidationStrategy": {"Mode": "LENIENT"},
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "photolake: the QuickSight dashboard",
        "Parameters": _PARAMETERS,
        "Conditions": {"IsDaily": {"Fn::Equals": [{"Ref": "Refresh"}, "DAILY"]}},
        "Resources": {
            "DataSource": _build_data_source(),
            **{_logical_id(data_set): _build_data_set(data_set, catalog[data_set.view]) for data_set in DATA_SETS},
            **{f"{_logical_id(data_set)}Refresh": _build_refresh(data_set) for data_set in DATA_SETS},
            "Analysis": _build_resource("Analysis", "AnalysisId", "analysis", shown),
            "Dashboard": _build_resource(
                "Dashboard",
                "DashboardId",
                "dashboard",
                {
                    **shown,
                    "DashboardPublishOptions": {
                        "AdHocFilteringOption": {"AvailabilityStatus": "ENABLED"},
                        "ExportToCSVOption": {"AvailabilityStatus": "ENABLED"},
                        "SheetControlsOption": {"VisibilityState": "EXPANDED"},
                    },
                },
            ),
        },
        "Outputs": {
            "DashboardUrl": {
                "Description": "The dashboard",
                "Value": {"Fn::Sub": "https://${AWS::Region}.quicksight.aws.amazon.com/sn/dashboards/${Prefix}"},
            }
        },
    }


def write_template(template: Mapping[str, Any]) -> str:
    """The template as YAML."""
    text: str = yaml.dump(
        template, Dumper=_Dumper, sort_keys=False, default_flow_style=None, width=160, allow_unicode=True
    )
    return "# Written by `make quicksight` from the modules beside it. Do not edit it.\n" + text


def build_query(data_set: DataSet) -> str:
    """The SQL of a data set: its columns of the last days, which are all that Athena reads of most views."""
    days = "cast(date_add('day', -${Days}, current_date) as varchar)"
    selected = ", ".join(data_set.columns)
    return f'select {selected} from "${{Database}}".{data_set.view} where dt >= {days}'  # noqa: S608 (our own names)


def _build_data_source() -> Resource:
    parameters = {"AthenaParameters": {"WorkGroup": {"Ref": "Workgroup"}, "RoleArn": {"Ref": "RoleArn"}}}
    properties = {"Type": "ATHENA", "DataSourceParameters": parameters, "SslProperties": {"DisableSsl": False}}
    return _build_resource("DataSource", "DataSourceId", "data source", properties)


def _build_data_set(data_set: DataSet, kinds: Mapping[str, str]) -> Resource:
    columns = [{"Name": column, "Type": _TYPES[kinds[column]]} for column in data_set.columns]
    table = {
        "DataSourceArn": {"Fn::GetAtt": ["DataSource", "Arn"]},
        "Name": data_set.title,
        "SqlQuery": {"Fn::Sub": build_query(data_set)},
        "Columns": columns,
    }
    return _build_resource(
        "DataSet",
        "DataSetId",
        "data set",
        {
            "ImportMode": "SPICE",
            "IngestionWaitPolicy": {"WaitForSpiceIngestion": False},
            "PhysicalTableMap": {"view": {"CustomSql": table}},
            "LogicalTableMap": {
                "named": {
                    "Alias": data_set.title,
                    "Source": {"PhysicalTableId": "view"},
                    "DataTransforms": [
                        *(
                            {"RenameColumnOperation": {"ColumnName": column, "NewColumnName": name}}
                            for column, name in data_set.columns.items()
                        ),
                        {"ProjectOperation": {"ProjectedColumns": list(data_set.columns.values())}},
                    ],
                }
            },
        },
        data_set,
    )


def _build_refresh(data_set: DataSet) -> Resource:
    frequency = {
        "Interval": {"Ref": "Refresh"},
        "TimeOfTheDay": {"Fn::If": ["IsDaily", "04:00", {"Ref": "AWS::NoValue"}]},
        "TimeZone": {"Fn::If": ["IsDaily", "UTC", {"Ref": "AWS::NoValue"}]},
    }
    return {
        "Type": "AWS::QuickSight::RefreshSchedule",
        # The id of the data set as text is not a reference.
        "DependsOn": _logical_id(data_set),
        "Properties": {
            "AwsAccountId": _ACCOUNT,
            "DataSetId": _resource_id(data_set),
            "Schedule": {"ScheduleId": "regular", "RefreshType": "FULL_REFRESH", "ScheduleFrequency": frequency},
        },
    }


def _build_resource(
    kind: str, id_property: str, permissions: str, properties: Mapping[str, Any], data_set: DataSet | None = None
) -> Resource:
    actions = [f"quicksight:{action}" for action in _OWNER[permissions]]
    return {
        "Type": f"AWS::QuickSight::{kind}",
        "Properties": {
            "AwsAccountId": _ACCOUNT,
            id_property: _resource_id(data_set) if data_set else {"Ref": "Prefix"},
            "Name": {"Fn::Sub": f"${{Prefix}}: {data_set.title}"} if data_set else {"Ref": "Prefix"},
            "Permissions": [{"Principal": {"Ref": "PrincipalArn"}, "Actions": actions}],
            **properties,
        },
    }


def _resource_id(data_set: DataSet) -> dict[str, str]:
    return {"Fn::Sub": f"${{Prefix}}-{data_set.name}"}


def _logical_id(data_set: DataSet) -> str:
    return "".join(word.capitalize() for word in data_set.name.split("-"))


class _Dumper(yaml.SafeDumper):
    """Without aliases, which CloudFormation rejects in a template that SAM has not packaged."""

    def ignore_aliases(self, data: Any) -> bool:
        """Whether an object that occurs twice is written out twice."""
        return True
