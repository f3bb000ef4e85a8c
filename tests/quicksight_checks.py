"""What QuickSight would find wrong in quicksight/template.yaml, and what CloudFormation's schema cannot tell."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

Json = dict[str, Any]
FILTERED = ("Posted at", "Platform", "Language", "Sentiment")
FUNCTIONS = {"countIf", "count", "ifelse"}
COLUMNS = 36
CALCULATED = "calculated"
# What may stand in a field, by the type of the column.
FIELD_TYPES = {
    "CategoricalDimensionField": {"STRING", CALCULATED},
    "DateDimensionField": {"DATETIME"},
    "CategoricalMeasureField": {"STRING"},
    "NumericalMeasureField": {"INTEGER", "DECIMAL", CALCULATED},
    "DateMeasureField": {"DATETIME"},
}
_ID_KEYS = (
    "VisualId",
    "FilterGroupId",
    "FilterId",
    "FilterControlId",
    "ParameterControlId",
    "SheetTextBoxId",
    "SheetId",
)


def walk(value: Any) -> Iterator[Json]:
    """Every object in a JSON value."""
    if isinstance(value, list):
        for item in value:
            yield from walk(item)
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from walk(item)


def of_type(document: Json, kind: str) -> dict[str, Json]:
    """The properties of the resources of a type."""
    name = f"AWS::QuickSight::{kind}"
    return {key: item["Properties"] for key, item in document["Resources"].items() if item["Type"] == name}


def read_columns(data_set: Json) -> dict[str, str]:
    """The type of each column of a data set, by the name that visuals use."""
    (table,) = data_set["PhysicalTableMap"].values()
    (logical,) = data_set["LogicalTableMap"].values()
    renames = [item["RenameColumnOperation"] for item in logical["DataTransforms"] if "RenameColumnOperation" in item]
    names = {item["ColumnName"]: item["NewColumnName"] for item in renames}
    return {names[column["Name"]]: column["Type"] for column in table["CustomSql"]["Columns"]}


class Checker:
    """The definition of the dashboard against the data sets of the same template."""

    def __init__(self, document: Json) -> None:
        (self.dashboard,) = of_type(document, "Dashboard").values()
        (self.analysis,) = of_type(document, "Analysis").values()
        self.definition: Json = self.dashboard["Definition"]
        self.sheets: list[Json] = self.definition["Sheets"]
        by_id = {name: read_columns(item) for name, item in of_type(document, "DataSet").items()}
        self.data_sets = {
            item["Identifier"]: by_id[item["DataSetArn"]["Fn::GetAtt"][0]]
            for item in self.definition["DataSetIdentifierDeclarations"]
        }
        self.unused = by_id.keys() - {
            item["DataSetArn"]["Fn::GetAtt"][0] for item in self.definition["DataSetIdentifierDeclarations"]
        }
        for field in self.definition["CalculatedFields"]:
            self.data_sets[field["DataSetIdentifier"]].setdefault(field["Name"], CALCULATED)
        self.parameters = [
            item["StringParameterDeclaration"]["Name"] for item in self.definition["ParameterDeclarations"]
        ]
        self.filters = {
            next(iter(item.values()))["FilterId"]: group
            for group in self.definition["FilterGroups"]
            for item in group["Filters"]
        }

    def find_problems(self) -> list[str]:
        """One line for each thing that is wrong."""
        return [
            *self._columns(),
            *self._formulas(),
            *self._fields(),
            *self._filters(),
            *self._parameters(),
            *self._ids(),
            *self._layouts(),
            *self._pictures(),
            *([] if self.analysis["Definition"] == self.definition else ["analysis and dashboard differ"]),
            *(f"no visual uses {name}" for name in self.unused),
        ]

    def visuals(self) -> Iterator[tuple[Json, str, Json]]:
        """Each visual with its sheet and its kind."""
        for sheet in self.sheets:
            for item in sheet["Visuals"]:
                ((kind, visual),) = item.items()
                yield sheet, kind, visual

    def _type(self, column: Mapping[str, str]) -> str | None:
        return self.data_sets.get(column["DataSetIdentifier"], {}).get(column["ColumnName"])

    def _columns(self) -> Iterator[str]:
        for column in walk(self.definition):
            if "ColumnName" in column and self._type(column) is None:
                yield f"no column {column['ColumnName']} in {column['DataSetIdentifier']}"

    def _formulas(self) -> Iterator[str]:
        names = [field["Name"] for field in self.definition["CalculatedFields"]]
        yield from (f"two formulas are called {name}" for name, count in Counter(names).items() if count > 1)
        for field in self.definition["CalculatedFields"]:
            formula, columns = field["Expression"], self.data_sets[field["DataSetIdentifier"]]
            if columns[field["Name"]] != CALCULATED:
                yield f"{field['Name']} is a column too"
            for name in re.findall(r"(?<!\$)\{([^}]*)\}", formula):
                if columns.get(name, CALCULATED) == CALCULATED:
                    yield f"{field['Name']}: no column {name}"
            for name in re.findall(r"\$\{([^}]*)\}", formula):
                if name not in self.parameters:
                    yield f"{field['Name']}: no parameter {name}"
            for name in re.findall(r"(\w+)\(", formula):
                if name not in FUNCTIONS:
                    yield f"{field['Name']}: unknown function {name}"
            if formula.count("(") != formula.count(")"):
                yield f"{field['Name']}: parentheses"

    def _fields(self) -> Iterator[str]:
        for sheet, _, visual in self.visuals():
            where = f"{sheet['SheetId']}, {visual['VisualId']}"
            fields = [
                (kind, field)
                for item in walk(visual["ChartConfiguration"]["FieldWells"])
                for kind, field in item.items()
                if kind in FIELD_TYPES
            ]
            ids = [field["FieldId"] for _, field in fields]
            if not fields or len(set(ids)) != len(ids):
                yield f"{where}: no fields, or two with one id"
            if len({field["Column"]["DataSetIdentifier"] for _, field in fields}) != 1:
                yield f"{where}: fields of several data sets"
            for kind, field in fields:
                if self._type(field["Column"]) not in FIELD_TYPES[kind]:
                    yield f"{where}: {field['Column']['ColumnName']} is no {kind}"
            yield from (f"{where}: {problem}" for problem in _references(visual, [field for _, field in fields]))

    def _filters(self) -> Iterator[str]:
        everywhere = {
            next(iter(item.values()))["Column"]["ColumnName"]: identity
            for identity, group in self.filters.items()
            for item in group["Filters"]
            if group["CrossDataset"] == "ALL_DATASETS" and "AllSheets" in group["ScopeConfiguration"]
        }
        for column in FILTERED:
            types = {columns.get(column) for columns in self.data_sets.values()}
            if len(types) != 1 or None in types:
                yield f"{column} is not in every data set with one type"
            if column not in everywhere:
                yield f"{column} does not filter all sheets"
        for sheet in self.sheets:
            controls = [item["CrossSheet"]["SourceFilterId"] for item in sheet["FilterControls"]]
            if sorted(controls) != sorted(everywhere.values()):
                yield f"{sheet['SheetId']}: controls {controls}"
        yield from self._scopes()

    def _scopes(self) -> Iterator[str]:
        places = {
            (sheet["SheetId"], visual["VisualId"]): {
                column["DataSetIdentifier"] for column in walk(visual) if "DataSetIdentifier" in column
            }
            for sheet, _, visual in self.visuals()
        }
        for identity, group in self.filters.items():
            columns = {column["DataSetIdentifier"] for column in walk(group) if "ColumnName" in column}
            for scope in walk(group["ScopeConfiguration"]):
                for visual_id in scope.get("VisualIds", []):
                    if places.get((scope["SheetId"], visual_id)) != columns:
                        yield f"{identity}: no visual {visual_id} with its data"

    def _parameters(self) -> Iterator[str]:
        formulas = " ".join(field["Expression"] for field in self.definition["CalculatedFields"])
        chosen = [
            item["Dropdown"]["SourceParameterName"] for sheet in self.sheets for item in sheet["ParameterControls"]
        ]
        if sorted(chosen) != sorted(self.parameters):
            yield f"controls for {chosen}, parameters {self.parameters}"
        yield from (f"no formula uses {name}" for name in self.parameters if f"${{{name}}}" not in formulas)

    def _ids(self) -> Iterator[str]:
        ids = [item[key] for item in walk(self.definition) for key in _ID_KEYS if key in item and "Scope" not in item]
        yield from (f"two things have the id {name}" for name, count in Counter(ids).items() if count > 1)
        yield from (f"a bad id: {name}" for name in ids if not re.fullmatch(r"[\w-]{1,512}", name))
        # https://docs.aws.amazon.com/quicksight/latest/APIReference/API_SheetDefinition.html
        if len(self.sheets) > 20 or any(len(sheet["Visuals"]) > 50 for sheet in self.sheets):
            yield "too many sheets or visuals"

    def _layouts(self) -> Iterator[str]:
        for sheet in self.sheets:
            (layout,) = sheet["Layouts"]
            elements = layout["Configuration"]["GridLayout"]["Elements"]
            placed = sorted(element["ElementId"] for element in elements)
            visuals = [next(iter(item.values()))["VisualId"] for item in sheet["Visuals"]]
            if placed != sorted([*visuals, *(box["SheetTextBoxId"] for box in sheet["TextBoxes"])]):
                yield f"{sheet['SheetId']}: not everything is laid out once"
            for element in elements:
                if element["ColumnIndex"] < 0 or element["ColumnIndex"] + element["ColumnSpan"] > COLUMNS:
                    yield f"{element['ElementId']} is beyond the grid"
            for one, other in itertools.combinations(elements, 2):
                if _overlaps(one, other, "Column") and _overlaps(one, other, "Row"):
                    yield f"{one['ElementId']} and {other['ElementId']} overlap"

    def _pictures(self) -> Iterator[str]:
        safe = {
            visual_id
            for group in self.definition["FilterGroups"]
            if any(item.get("CategoryValues") == ["none"] for item in walk(group))
            for scope in walk(group["ScopeConfiguration"])
            for visual_id in scope.get("VisualIds", [])
        }
        for sheet, _, visual in self.visuals():
            shows = any("ImageConfiguration" in item for item in walk(visual))
            if shows and (visual["VisualId"] not in safe or sheet["SheetId"] == "suspect-content"):
                yield f"{visual['VisualId']} may show what is unsafe"


def _references(visual: Json, fields: list[Json]) -> Iterator[str]:
    """What a visual sorts by, styles or links to without having the field."""
    ids = {field["FieldId"] for field in fields}
    for item in walk([visual["ChartConfiguration"].get(key) for key in ("SortConfiguration", "FieldOptions")]):
        if "FieldId" in item and item["FieldId"] not in ids:
            yield f"no field {item['FieldId']}"
    columns = {field["Column"]["ColumnName"] for field in fields}
    for operation in walk(visual.get("Actions", [])):
        for name in re.findall(r"<<(.*?)>>", operation.get("URLTemplate", "")):
            if name not in columns:
                yield f"the link needs {name}"


def _overlaps(one: Json, other: Json, axis: str) -> bool:
    index, span = f"{axis}Index", f"{axis}Span"
    return bool(one[index] < other[index] + other[span] and other[index] < one[index] + one[span])
