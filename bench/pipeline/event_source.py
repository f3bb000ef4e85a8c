"""Lambda's event sources: messages of a queue become batches, and what fails comes again."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MAX_RECEIVES = 3


@dataclass
class Message:
    """A record of an event, and how often it was received."""

    record: Mapping[str, Any]
    receives: int = 0


@dataclass
class MessageQueue:
    """A queue; `unfinished` are the messages in it and in work."""

    messages: deque[Message] = field(default_factory=deque)
    unfinished: int = 0
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, record: Mapping[str, Any]) -> None:
        """Add a message."""
        self.unfinished += 1
        self._add(Message(record))

    async def take(self, size: int, window: float) -> list[Message]:
        """Take at least one message, and more up to the size of a batch if they come within `window` seconds."""
        while not self.messages:
            self._arrived.clear()
            await self._arrived.wait()
        loop = asyncio.get_running_loop()
        end = loop.time() + window
        while len(self.messages) < size and loop.time() < end:
            await asyncio.sleep(min(0.01, window))
        batch = [self.messages.popleft() for _ in range(min(size, len(self.messages)))]
        for message in batch:
            message.receives += 1
        return batch

    def finish(self, batch: Sequence[Message], failures: set[str]) -> None:
        """Delete the messages but those that failed, which come again; RuntimeError for one that always fails."""
        for message in batch:
            if message.record["messageId"] not in failures:
                self.unfinished -= 1
            elif message.receives == MAX_RECEIVES:
                raise RuntimeError(f"failed {MAX_RECEIVES} times: {message.record['body'][:300]}")
            else:
                self._add(message)

    def _add(self, message: Message) -> None:
        self.messages.append(message)
        self._arrived.set()


def read_failures(response: Mapping[str, Any]) -> set[str]:
    """The messages that a handler gives back (`ReportBatchItemFailures`)."""
    return {failure["itemIdentifier"] for failure in response.get("batchItemFailures", [])}
