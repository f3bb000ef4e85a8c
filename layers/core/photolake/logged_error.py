"""What a log may say of an error: no value that it was about, as that can be text of a post, a name or a signed URL."""

from __future__ import annotations

import traceback

from botocore.exceptions import ClientError

from photolake.errors import PhotolakeError

# About the caller, a resource or a rate; the message of any other code can quote a parameter, as that of
# ValidationException does (https://docs.aws.amazon.com/comprehend/latest/APIReference/CommonErrors.html).
_PLAIN_CODES = ("AccessDenied", "NotFound", "NoSuchBucket", "Throttl", "LimitExceeded", "Expired", "UnrecognizedClient")
_SHOWN_FRAMES = 5
_MAX_CAUSES = 5


def describe_error(error: BaseException) -> str:
    """Say what happened: our own message, AWS's operation and code, or the class of any other error and its place.

    Our own messages are written for logs, and say what caused them. Others quote what they could not read: a number, a
    key, a whole text (UnicodeEncodeError, ParamValidationError, pyarrow's errors). Of those the causes are named too,
    as Powertools' IdempotencyPersistenceLayerError says nothing of the refusal that it wraps.
    """
    errors = [error]
    while len(errors) <= _MAX_CAUSES and (cause := _find_cause(errors[-1])) and cause not in errors:
        errors.append(cause)
    return ", caused by: ".join(_describe_one(each) for each in errors)


def _find_cause(error: BaseException) -> BaseException | None:
    return None if isinstance(error, PhotolakeError) else error.__cause__


def _describe_one(error: BaseException) -> str:
    if isinstance(error, PhotolakeError):
        return str(error)
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "without a code")
        message = error.response.get("Error", {}).get("Message", "")
        is_plain = any(word in code for word in _PLAIN_CODES)
        return f"{error.operation_name}: {code}" + (f": {message}" if is_plain and message else "")
    return f"{type(error).__name__} in {describe_place(error)}"


def describe_place(error: BaseException) -> str:
    """Say where an error was raised, by the last frames: `app.py:12 handle < sqs.py:80 process`."""
    frames = traceback.extract_tb(error.__traceback__)[-_SHOWN_FRAMES:]
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
    return " < ".join(places) or "no known place"
