"""X's filtered stream -> the `tweets` stream, as a container that runs until it is stopped: see Dockerfile."""

from __future__ import annotations

import signal
import sys
import threading

import boto3
from aws_lambda_powertools import Logger

from photolake.aws.secrets import read_secret
from photolake.errors import NotConfiguredError, PhotolakeError
from photolake.sources.x.stream.batcher import Progress
from photolake.sources.x.stream.service import StreamSettings, XStream, make_stream

REPORT_S = 60.0
# A container that ends is restarted at once, so this one waits by itself while the month's budget is exhausted.
BUDGET_RETRY_S = 3_600.0


def make_configured_stream() -> XStream:
    """Make the stream that the environment asks for; NotConfiguredError without a token."""
    settings = StreamSettings.from_env()
    token = read_secret(boto3.client("secretsmanager"), settings.x_token_secret)
    if not token:
        raise NotConfiguredError(f"put X's bearer token into the secret {settings.x_token_secret}")
    return make_stream(settings, token, boto3.client, boto3.resource("dynamodb").Table)


def report_progress(logger: Logger, progress: Progress, has_ended: threading.Event) -> None:
    """Log the progress every minute; the template's metric filters read these lines."""
    before = 0
    while not has_ended.wait(REPORT_S):
        posts = progress.posts + progress.found
        logger.info("streaming", **vars(progress), delivered=posts - before)
        before = posts


def main() -> int:
    """Follow the stream until SIGTERM or SIGINT, and return the exit status."""
    logger = Logger(service="x_stream")
    stop, has_ended, progress = threading.Event(), threading.Event(), Progress()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    reporter = threading.Thread(target=report_progress, args=(logger, progress, has_ended), daemon=True)
    reporter.start()
    try:
        while not stop.is_set():
            make_configured_stream().run(progress, logger.warning, stop)
            stop.wait(BUDGET_RETRY_S)
    except PhotolakeError as error:
        logger.exception(str(error))
        return 1
    finally:
        has_ended.set()
        reporter.join()
        logger.info("ended", **vars(progress))
    return 0


if __name__ == "__main__":
    sys.exit(main())
