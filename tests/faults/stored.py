"""What moto and Glue hold, read without the cost of a request."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

from boto3.dynamodb.types import Binary, TypeDeserializer


class KnownTables:
    """Glue as Firehose and Athena see it; a table never changes during a run, and moto takes 20 ms to describe one."""

    def __init__(self, glue: Any) -> None:
        self._glue = glue
        self.get_table = cache(glue.get_table)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._glue, name)


class StoredValues(TypeDeserializer):
    """Reads the values of DynamoDB as moto holds them: objects of its own, binary ones in Base64."""

    def deserialize(self, value: Any) -> Any:
        """Return the value as boto3 gives it."""
        return super().deserialize(value.to_json())

    def _deserialize_b(self, value: str) -> Any:
        return Binary(base64.b64decode(value))
