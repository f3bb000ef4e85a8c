"""Checkpoints in DynamoDB, on moto."""

import pytest
from moto import mock_aws

from photolake.collect.checkpoints import Checkpoint, CheckpointStore
from photolake.errors import RetryableError
from tests.builders.dynamodb_tables import template_table


@pytest.fixture
def store():
    with mock_aws():
        yield CheckpointStore(template_table("CheckpointTable", "checkpoints"))


def test_a_source_that_was_never_read_has_an_empty_checkpoint(store):
    assert store.load("x#1") == Checkpoint("x#1", 0, {})


def test_a_state_is_saved_whole_in_place_of_the_last(store):
    first = store.save(store.load("x#1"), {"since_id": "5", "query": "sea"})
    second = store.save(first, {"newest_id": "9", "until_id": "7"})

    assert second == Checkpoint("x#1", 2, {"newest_id": "9", "until_id": "7"})
    assert store.load("x#1") == second
    assert store.load("x#2").version == 0


@pytest.mark.parametrize("saved_before", [0, 1])
def test_of_two_runs_at_once_the_second_to_save_is_told_and_changes_nothing(store, saved_before):
    for _ in range(saved_before):
        store.save(store.load("x#1"), {"since_id": "1"})
    one, other = store.load("x#1"), store.load("x#1")
    kept = store.save(one, {"since_id": "5"})

    with pytest.raises(RetryableError, match="another run has moved the checkpoint x#1"):
        store.save(other, {"since_id": "3"})

    assert store.load("x#1") == kept
