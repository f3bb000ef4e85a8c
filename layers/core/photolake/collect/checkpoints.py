"""Checkpoints: how far a source has been read, so that the next run reads on from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from photolake.aws.dynamodb import is_condition_failure
from photolake.errors import CheckpointConflictError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import Table


@dataclass(frozen=True)
class Checkpoint:
    """The state of one source; `version` counts how often it has been saved, 0 if never."""

    id: str
    version: int
    state: Mapping[str, Any]


class CheckpointStore:
    """Checkpoints in a DynamoDB table (key `id`), written only if nobody has written them since they were read."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, source: str) -> Checkpoint:
        """Read the checkpoint of a source; an empty one if there is none yet."""
        item = self._table.get_item(Key={"id": source}, ConsistentRead=True).get("Item")
        if item is None:
            return Checkpoint(source, 0, {})
        state = {name: value for name, value in item.items() if name not in ("id", "version")}
        return Checkpoint(source, int(str(item["version"])), state)

    def save(self, checkpoint: Checkpoint, state: Mapping[str, Any]) -> Checkpoint:
        """Replace the state that was read.

        CheckpointConflictError if another run has saved the source since.
        """
        saved = replace(checkpoint, version=checkpoint.version + 1, state=state)
        try:
            self._table.put_item(
                Item={**state, "id": saved.id, "version": saved.version},
                ConditionExpression="attribute_not_exists(id) OR version = :read",
                ExpressionAttributeValues={":read": checkpoint.version},
            )
        except ClientError as error:
            if not is_condition_failure(error):
                raise
            raise CheckpointConflictError(
                f"another run has moved the checkpoint {saved.id} since this run read it (version "
                f"{checkpoint.version}); nothing is lost, posts of both runs may be delivered twice"
            ) from error
        return saved
