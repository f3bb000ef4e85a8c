"""Dimensions and measures: the fields that a visual groups by, and those that it computes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mypy_boto3_quicksight.literals import (
        CategoricalAggregationFunctionType,
        DateAggregationFunctionType,
        SimpleNumericalAggregationFunctionType,
        TimeGranularityType,
    )
    from mypy_boto3_quicksight.type_defs import (
        ColumnIdentifierTypeDef,
        DimensionFieldTypeDef,
        MeasureFieldTypeDef,
        NumberFormatConfigurationTypeDef,
    )

    from quicksight.data_sets import DataSet

# A formula that aggregates by itself gets no aggregation of the visual's.
_PERCENT: NumberFormatConfigurationTypeDef = {
    "FormatConfiguration": {
        "PercentageDisplayFormatConfiguration": {"DecimalPlacesConfiguration": {"DecimalPlaces": 1}, "Suffix": "%"}
    }
}


def identify(data_set: DataSet, column: str) -> ColumnIdentifierTypeDef:
    """How a definition names a column; KeyError if there is none of this name."""
    return {"DataSetIdentifier": data_set.name, "ColumnName": data_set.check(column)}


@dataclass(frozen=True)
class Category:
    """Group by the values of a text column."""

    column: str

    def build(self, data_set: DataSet, field_id: str) -> DimensionFieldTypeDef:
        """The field in QuickSight's form."""
        return {"CategoricalDimensionField": {"FieldId": field_id, "Column": identify(data_set, self.column)}}


@dataclass(frozen=True)
class Time:
    """Group by days or hours of a time column."""

    column: str = "Posted at"
    granularity: TimeGranularityType = "DAY"

    def build(self, data_set: DataSet, field_id: str) -> DimensionFieldTypeDef:
        """The field in QuickSight's form."""
        column = identify(data_set, self.column)
        return {"DateDimensionField": {"FieldId": field_id, "Column": column, "DateGranularity": self.granularity}}


@dataclass(frozen=True)
class Count:
    """How many rows have a value in a text column, or how many different values."""

    column: str
    function: CategoricalAggregationFunctionType = "COUNT"

    def build(self, data_set: DataSet, field_id: str) -> MeasureFieldTypeDef:
        """The field in QuickSight's form."""
        column = identify(data_set, self.column)
        return {
            "CategoricalMeasureField": {"FieldId": field_id, "Column": column, "AggregationFunction": self.function}
        }


def distinct(column: str) -> Count:
    """How many different values a text column has."""
    return Count(column, "DISTINCT_COUNT")


@dataclass(frozen=True)
class Number:
    """A number column, summed or averaged."""

    column: str
    function: SimpleNumericalAggregationFunctionType = "SUM"

    def build(self, data_set: DataSet, field_id: str) -> MeasureFieldTypeDef:
        """The field in QuickSight's form."""
        return {
            "NumericalMeasureField": {
                "FieldId": field_id,
                "Column": identify(data_set, self.column),
                "AggregationFunction": {"SimpleNumericalAggregation": self.function},
            }
        }


@dataclass(frozen=True)
class Formula:
    """A calculated field that aggregates by itself and gives a share."""

    column: str

    def build(self, data_set: DataSet, field_id: str) -> MeasureFieldTypeDef:
        """The field in QuickSight's form."""
        return {
            "NumericalMeasureField": {
                "FieldId": field_id,
                "Column": identify(data_set, self.column),
                "FormatConfiguration": _PERCENT,
            }
        }


@dataclass(frozen=True)
class Moment:
    """The first or last time in a time column."""

    function: Literal["MIN", "MAX"]
    column: str = "Posted at"

    def build(self, data_set: DataSet, field_id: str) -> MeasureFieldTypeDef:
        """The field in QuickSight's form."""
        function: DateAggregationFunctionType = self.function
        return {
            "DateMeasureField": {
                "FieldId": field_id,
                "Column": identify(data_set, self.column),
                "AggregationFunction": function,
            }
        }


Dimension = Category | Time
Measure = Count | Number | Formula | Moment
