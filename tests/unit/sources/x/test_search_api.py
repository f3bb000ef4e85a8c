"""Requests to X's recent search, and its errors."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from requests.adapters import BaseAdapter

from photolake.errors import PermanentError, RateLimitedError, RetryableError
from photolake.sources.x.queries import Query
from photolake.sources.x.search_api import TIMEOUT_S, RecentSearch, make_x_client

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
    client, x = make_x_client("token"), FakeX(*answers)
    pauses: list[float] = []
    client.session.mount("https://", x)
    return RecentSearch(client, Query("SEARCH_QUERY", "(sea) has:images"), sleep=pauses.append), x, pauses


def test_a_page_is_asked_for_with_everything_that_the_mapping_reads():
    page = {"data": [{"id": "1", "text": "a"}], "meta": {"result_count": 1, "next_token": "t"}}
    search, x, _ = asking((200, page, {}))

    assert search.read_page({"since_id": 5, "until_id": 9}, "t0") == page

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
    assert {"verified_type", "public_metrics", "profile_banner_url"} <= set(sent["user.fields"].split(","))
    assert {"geo", "country_code"} <= set(sent["place.fields"].split(","))
    assert x.timeouts == [TIMEOUT_S]


def test_the_first_page_of_a_query_has_no_bounds():
    search, x, _ = asking((200, EMPTY, {}))

    search.read_page({})

    assert not {"since_id", "until_id", "next_token"} & set(parse_qs(urlsplit(x.asked[0].url).query))


def test_a_used_up_rate_limit_is_reported_at_once_with_the_time_it_ends():
    search, x, pauses = asking((429, {}, {"x-rate-limit-reset": "1795003200"}))

    with pytest.raises(RateLimitedError) as caught:
        search.read_page({})

    assert (caught.value.reset_time, len(x.asked), pauses) == (1795003200, 1, [])


def test_the_months_cap_is_no_rate_limit_that_passes():
    body = {"title": "UsageCapExceeded", "type": "https://api.twitter.com/2/problems/usage-capped"}
    search, x, _ = asking((429, body, {"x-rate-limit-reset": "1795003200"}))

    with pytest.raises(PermanentError, match="sells no more posts this billing month"):
        search.read_page({})

    assert len(x.asked) == 1


@pytest.mark.parametrize(
    "trouble",
    [
        (503, {}, {}),
        (408, {}, {}),
        (200, b"<html>", {}),
        (200, {"errors": [{"title": "Operational"}]}, {}),
        (200, ["no page"], {}),
        (429, {}, {"x-rate-limit-reset": "soon"}),
        requests.ConnectTimeout(),
        requests.ConnectionError(),
    ],
    ids=["5xx", "408", "no JSON", "errors alone", "no object", "unreadable reset", "timeout", "connection"],
)
def test_x_is_asked_three_times_before_the_run_is_given_up(trouble):
    search, x, pauses = asking(trouble)

    with pytest.raises(RetryableError):
        search.read_page({})

    assert (len(x.asked), pauses) == (3, [1.0, 2.0])


def test_a_passing_trouble_passes():
    search, _, _ = asking((503, {}, {}), requests.ReadTimeout(), (200, EMPTY, {}))

    assert search.read_page({}) == EMPTY


def test_a_refused_field_is_not_blamed_on_the_query():
    refused = {"parameters": {"tweet.fields": ["note_tweet"]}, "message": "note_tweet is not one of the fields"}
    search, x, _ = asking((400, {"errors": [refused], "title": "Invalid Request"}, {}))

    with pytest.raises(PermanentError, match="look for a newer photolake"):
        search.read_page({})
    assert ["tweet.fields" in request.url for request in x.asked] == [True, False]


def test_x_is_asked_in_its_new_names_from_the_moment_it_refuses_the_old_ones():
    refused = {"parameters": {"tweet.fields": ["id"]}, "message": "The query parameter [tweet.fields] is not one of []"}
    search, x, pauses = asking((400, {"errors": [refused], "title": "Invalid Request"}, {}), (200, EMPTY, {}))

    assert (search.read_page({"since_id": 5}), search.read_page({}, "t")) == (EMPTY, EMPTY)

    sent = [parse_qs(urlsplit(request.url).query) for request in x.asked]
    assert ["tweet.fields" in parameters for parameters in sent] == [True, False, False]
    assert ["post.fields" in parameters for parameters in sent] == [False, True, True]
    assert (sent[1]["since_id"], sent[2]["next_token"], pauses) == (["5"], ["t"], [])


def test_the_reason_of_a_refusal_is_told_wherever_it_stands():
    search, _, _ = asking((403, {"errors": [{"title": "Forbidden", "detail": "enroll the app in a project"}]}, {}))

    with pytest.raises(PermanentError, match="enroll the app in a project"):
        search.read_page({})


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
        search.read_page({})

    assert "token " not in str(caught.value).replace("bearer token ", "")
    assert len(x.asked) == 1


@pytest.mark.parametrize("name", ["total_tweet_count", "total_post_count"])
def test_posts_are_counted_before_they_are_bought(name):
    search, x, _ = asking((200, {"data": [], "meta": {name: 12}}, {}))

    assert search.count_posts() == 12

    (request,) = x.asked
    sent = parse_qs(urlsplit(request.url).query)
    assert urlsplit(request.url).path == "/2/tweets/counts/recent"
    assert sent == {"query": ["(sea) has:images"], "granularity": ["day"]}


@pytest.mark.parametrize("body", [{}, [], {"meta": {}}, {"meta": {"total_tweet_count": "many"}}])
def test_an_answer_without_a_count_is_asked_for_again(body):
    search, x, _ = asking((200, body, {}))

    with pytest.raises(RetryableError, match="no count"):
        search.count_posts()

    assert len(x.asked) == 3


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://127.0.0.1:9/"])
def test_x_is_asked_at_the_url_of_the_settings(url):
    client, x = make_x_client("token", url), FakeX((200, EMPTY, {}))
    client.session.mount("http://", x)

    RecentSearch(client, Query("SEARCH_QUERY", "sea")).read_page({})

    assert x.asked[0].url.startswith("http://127.0.0.1:9/2/tweets/search/recent?")
