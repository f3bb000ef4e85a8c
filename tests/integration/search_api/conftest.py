"""The function search_api over a cloud in memory, and its URL as the laptop cloud serves it, without signatures."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from moto import mock_aws
from werkzeug.test import Client

from laptop_cloud.lambda_runtime.function_urls import FunctionUrl
from laptop_cloud.lambda_runtime.functions import InvocationResult
from photolake.search.index import SearchIndex
from tests.builders.dynamodb_tables import template_table
from tests.builders.search_rows import analysis, photo, post, seen_label

CONTEXT = SimpleNamespace(
    function_name="search_api",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:search_api",
    aws_request_id="52fdfc07-2182-154f-163f-5f0f9a621d72",
    get_remaining_time_in_millis=lambda: 30_000,
)


@dataclass(frozen=True)
class SearchApi:
    """The function, its URL as a WSGI application, and a client of that."""

    function: Any
    url: FunctionUrl
    client: Client
    index: SearchIndex

    def get(self, path: str) -> Any:
        response = self.client.get(path)
        assert response.status_code == 200, response.text
        return response.json


@pytest.fixture(scope="module")
def api() -> Iterator[SearchApi]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        index = SearchIndex(template_table("SearchIndexTable", "search"), 1500)
        patch.setenv("POWERTOOLS_SERVICE_NAME", "search_api")
        patch.setenv("LAKE_BUCKET", "lake")
        patch.setenv("SEARCH_INDEX_TABLE", "search")
        patch.delitem(sys.modules, "functions.search_api.app", raising=False)
        function = importlib.import_module("functions.search_api.app")

        def invoke(payload: bytes) -> InvocationResult:
            return InvocationResult(json.dumps(function.lambda_handler(json.loads(payload), CONTEXT)).encode())

        index.put(analysis(1, [seen_label("Sports Car", 88.0, ["Car"])], ["NDV 5012"]))
        index.put(analysis(2, [seen_label("Car", 70.0), "Tree"], date="2026-11-21"))
        index.put_photo(photo(1), post("Summer in Lisbon", ("Ada Lovelace", 0.9)))
        boto3.client("s3").create_bucket(Bucket="lake")
        url = FunctionUrl(invoke, is_signed=False)
        yield SearchApi(function, url, Client(url), index)
