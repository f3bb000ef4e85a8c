"""AWS clients and environments that know the local endpoints and nothing of the developer's own AWS configuration."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

REGION = "us-east-1"
ACCOUNT = "123456789012"
# Of every client but the functions, whose access keys are their logical ids.
CREDENTIAL = "test"


def build_environment(endpoints: Mapping[str, str]) -> dict[str, str]:
    """The variables for any AWS client; `endpoints` by botocore's name of the service, "" for all the others."""
    return {
        "AWS_ACCESS_KEY_ID": CREDENTIAL,
        "AWS_SECRET_ACCESS_KEY": CREDENTIAL,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        **{f"AWS_ENDPOINT_URL_{name.upper()}" if name else "AWS_ENDPOINT_URL": url for name, url in endpoints.items()},
    }


def build_isolated_environment(state: Path) -> dict[str, str]:
    """What every child process starts from: nothing of ~/.aws, of EC2's metadata, or of the developer's environment."""
    empty = state / "aws_config"
    empty.write_text("[default]\n", "utf-8")
    return {
        "PATH": os.defpath,
        "AWS_CONFIG_FILE": str(empty),
        "AWS_SHARED_CREDENTIALS_FILE": str(empty),
        "AWS_EC2_METADATA_DISABLED": "true",
    }


class Clients:
    """Makes one client per service, for use in any thread."""

    def __init__(self, endpoints: Mapping[str, str], isolation: Mapping[str, str]) -> None:
        self._endpoints = endpoints
        self._session = botocore.session.Session()
        self._session.set_config_variable("config_file", isolation["AWS_CONFIG_FILE"])
        self._session.set_config_variable("credentials_file", isolation["AWS_SHARED_CREDENTIALS_FILE"])
        self._session.set_config_variable("profile", "default")
        self._clients: dict[str, Any] = {}
        self._making = threading.Lock()

    def __call__(self, service: str) -> Any:
        """The client of a service by botocore's name."""
        with self._making:
            if service not in self._clients:
                self._clients[service] = self._create_client(service)
            return self._clients[service]

    def _create_client(self, service: str) -> Any:
        return self._session.create_client(
            service,
            region_name=REGION,
            endpoint_url=self._endpoints.get(service, self._endpoints[""]),
            aws_access_key_id=CREDENTIAL,
            aws_secret_access_key=CREDENTIAL,
            config=Config(max_pool_connections=30),
        )
