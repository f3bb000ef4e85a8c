"""image_analyzer with a search index in OpenSearch: an outage loses no image and costs nothing twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from photolake.opensearch.index import ImageIndex
from photolake.opensearch.sink import connect_sinks
from tests.fakes.image_pipeline import photo
from tests.fakes.opensearch_server import FakeOpenSearch

if TYPE_CHECKING:
    from tests.fakes.image_pipeline import Lake

NAME = "photolake-images-v1"


@pytest.fixture
def domain() -> Iterator[FakeOpenSearch]:
    with FakeOpenSearch() as running:
        yield running


@pytest.fixture
def lake(lake: Lake, domain: FakeOpenSearch, monkeypatch: pytest.MonkeyPatch) -> Lake:
    """The lake with a function that writes to the domain."""
    app = lake.analyzer
    [sink] = connect_sinks(domain.url, "photolake-images", boto3.Session(), app.logger, app.metrics)
    # Its client does not wait between attempts.
    client = domain.connect()
    sink = replace(sink, client=client, index=ImageIndex(client, sink.index.alias))
    analyzer = replace(app.pipeline.analyzer, sinks=[sink])
    monkeypatch.setattr(app, "pipeline", replace(app.pipeline, analyzer=analyzer))
    monkeypatch.setattr(app.dropped_photos, "_sinks", [sink])
    return lake


def analyse(lake: Lake, *keys: str) -> list[int]:
    """Announce dropped photos, then the images that they became."""
    assert lake.announce(*keys) == []
    return lake.announce(*sorted(lake.image_keys()))


def test_a_dropped_photo_can_be_searched_by_its_name_and_its_analysis(lake: Lake, domain: FakeOpenSearch) -> None:
    assert analyse(lake, lake.drop("dropped/harbour.png", photo("harbour"))) == []

    [row] = lake.analyses()
    [document] = domain.sources(NAME).values()
    assert {name: document[name] for name in ("image_id", "analyzed_at", "s3_key")} == {
        name: row[name] for name in ("image_id", "analyzed_at", "s3_key")
    }
    assert [label["name"] for label in document["labels"]] == ["Person", "Text"]
    assert [each["name"] for each in document["photos"]] == ["harbour.png"]


@pytest.mark.parametrize("trouble", [403, 429, 503, "cut"])
def test_an_image_waits_for_a_domain_in_trouble_and_is_not_paid_for_again(
    lake: Lake, domain: FakeOpenSearch, trouble: Any
) -> None:
    assert lake.announce(lake.drop("dropped/1.png", photo("one")), lake.drop("dropped/2.png", photo("two"))) == []
    keys = sorted(lake.image_keys())
    domain.troubles.extend([trouble] * 3)  # an image that has it twice gives up

    goes_back = lake.announce(*keys)
    assert goes_back
    domain.troubles.clear()
    assert lake.announce(*(keys[position] for position in goes_back)) == []

    assert {document["s3_key"] for document in domain.sources(NAME).values()} == set(keys)
    assert set(lake.rekognition.billed.values()) == {2}


def test_an_image_whose_document_is_rejected_is_done_and_the_rejection_is_counted(
    lake: Lake, domain: FakeOpenSearch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert lake.announce(lake.drop("dropped/1.png", photo("one"))) == []
    [key] = lake.image_keys()
    domain.item_troubles.append(400)

    assert lake.announce(key) == []

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [line["SearchDocumentsRejected"] for line in lines if "SearchDocumentsRejected" in line] == [[1.0]]
    [told] = [vars(record) for record in caplog.records if record.message == "search document rejected"]
    assert (told["image_id"], told["reason"]) == (lake.analyses()[0]["image_id"], "trouble: of its own")
    assert lake.announce(key) == []
    assert set(lake.rekognition.billed.values()) == {1}
