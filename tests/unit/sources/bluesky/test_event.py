"""Frames of Jetstream, parsed or rejected."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photolake.errors import PermanentError
from photolake.sources.bluesky.event import Event
from photolake.sources.bluesky.identifiers import PostKey
from tests.builders.bluesky_events import ANN, account, create, frame, tid


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ([], "expected an object, got list"),
        ({}, "time_us: an event needs one"),
        (create(time_us="soon"), "time_us: expected a 64-bit whole number"),
        (create(did="did:plc:short"), "did: not a DID"),
        (create(did=f"{ANN}/../x"), "did: not a DID"),
        (create(did="alice.example"), "did: not a DID"),
        (create([]), "commit.record: a created or updated post needs one"),
        ({**create(), "commit": "x"}, "commit: expected an object, got str"),
        (account(active="no"), "account.active: expected true or false"),
    ],
)
def test_what_is_not_an_event_is_refused_with_the_reason(event, message):
    with pytest.raises(PermanentError, match=message):
        Event.parse(frame(event))


@pytest.mark.parametrize("raw", ["", "{", b"\xff\xfe{", '{"time_us": NaN}', "[" * 100_000, "1" * 10_000])
def test_a_frame_that_is_not_json_is_refused(raw):
    with pytest.raises(PermanentError):
        Event.parse(raw)


@pytest.mark.parametrize("status", ["deactivated", "deleted", "takendown", "suspended", None])
def test_an_account_that_is_gone_says_how(status):
    assert Event.parse(frame(account(active=False, status=status))).gone == (status or "deactivated")


@pytest.mark.parametrize("said", [{"active": True}, {"active": False, "status": "throttled"}, {}])
def test_an_account_that_is_not_gone_says_nothing(said):
    assert Event.parse(frame(account(**said))).gone is None


@given(st.integers(0, 2**53 - 1), st.integers(0, 1023))
def test_a_record_key_holds_its_time(time_us, clock):
    assert PostKey(ANN, tid(time_us, clock)).time_us == time_us
