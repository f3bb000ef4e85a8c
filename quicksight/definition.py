"""The definition that the analysis and the dashboard share: sheets, layout, filters, parameters, formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from quicksight.data_sets import DATA_SETS, POSTS
from quicksight.fields import identify
from quicksight.sheets import DAYS, FILTERS, SHEETS, Filter, Parameter, Sheet

if TYPE_CHECKING:
    from mypy_boto3_quicksight.literals import LayoutElementTypeType
    from mypy_boto3_quicksight.type_defs import (
        CalculatedFieldTypeDef,
        DashboardVersionDefinitionTypeDef,
        FilterControlTypeDef,
        FilterGroupTypeDef,
        FilterTypeDef,
        GridLayoutElementTypeDef,
        ParameterControlTypeDef,
        ParameterDeclarationTypeDef,
        SheetDefinitionTypeDef,
    )

    from quicksight.visuals import Visual

COLUMNS = 36
"""Columns of a sheet's grid."""
_NOTE_HEIGHT = 2
_DAYS = 30


def build_definition(data_set_arns: Mapping[str, str]) -> DashboardVersionDefinitionTypeDef:
    """The whole definition; `data_set_arns` has the ARN of each data set by its name."""
    return {
        "DataSetIdentifierDeclarations": [
            {"Identifier": data_set.name, "DataSetArn": data_set_arns[data_set.name]} for data_set in DATA_SETS
        ],
        "CalculatedFields": list(_calculated_fields()),
        "ParameterDeclarations": [_declare(parameter) for sheet in SHEETS for parameter in sheet.parameters],
        "FilterGroups": [*_common_filters(), *(group for sheet in SHEETS for group in _own_filters(sheet))],
        "Sheets": [_build_sheet(sheet) for sheet in SHEETS],
    }


def name_visuals(sheet: Sheet) -> dict[str, Visual]:
    """The visuals of a sheet by their ids."""
    return {f"{slug(sheet.name)}-{slug(visual.title)}": visual for visual in sheet.visuals}


def slug(text: str) -> str:
    """Text as part of an id."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def _build_sheet(sheet: Sheet) -> SheetDefinitionTypeDef:
    visuals = name_visuals(sheet)
    note_id = f"{slug(sheet.name)}-note"
    return {
        "SheetId": slug(sheet.name),
        "Name": sheet.name,
        "ContentType": "INTERACTIVE",
        "ParameterControls": [_control(sheet, parameter) for parameter in sheet.parameters],
        "FilterControls": [_filter_control(sheet, item) for item in (DAYS, *FILTERS)],
        "Visuals": [visual.build(visual_id) for visual_id, visual in visuals.items()],
        "TextBoxes": [{"SheetTextBoxId": note_id, "Content": f"<text-box>{sheet.note}</text-box>"}]
        if sheet.note
        else [],
        "Layouts": [
            {
                "Configuration": {
                    "GridLayout": {
                        "CanvasSizeOptions": {
                            "ScreenCanvasSizeOptions": {"ResizeOption": "FIXED", "OptimizedViewPortWidth": "1600px"}
                        },
                        "Elements": list(_lay_out(visuals, note_id if sheet.note else "")),
                    }
                }
            }
        ],
    }


def _lay_out(visuals: Mapping[str, Visual], note_id: str) -> Iterator[GridLayoutElementTypeDef]:
    """The note over the whole width, then the visuals in lines, from left to right."""
    if note_id:
        yield _place(note_id, 0, 0, COLUMNS, _NOTE_HEIGHT, "TEXT_BOX")
    top, left, line_height = (_NOTE_HEIGHT if note_id else 0), 0, 0
    for visual_id, visual in visuals.items():
        if left + visual.width > COLUMNS:
            top, left, line_height = top + line_height, 0, 0
        yield _place(visual_id, left, top, visual.width, visual.height, "VISUAL")
        left, line_height = left + visual.width, max(line_height, visual.height)


def _place(
    element_id: str, left: int, top: int, width: int, height: int, kind: LayoutElementTypeType
) -> GridLayoutElementTypeDef:
    return {
        "ElementId": element_id,
        "ElementType": kind,
        "ColumnIndex": left,
        "ColumnSpan": width,
        "RowIndex": top,
        "RowSpan": height,
    }


def _calculated_fields() -> Iterator[CalculatedFieldTypeDef]:
    for data_set in DATA_SETS:
        for name, formula in data_set.formulas.items():
            yield {"DataSetIdentifier": data_set.name, "Name": name, "Expression": formula}


def _common_filters() -> Iterator[FilterGroupTypeDef]:
    """What every sheet is filtered by, in all data sets at once."""
    yield _on_all_sheets(
        DAYS,
        {
            "RelativeDatesFilter": {
                "FilterId": _filter_id(DAYS),
                "Column": identify(POSTS, DAYS.column),
                "AnchorDateConfiguration": {"AnchorOption": "NOW"},
                "TimeGranularity": "DAY",
                "MinimumGranularity": "DAY",
                "RelativeDateType": "LAST",
                "RelativeDateValue": _DAYS,
                "NullOption": "NON_NULLS_ONLY",
                "DefaultFilterControlConfiguration": {
                    "Title": DAYS.title,
                    "ControlOptions": {"DefaultRelativeDateTimeOptions": {}},
                },
            }
        },
    )
    for item in FILTERS:
        yield _on_all_sheets(
            item,
            {
                "CategoryFilter": {
                    "FilterId": _filter_id(item),
                    "Column": identify(POSTS, item.column),
                    "Configuration": {
                        "FilterListConfiguration": {
                            "MatchOperator": "CONTAINS",
                            "SelectAllOptions": "FILTER_ALL_VALUES",
                            "NullOption": "ALL_VALUES",
                        }
                    },
                    "DefaultFilterControlConfiguration": {
                        "Title": item.title,
                        "ControlOptions": {"DefaultDropdownOptions": {"Type": "MULTI_SELECT"}},
                    },
                }
            },
        )


def _own_filters(sheet: Sheet) -> Iterator[FilterGroupTypeDef]:
    """What single visuals are limited to."""
    for visual_id, visual in name_visuals(sheet).items():
        for column, values in visual.only.items():
            filter_id = f"{visual_id}-only-{slug(column)}"
            yield {
                "FilterGroupId": filter_id,
                "CrossDataset": "SINGLE_DATASET",
                "Status": "ENABLED",
                "Filters": [
                    {
                        "CategoryFilter": {
                            "FilterId": f"{filter_id}-values",
                            "Column": identify(visual.data, column),
                            "Configuration": {
                                "FilterListConfiguration": {
                                    "MatchOperator": "CONTAINS",
                                    "CategoryValues": list(values),
                                    "NullOption": "NON_NULLS_ONLY",
                                }
                            },
                        }
                    }
                ],
                "ScopeConfiguration": {
                    "SelectedSheets": {
                        "SheetVisualScopingConfigurations": [
                            {"SheetId": slug(sheet.name), "Scope": "SELECTED_VISUALS", "VisualIds": [visual_id]}
                        ]
                    }
                },
            }


def _on_all_sheets(item: Filter, filter_: FilterTypeDef) -> FilterGroupTypeDef:
    return {
        "FilterGroupId": f"all-{slug(item.column)}",
        "CrossDataset": "ALL_DATASETS",
        "Status": "ENABLED",
        "Filters": [filter_],
        "ScopeConfiguration": {"AllSheets": {}},
    }


def _filter_id(item: Filter) -> str:
    return f"filter-{slug(item.column)}"


def _filter_control(sheet: Sheet, item: Filter) -> FilterControlTypeDef:
    control_id = f"{slug(sheet.name)}-control-{slug(item.column)}"
    return {"CrossSheet": {"FilterControlId": control_id, "SourceFilterId": _filter_id(item)}}


def _declare(parameter: Parameter) -> ParameterDeclarationTypeDef:
    return {
        "StringParameterDeclaration": {
            "Name": parameter.name,
            "ParameterValueType": "SINGLE_VALUED",
            "ValueWhenUnset": {"ValueWhenUnsetOption": "NULL"},
        }
    }


def _control(sheet: Sheet, parameter: Parameter) -> ParameterControlTypeDef:
    return {
        "Dropdown": {
            "ParameterControlId": f"{slug(sheet.name)}-parameter-{parameter.name}",
            "SourceParameterName": parameter.name,
            "Title": parameter.title,
            "Type": "SINGLE_SELECT",
            "SelectableValues": {"LinkToDataSetColumn": identify(parameter.data, parameter.column)},
        }
    }
