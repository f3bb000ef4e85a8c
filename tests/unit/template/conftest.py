"""template.yaml as it is written, and as CloudFormation gets it."""

import pytest

from laptop_cloud.stack import template
from tests import resolved_template


@pytest.fixture(scope="session")
def written():
    return template.parse_template((resolved_template.ROOT / "template.yaml").read_text())


@pytest.fixture(scope="session")
def transformed():
    return resolved_template.transformed().document


@pytest.fixture(scope="session")
def streams():
    return resolved_template.delivery_streams()
