"""SQS with message move tasks, which moto does not have: those of the laptop cloud."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from laptop_cloud.services.moto.message_moves import MessageMoves, MoveError


class SqsWithMoves:
    """A client of SQS on moto, and the operations of a message move task."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._moves = MessageMoves(lambda: client)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def start_message_move_task(self, **request: Any) -> dict[str, Any]:
        return self._call("StartMessageMoveTask", request)

    def list_message_move_tasks(self, **request: Any) -> dict[str, Any]:
        return self._call("ListMessageMoveTasks", request)

    def _call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._moves.call(operation, request)
        except MoveError as error:
            raise ClientError({"Error": {"Code": error.code, "Message": error.message}}, operation) from error
