import json
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from requests.adapters import BaseAdapter

from photolake.errors import PermanentError, RetryableError, SettingsError
from photolake.x.search import TIMEOUT_S, RateLimitedError, RecentSearch, search_query, x_client

EMPTY = {"meta": {"result_count": 0}}


class FakeX(BaseAdapter):
    """X at the other end of the wire: gives each answer in turn, the last one for ever."""

    def __init__(self, *answers):
        super().__init__()
        self.answers = list(answers)
        self.asked = []
        self.timeouts = []

    def send(self, request, stream=False, timeout=None, verify=True, cert=None, proxies=None):
        self.asked.append(request)
        self.timeouts.append(timeout)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        status, body, headers = answer
        response = requests.Response()
        response.status_code = status
        response.reason = "Reason"
        response.headers.update(headers)
        response._content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return response

    def close(self):
        pass


def asking(*answers):
    client, x = x_client("token"), FakeX(*answers)
    pauses: list[float] = []
    client.session.mount("https://", x)
    return RecentSearch(client, "(sea) has:images", sleep=pauses.append), x, pauses


def test_a_page_is_asked_for_with_everything_that_the_mapping_reads():
    page = {"data": [{"id": "1", "text": "a"}], "meta": {"result_count": 1, "next_token": "t"}}
    search, x, _ = asking((200, page, {}))

    assert search.page({"since_id": 5, "until_id": 9}, "t0") == page

    (request,) = x.asked
    sent = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
    assert urlsplit(request.url).path == "/2/tweets/search/recent"
    assert request.headers["Authorization"] == "Bearer token"
    assert {
        name: sent[name] for name in ("query", "since_id", "until_id", "next_token", "max_results", "sort_order")
    } == {
        "query": "(sea) has:images",
        "since_id": "5",
        "until_id": "9",
        "next_token": "t0",
        "max_results": "100",
        "sort_order": "recency",
    }
    assert {"attachments.media_keys", "referenced_tweets.id.attachments.media_keys", "author_id"} <= set(
        sent["expansions"].split(",")
    )
    assert {"note_tweet", "edit_controls", "entities", "referenced_tweets"} <= set(sent["tweet.fields"].split(","))
    assert {"alt_text", "preview_image_url", "url"} <= set(sent["media.fields"].split(","))
    assert {"verified_type", "public_metrics"} <= set(sent["user.fields"].split(","))
    assert {"geo", "country_code"} <= set(sent["place.fields"].split(","))
    assert x.timeouts == [TIMEOUT_S]


def test_the_first_page_of_a_query_has_no_bounds():
    search, x, _ = asking((200, EMPTY, {}))

    search.page({})

    assert not {"since_id", "until_id", "next_token"} & set(parse_qs(urlsplit(x.asked[0].url).query))


def test_a_used_up_rate_limit_is_reported_at_once_with_the_time_it_ends():
    search, x, pauses = asking((429, {}, {"x-rate-limit-reset": "1795003200"}))

    with pytest.raises(RateLimitedError) as caught:
        search.page({})

    assert (caught.value.reset_time, len(x.asked), pauses) == (1795003200, 1, [])


@pytest.mark.parametrize(
    "trouble",
    [
        (503, {}, {}),
        (200, b"<html>", {}),
        (200, {"errors": [{"title": "Operational"}]}, {}),
        requests.ConnectTimeout(),
        requests.ConnectionError(),
    ],
    ids=["5xx", "no JSON", "errors alone", "timeout", "connection"],
)
def test_x_is_asked_three_times_before_the_run_is_given_up(trouble):
    search, x, pauses = asking(trouble)

    with pytest.raises(RetryableError):
        search.page({})

    assert (len(x.asked), pauses) == (3, [1.0, 2.0])


def test_a_passing_trouble_passes():
    search, _, _ = asking((503, {}, {}), requests.ReadTimeout(), (200, EMPTY, {}))

    assert search.page({}) == EMPTY


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (400, "correct SEARCH_QUERY"),
        (401, "put a valid one into the secret"),
        (402, "credits"),
        (403, "access level"),
        (404, "developer console"),
    ],
)
def test_a_refusal_says_what_to_do_and_is_not_tried_again(status, advice):
    search, x, _ = asking((status, {"title": "No", "detail": "because"}, {}))

    with pytest.raises(PermanentError, match=advice) as caught:
        search.page({})

    assert "token " not in str(caught.value).replace("bearer token ", "")
    assert len(x.asked) == 1


@pytest.mark.parametrize(
    ("query", "languages", "whole"),
    [
        (" has:images ", [], "has:images"),
        ("sea OR sun", ["en"], "(sea OR sun) (lang:en)"),
        ("sea", ["en", "zh-TW"], "(sea) (lang:en OR lang:zh-TW)"),
    ],
)
def test_languages_are_joined_to_the_query(query, languages, whole):
    assert search_query(query, languages) == whole


@pytest.mark.parametrize(
    ("query", "languages", "message"),
    [
        (" ", [], "SEARCH_QUERY is empty"),
        ("sea", ["english"], "english is no language code"),
        ("x" * 510, ["en"], "has 522 characters, X takes 512"),
    ],
)
def test_a_query_that_x_would_refuse_is_a_settings_error(query, languages, message):
    with pytest.raises(SettingsError, match=message):
        search_query(query, languages)
