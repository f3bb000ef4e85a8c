"""The state folder: published, withdrawn, locked."""

from pathlib import Path

import pytest

from laptop_cloud import state
from laptop_cloud.errors import CloudRunningError

STATE = state.CloudState(
    pid=1,
    started_at="2026-11-20T15:00:00+00:00",
    scale=0.01,
    endpoint_url="http://127.0.0.1:1",
    environment={"AWS_ENDPOINT_URL": "http://127.0.0.1:1"},
    parameters={"ImageApis": "labels,text"},
    outputs={"BucketName": "b"},
    resources={"Bucket": {"type": "AWS::S3::Bucket", "physical_id": "b"}},
    status_url="http://127.0.0.1:2/status",
    backlog_url="http://127.0.0.1:2/backlog",
)


def test_the_state_of_a_running_cloud_can_be_read(tmp_path: Path):
    lock = state.FolderLock(tmp_path)
    state.write(tmp_path, STATE)

    assert state.read(tmp_path) == STATE

    state.remove(tmp_path)
    lock.release()
    assert state.read(tmp_path) is None


def test_a_file_that_a_dead_cloud_left_is_no_state(tmp_path: Path):
    state.FolderLock(tmp_path).release()
    state.write(tmp_path, STATE)

    assert state.read(tmp_path) is None
    assert not state.is_running(tmp_path)


def test_a_folder_without_a_cloud_has_no_state(tmp_path: Path):
    assert state.read(tmp_path / "none") is None


def test_a_second_cloud_in_the_same_folder_is_refused(tmp_path: Path):
    lock = state.FolderLock(tmp_path)

    with pytest.raises(CloudRunningError, match=r"a laptop cloud already runs in .* \(process \d+\)"):
        state.FolderLock(tmp_path)

    lock.release()
    state.FolderLock(tmp_path).release()
