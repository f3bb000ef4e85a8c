"""Creates the template's DynamoDB tables on moto: call it within `mock_aws`."""

from typing import Any

import boto3

from tests import resolved_template

_OF_THE_CALL = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")


def template_table(logical_id: str, name: str) -> Any:
    """Create a table with the keys and indexes that the template gives it, under the name that the test gives."""
    properties = resolved_template.properties(logical_id)
    call = {part: properties[part] for part in _OF_THE_CALL if part in properties}
    return boto3.resource("dynamodb").create_table(TableName=name, **call)
