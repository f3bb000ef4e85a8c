"""X's filtered stream -> the `tweets` stream, as a container that runs on: see Dockerfile."""

from __future__ import annotations

import signal
import sys
import threading

import boto3
from aws_lambda_powertools import Logger

from photolake.aws.secrets import read_secret
from photolake.collect.source import NotSetUpError
from photolake.errors import PhotolakeError
from photolake.sources.x.stream.batcher import Progress
from photolake.sources.x.stream.service import Streaming, StreamSettings, streaming

REPORT_S = 60.0
# A container that ends is started again at once; while the month's posts are bought, this one waits by itself.
REST_S = 3_600.0


def configured() -> Streaming:
    """The stream that the environment asks for; NotSetUpError without a token."""
    settings = StreamSettings.from_env()
    token = read_secret(boto3.client("secretsmanager"), settings.x_token_secret)
    if not token:
        raise NotSetUpError(f"put X's bearer token into the secret {settings.x_token_secret}")
    return streaming(settings, token, boto3.client, boto3.resource("dynamodb").Table)


def report(logger: Logger, progress: Progress, stop: threading.Event) -> None:
    """Log the progress now and then, until `stop` is set: the lines that the template's metrics are read from."""
    before = 0
    while not stop.wait(REPORT_S):
        posts = progress.posts + progress.found
        logger.info("streaming", **vars(progress), delivered=posts - before)
        before = posts


def main() -> int:
    """Follow the stream until SIGTERM or SIGINT, and return the exit status."""
    logger = Logger(service="x_stream")
    stop, ended, progress = threading.Event(), threading.Event(), Progress()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    reporter = threading.Thread(target=report, args=(logger, progress, ended), daemon=True)
    reporter.start()
    try:
        while not stop.is_set():
            configured().run(progress, logger.warning, stop)
            stop.wait(REST_S)
    except PhotolakeError as error:
        logger.exception(str(error))
        return 1
    finally:
        ended.set()
        reporter.join()
        logger.info("ended", **vars(progress))
    return 0


if __name__ == "__main__":
    sys.exit(main())
