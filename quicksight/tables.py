"""Tables, which alone can show pictures and links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quicksight.visuals import Values, build_title, sort_by

if TYPE_CHECKING:
    from mypy_boto3_quicksight.type_defs import (
        TableConfigurationTypeDef,
        TableFieldOptionTypeDef,
        VisualCustomActionTypeDef,
        VisualTypeDef,
    )

    from quicksight.data_sets import DataSet
    from quicksight.fields import Dimension, Measure


@dataclass(frozen=True)
class Table:
    """Rows grouped by `by`, with `values` under their headings; the largest first value stands on top.

    `images` are columns with addresses that are shown as pictures, `links` those that are shown as links; a click on a
    row opens the first link.
    """

    title: str
    data: DataSet
    by: tuple[Dimension, ...]
    values: Mapping[str, Measure]
    images: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    width: int = 36
    height: int = 14
    only: Values = field(default_factory=dict)

    def build(self, visual_id: str) -> VisualTypeDef:
        """The visual in QuickSight's form."""
        groups = {f"{visual_id}-by-{number}": dimension for number, dimension in enumerate(self.by)}
        values = {f"{visual_id}-value-{number}": measure for number, measure in enumerate(self.values.values())}
        configuration: TableConfigurationTypeDef = {
            "FieldWells": {
                "TableAggregatedFieldWells": {
                    "GroupBy": [dimension.build(self.data, field_id) for field_id, dimension in groups.items()],
                    "Values": [measure.build(self.data, field_id) for field_id, measure in values.items()],
                }
            },
            "SortConfiguration": {"RowSort": [sort_by(next(iter(values)), "DESC")]},
            "FieldOptions": {
                "SelectedFieldOptions": [
                    *(self._style(field_id, dimension.column) for field_id, dimension in groups.items()),
                    *self._headings(values),
                ]
            },
            "TableOptions": {"CellStyle": {"Height": 120 if self.images else 28, "TextWrap": "WRAP"}},
        }
        return {
            "TableVisual": {
                "VisualId": visual_id,
                "Title": build_title(self.title),
                "VisualContentAltText": self.title,
                "ChartConfiguration": configuration,
                "Actions": [_open_link(visual_id, self.links[0])] if self.links else [],
            }
        }

    def _headings(self, field_ids: Iterable[str]) -> Iterator[TableFieldOptionTypeDef]:
        for field_id, heading in zip(field_ids, self.values, strict=True):
            yield {"FieldId": field_id, "CustomLabel": heading}

    def _style(self, field_id: str, column: str) -> TableFieldOptionTypeDef:
        if column in self.images:
            return {
                "FieldId": field_id,
                "Width": "200px",
                "URLStyling": {
                    "ImageConfiguration": {
                        "SizingOptions": {"TableCellImageScalingConfiguration": "FIT_TO_CELL_HEIGHT"}
                    }
                },
            }
        if column in self.links:
            return {
                "FieldId": field_id,
                "URLStyling": {
                    "LinkConfiguration": {
                        "Target": "NEW_TAB",
                        "Content": {"CustomTextContent": {"Value": "Open", "FontConfiguration": {}}},
                    }
                },
            }
        return {"FieldId": field_id}


def _open_link(visual_id: str, column: str) -> VisualCustomActionTypeDef:
    """A click on a row opens the address in a column; `<<name>>` stands for its value."""
    return {
        "CustomActionId": f"{visual_id}-open",
        "Name": "Open the post",
        "Status": "ENABLED",
        "Trigger": "DATA_POINT_MENU",
        "ActionOperations": [{"URLOperation": {"URLTemplate": f"<<{column}>>", "URLTarget": "NEW_TAB"}}],
    }
