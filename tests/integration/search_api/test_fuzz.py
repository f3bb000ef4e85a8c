"""Requests made up from the OpenAPI description: no server errors, and responses as it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from tests.builders.search_rows import image_id

if TYPE_CHECKING:
    from tests.integration.search_api.conftest import SearchApi

# In a query everything is text, so `entity=true` is no violation; and 400 is for what the description cannot tell: a
# value without words, a position that no page gave.
EXCLUDED = [checks.negative_data_rejection, checks.positive_data_acceptance]
FUZZ = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def description(api: SearchApi) -> Any:
    """The description that the function serves, with the function behind it."""
    return schemathesis.openapi.from_wsgi("/openapi.json", api.url)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize("path", ["/images", "/images/{image_id}"])
def test_any_request_is_answered_as_described(description: Any, path: str, mode: GenerationMode) -> None:
    statuses: set[int] = set()

    @FUZZ
    @given(case=description[path]["GET"].as_strategy(generation_mode=mode))
    def fuzz(case: Any) -> None:
        statuses.add(case.call_and_validate(excluded_checks=EXCLUDED).status_code)

    fuzz()

    assert statuses <= {200, 400, 404, 405, 422}
    assert len(statuses) > 1 or path != "/images"


@FUZZ
@given(name=st.sampled_from(["label", "text", "q", "next", "sort", "limit"]), value=st.text(max_size=200))
def test_any_text_as_a_parameter_is_answered_as_described(description: Any, name: str, value: str) -> None:
    case = description["/images"]["GET"].Case(query={name: value})

    assert case.call_and_validate(excluded_checks=EXCLUDED).status_code in (200, 400, 422)


def test_a_known_image_is_described_as_promised(description: Any) -> None:
    case = description["/images/{image_id}"]["GET"].Case(path_parameters={"image_id": image_id(1)})

    assert case.call_and_validate(excluded_checks=EXCLUDED).status_code == 200
