"""Counts in the lake what was bought and spared, by four statements over its views."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from photolake.images.rekognition_apis import APIS, LABELS
from photolake_cli.cost.amounts import TEXT_APIS, Amount

if TYPE_CHECKING:
    from photolake_cli.query.client import QueryClient
    from photolake_cli.query.result import QueryResult

_FOLDER = Path(__file__).parent
STATEMENTS = ("texts", "images", "photos", "method_2019")

Counts = dict[str, dict[str, int]]
"""The numbers of a statement by day and column."""


class LakeCounter:
    """Counts the days from `since` to `until`; `results` has each query that was run, for what it scanned."""

    def __init__(self, client: QueryClient, since: str, until: str, on_state: Callable[[str], None]) -> None:
        """The days are such as 2026-11-01."""
        self._client = client
        self._days = {"since": since, "until": until}
        self._on_state = on_state
        self.results: list[QueryResult] = []

    def count(self, image_apis: Sequence[str]) -> dict[tuple[str, str], Amount]:
        """The amounts by day and API; `image_apis` are the APIs of the stack, which gates may have spared."""
        texts, images, photos, of_2019 = (self._run(name) for name in STATEMENTS)
        amounts: dict[tuple[str, str], Amount] = {}
        for day, row in texts.items():
            for api in TEXT_APIS:
                bought, asked = row[f"{api}_bought"], row[f"{api}_asked"]
                amounts[day, api] = Amount(bought, row["of_posts"], asked - bought)
        for day in sorted({*images, *photos, *of_2019}):
            row = images.get(day, {})
            for api in APIS:
                bought = row.get(api, 0)
                is_spared = api in image_apis and bool(APIS[api].gate)
                amounts[day, api] = Amount(
                    bought,
                    of_2019.get(day, {}).get(api, 0),
                    photos.get(day, {}).get(api, 0),
                    max(row.get(LABELS.name, 0) - bought, 0) if is_spared else 0,
                )
        return {key: amount for key, amount in amounts.items() if amount != Amount()}

    def _run(self, name: str) -> Counts:
        self._on_state(name.replace("_", " of "))
        result = self._client.run(build_statement(name, self._days["since"], self._days["until"]))
        names = result.column_names[1:]
        counts = {row[0]: dict(zip(names, map(int, row[1:]), strict=True)) for row in result.typed_rows()}
        self.results.append(result)
        return counts


def build_statement(name: str, since: str, until: str) -> str:
    """One of `STATEMENTS` for these days."""
    text = (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    return Template(text).substitute(since=since, until=until)
