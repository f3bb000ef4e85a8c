"""The number of messages in every queue, in one request: whoever waits for the end of the work asks twice a second.

By SQS's API that takes a request for each queue, which costs moto and its client more than the work that is waited for.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from laptop_cloud.server.aws_clients import ACCOUNT, REGION

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Not a bucket: their names begin with a letter or a digit.
PAGE = "/_queues"


class QueueCounts:
    """Passes requests on to an application, and answers `GET /_queues` itself: the counts by the queue's name."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The application's response, or the counts as JSON."""
        if environ["PATH_INFO"] != PAGE:
            return self._application(environ, start_response)
        return Response(json.dumps(count_messages()), content_type="application/json")(environ, start_response)


def count_messages() -> dict[str, dict[str, Any]]:
    """For each queue its `arn`, messages `visible`, `in_flight` and `delayed`, and whether it `is_dlq` of another.

    The words are those of GetQueueAttributes: ApproximateNumberOfMessages, ...NotVisible, ...Delayed.
    """
    # Imported late: the status page only needs the path.
    from moto.sqs.models import sqs_backends

    queues: list[Any] = list(sqs_backends[ACCOUNT][REGION].queues.values())
    targets = {queue.redrive_policy["deadLetterTargetArn"] for queue in queues if queue.redrive_policy}
    return {
        queue.name: {
            "arn": queue.queue_arn,
            "visible": queue.approximate_number_of_messages,
            "in_flight": queue.approximate_number_of_messages_not_visible,
            "delayed": queue.approximate_number_of_messages_delayed,
            "is_dlq": queue.queue_arn in targets,
        }
        for queue in queues
    }
