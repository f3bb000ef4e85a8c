"""An image that is analysed again because an API was added: only that API is bought, and the row has all of them."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photolake.images.analyze import AnalysisResult
from photolake.images.rekognition_apis import APIS, find_apis, select_apis
from photolake.images.rekognition_apis import digest_requests as digest
from tests.fakes.image_analysis import IMAGE_ID, Steps, World, deliver_until_done
from tests.fakes.rekognition import CUSTOM_MODEL, DEFAULT_APIS, PERSON, TEXT, FakeRekognition, service_error

if TYPE_CHECKING:
    from photolake.rows.schema import TableSchema

choices = st.sets(st.sampled_from(sorted(APIS)), min_size=1).map(lambda names: tuple(sorted(names)))
moments = st.frozensets(st.integers(min_value=1, max_value=40), max_size=8)
passing = st.sampled_from(["ThrottlingException", "InternalServerError"])
methods = sorted({api.method for api in APIS.values()})
faults = st.dictionaries(st.sampled_from(methods), st.lists(passing, min_size=1, max_size=3))


def filled_apis(row: Mapping[str, Any]) -> set[str]:
    """The APIs whose column the row fills."""
    filled = set()
    for name, api in APIS.items():
        column, *fields = api.column.split(".")
        value = row[column]
        for field in fields:
            value = (value or {}).get(field)
        filled |= {name} if value else set()
    return filled


@settings(max_examples=150, deadline=None)
@given(history=st.lists(choices, min_size=1, max_size=4), failing=faults, before=moments, after=moments)
def test_any_history_of_settings_buys_each_api_once_and_the_row_has_those_of_today(
    analyses: TableSchema,
    history: list[tuple[str, ...]],
    failing: dict[str, list[str]],
    before: frozenset[int],
    after: frozenset[int],
) -> None:
    errors = {method: [service_error(code, method) for code in codes] for method, codes in failing.items()}
    world = World(analyses, FakeRekognition([PERSON, TEXT], errors), Steps(before, after))

    for apis in history:
        world.apis = apis
        deliver_until_done(world)
        world.cache.items.clear()  # partial results have expired

        assert filled_apis(world.rows[-1]) == set(apis)

    assert world.rekognition.bought == dict.fromkeys(set().union(*history), 1)


def test_an_added_api_is_all_that_is_bought(analyses: TableSchema) -> None:
    world = World(analyses, FakeRekognition([PERSON, TEXT]), Steps())
    world.deliver()
    world.cache.items.clear()
    world.apis = [*DEFAULT_APIS, "properties"]

    assert [world.deliver(), world.deliver()] == [AnalysisResult.ANALYZED, AnalysisResult.SAVED]
    assert world.rekognition.bought == dict.fromkeys(world.apis, 1)
    first, second = world.rows
    assert second["image_labels"] == first["image_labels"]
    assert (first["image_properties"] is None, second["image_properties"] is None) == (True, False)


def test_a_switched_off_api_leaves_the_row_and_its_response_is_kept(analyses: TableSchema) -> None:
    world = World(analyses, FakeRekognition([PERSON, TEXT]), Steps())
    world.deliver()
    world.apis = ["labels", "moderation"]

    world.deliver()

    assert filled_apis(world.rows[-1]) == {"labels", "moderation"}
    (body,) = world.s3.objects.values()
    assert {entry["api"] for entry in json.loads(gzip.decompress(body))} == set(DEFAULT_APIS)
    assert list(world.s3.objects) == [f"responses/{IMAGE_ID[:2]}/{IMAGE_ID}.json.gz"]


@pytest.mark.parametrize("names", [(), ("labels",), ("labels", "properties"), tuple(APIS), DEFAULT_APIS])
def test_the_apis_of_a_request_digest_are_found(names: tuple[str, ...]) -> None:
    assert find_apis(digest(select_apis(names, CUSTOM_MODEL)), CUSTOM_MODEL) == set(names)


def test_a_digest_with_another_custom_labels_model_has_no_apis() -> None:
    names = ["labels", "custom_labels"]

    assert find_apis(digest(select_apis(names, CUSTOM_MODEL.replace("17", "18"))), CUSTOM_MODEL) == frozenset()


def test_another_digest_has_no_apis() -> None:
    assert find_apis(None) == find_apis("0" * 16) == frozenset()
