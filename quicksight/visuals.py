"""The kinds of charts: each takes its title, its data set and its fields, and gives QuickSight's definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from quicksight.fields import Category, Dimension, Measure, Time

if TYPE_CHECKING:
    from mypy_boto3_quicksight.literals import BarChartOrientationType, BarsArrangementType, SortDirectionType
    from mypy_boto3_quicksight.type_defs import (
        BarChartConfigurationTypeDef,
        FieldSortOptionsTypeDef,
        HeatMapConfigurationTypeDef,
        LineChartConfigurationTypeDef,
        VisualTitleLabelOptionsTypeDef,
        VisualTypeDef,
    )

    from quicksight.data_sets import DataSet

Values = Mapping[str, tuple[str, ...]]
"""The values that a visual is limited to, by column."""


class Visual(Protocol):
    """What stands on a sheet: `width` of 36 columns, `height` in rows."""

    @property
    def title(self) -> str: ...
    @property
    def data(self) -> DataSet: ...
    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def only(self) -> Values: ...

    def build(self, visual_id: str) -> VisualTypeDef:
        """The visual in QuickSight's form."""


@dataclass(frozen=True)
class Kpi:
    """One number."""

    title: str
    data: DataSet
    value: Measure
    width: int = 6
    height: int = 4
    only: Values = field(default_factory=dict)

    def build(self, visual_id: str) -> VisualTypeDef:
        """The visual in QuickSight's form."""
        value = self.value.build(self.data, f"{visual_id}-value")
        return {
            "KPIVisual": {
                "VisualId": visual_id,
                "Title": build_title(self.title),
                "VisualContentAltText": self.title,
                "ChartConfiguration": {"FieldWells": {"Values": [value], "TargetValues": [], "TrendGroups": []}},
            }
        }


@dataclass(frozen=True)
class Bars:
    """Bars for the largest categories, or for each day; `color` splits them."""

    title: str
    data: DataSet
    by: Dimension
    value: Measure
    color: Category | None = None
    arrangement: BarsArrangementType = "CLUSTERED"
    largest: int = 20
    width: int = 18
    height: int = 12
    only: Values = field(default_factory=dict)

    def build(self, visual_id: str) -> VisualTypeDef:
        """The visual in QuickSight's form."""
        category, value, color = f"{visual_id}-by", f"{visual_id}-value", f"{visual_id}-color"
        in_time = isinstance(self.by, Time)
        orientation: BarChartOrientationType = "VERTICAL" if in_time else "HORIZONTAL"
        configuration: BarChartConfigurationTypeDef = {
            "FieldWells": {
                "BarChartAggregatedFieldWells": {
                    "Category": [self.by.build(self.data, category)],
                    "Values": [self.value.build(self.data, value)],
                    "Colors": [self.color.build(self.data, color)] if self.color else [],
                }
            },
            "Orientation": orientation,
            "BarsArrangement": self.arrangement,
            "SortConfiguration": {
                "CategorySort": [sort_by(category, "ASC") if in_time else sort_by(value, "DESC")],
                "CategoryItemsLimit": {"OtherCategories": "INCLUDE"}
                if in_time
                else {"ItemsLimit": self.largest, "OtherCategories": "EXCLUDE"},
                "ColorItemsLimit": {"ItemsLimit": 10, "OtherCategories": "INCLUDE"},
            },
        }
        return {
            "BarChartVisual": {
                "VisualId": visual_id,
                "Title": build_title(self.title),
                "VisualContentAltText": self.title,
                "ChartConfiguration": configuration,
            }
        }


@dataclass(frozen=True)
class Lines:
    """A line over time, or one for each of the largest categories."""

    title: str
    data: DataSet
    value: Measure
    color: Category | None = None
    over: Time = field(default_factory=Time)
    largest: int = 10
    width: int = 18
    height: int = 12
    only: Values = field(default_factory=dict)

    def build(self, visual_id: str) -> VisualTypeDef:
        """The visual in QuickSight's form."""
        category, color = f"{visual_id}-over", f"{visual_id}-color"
        configuration: LineChartConfigurationTypeDef = {
            "FieldWells": {
                "LineChartAggregatedFieldWells": {
                    "Category": [self.over.build(self.data, category)],
                    "Values": [self.value.build(self.data, f"{visual_id}-value")],
                    "Colors": [self.color.build(self.data, color)] if self.color else [],
                }
            },
            "Type": "LINE",
            "SortConfiguration": {
                "CategorySort": [sort_by(category, "ASC")],
                "ColorItemsLimitConfiguration": {"ItemsLimit": self.largest, "OtherCategories": "EXCLUDE"},
            },
        }
        return {
            "LineChartVisual": {
                "VisualId": visual_id,
                "Title": build_title(self.title),
                "VisualContentAltText": self.title,
                "ChartConfiguration": configuration,
            }
        }


@dataclass(frozen=True)
class HeatMap:
    """The largest categories against each other."""

    title: str
    data: DataSet
    rows: Category
    columns: Category
    value: Measure
    largest: int = 25
    width: int = 36
    height: int = 20
    only: Values = field(default_factory=dict)

    def build(self, visual_id: str) -> VisualTypeDef:
        """The visual in QuickSight's form."""
        value = f"{visual_id}-value"
        configuration: HeatMapConfigurationTypeDef = {
            "FieldWells": {
                "HeatMapAggregatedFieldWells": {
                    "Rows": [self.rows.build(self.data, f"{visual_id}-rows")],
                    "Columns": [self.columns.build(self.data, f"{visual_id}-columns")],
                    "Values": [self.value.build(self.data, value)],
                }
            },
            "SortConfiguration": {
                "HeatMapRowSort": [sort_by(value, "DESC")],
                "HeatMapColumnSort": [sort_by(value, "DESC")],
                "HeatMapRowItemsLimitConfiguration": {"ItemsLimit": self.largest, "OtherCategories": "EXCLUDE"},
                "HeatMapColumnItemsLimitConfiguration": {"ItemsLimit": self.largest, "OtherCategories": "EXCLUDE"},
            },
        }
        return {
            "HeatMapVisual": {
                "VisualId": visual_id,
                "Title": build_title(self.title),
                "VisualContentAltText": self.title,
                "ChartConfiguration": configuration,
            }
        }


def build_title(text: str) -> VisualTitleLabelOptionsTypeDef:
    """A title that is shown."""
    return {"Visibility": "VISIBLE", "FormatText": {"PlainText": text}}


def sort_by(field_id: str, direction: SortDirectionType) -> FieldSortOptionsTypeDef:
    """Sort by a field of the visual."""
    return {"FieldSort": {"FieldId": field_id, "Direction": direction}}
