"""A server that is not there is an error that says how to get it: nothing is skipped."""

import pytest

from tests.conformance.maven_download import MavenDownload, ServerMissingError
from tests.conformance.presto_installation import DOWNLOAD


def test_a_missing_server_is_an_error_that_says_how_to_get_it(tmp_path):
    with pytest.raises(ServerMissingError) as error:
        DOWNLOAD.installed({"PRESTO_HOME": str(tmp_path / "nothing")})

    assert str(error.value) == (
        f"no server in {tmp_path}/nothing: get it with `python -m tests.conformance.presto_installation`, "
        "or set PRESTO_HOME"
    )


def test_maven_output_is_shown_and_an_unfinished_download_is_ignored(tmp_path, monkeypatch):
    (tmp_path / "pom.xml").write_text("<some.version>7</some.version>", encoding="utf-8")
    (tmp_path / "mvn").write_text("#!/bin/sh\necho 'no such artifact'\nexit 1\n", encoding="utf-8")
    (tmp_path / "mvn").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("tests.conformance.maven_download.ROOT", tmp_path)
    download = MavenDownload("some", tmp_path, "SOME_HOME", 1)

    with pytest.raises(ServerMissingError, match="some could not be downloaded; Maven said:\nno such artifact"):
        download.get(lambda line: None)

    assert not download.home.exists()
