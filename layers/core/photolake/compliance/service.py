"""Makes the runner from its parts, for the command and for the function."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import requests

from photolake.aws.athena import QueryReader, QueryRunner
from photolake.collect.checkpoints import CheckpointStore
from photolake.collect.deletions import DeletionStore
from photolake.compliance.held_posts import HeldPosts
from photolake.compliance.runner import ComplianceLake, ComplianceRunner
from photolake.compliance.state import StateStore
from photolake.rejected import RejectedStore
from photolake.settings import Settings
from photolake.sources.x.compliance_api import ComplianceApi
from photolake.sources.x.search_api import make_x_client
from photolake.sources.x.source import check_api_url

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True)
class ComplianceSettings(Settings):
    """Which lake is checked, and where X is."""

    lake_bucket: str
    landing_database: str
    workgroup: str
    checkpoint_table: str
    x_api_url: str
    x_token_secret: str
    sample_rate: float


def make_held_posts(settings: ComplianceSettings, make_client: Callable[..., Any]) -> HeldPosts:
    """Make what finds the lake's posts; `make_client` makes a boto3 client of a service."""
    runner = QueryRunner(make_client("athena"), settings.workgroup, settings.landing_database)
    queries = QueryReader(runner, make_client("s3"))
    return HeldPosts(queries, settings.landing_database, with_archive=settings.sample_rate < 1)


def make_runner(
    settings: ComplianceSettings,
    token: str,
    make_client: Callable[..., Any],
    get_table: Callable[[str], Table],
    on_progress: Callable[[str], object],
) -> ComplianceRunner:
    """Make the runner of a lake; the arguments are as in `ComplianceRunner` and `make_held_posts`."""
    s3 = make_client("s3")
    return ComplianceRunner(
        ComplianceApi(make_x_client(token, check_api_url(settings.x_api_url)), requests.Session()),
        ComplianceLake(
            make_held_posts(settings, make_client),
            DeletionStore(s3, settings.lake_bucket),
            RejectedStore(s3, settings.lake_bucket),
        ),
        StateStore(CheckpointStore(get_table(settings.checkpoint_table))),
        # Tells the jobs of two lakes apart that share an app of X.
        f"photolake {sha256(settings.lake_bucket.encode()).hexdigest()[:16]}",
        on_progress=on_progress,
    )
