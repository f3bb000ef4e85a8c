"""The errors photolake raises on purpose.

PhotolakeError
├── SettingsError              a setting is missing or out of bounds
├── NotConfiguredError         a source lacks something, such as a token, before it can be read
├── DeliveryError              Firehose, SQS or DynamoDB still refuses records after every attempt
├── RowError                   a row does not fit the columns of its table
│   └── RowTooLargeError       it fits them, but is larger than a Firehose record may be
├── BudgetExhaustedError       a source may buy no more posts
├── InvalidSearchError         a search cannot be carried out as it is asked for
├── RetryableError             try again later (throttling, a 5xx response, a timeout)
│   ├── RateLimitedError       a source asks for a pause
│   ├── DisconnectedError      X's stream has ended
│   ├── AddressExpiredError    the address that X gave for a compliance job has expired
│   ├── OutOfTimeError         the invocation is about to end
│   └── CheckpointConflictError another run has moved the checkpoint
└── PermanentError             trying again cannot help; `status` is the word that goes into the row
    └── ObjectAccessError      Rekognition cannot read an S3 object, whose bytes can still be sent

DamageError (post_files.compression) is not one of them: its module's callers always turn it into a rejected record.
LargeSiblingError (post_formats.beside) neither: it becomes a sentence for the user, and the file is left alone.
"""


class PhotolakeError(Exception):
    """Base of every error photolake raises on purpose."""


class SettingsError(PhotolakeError):
    """A setting is missing or out of bounds."""


class NotConfiguredError(PhotolakeError):
    """A source lacks something, such as a token, before it can be read; the message says what to do."""


class DeliveryError(PhotolakeError):
    """Some records were still refused after every attempt; nothing after them may be acknowledged."""


class RowError(PhotolakeError):
    """A row does not fit the columns of its table."""


class RowTooLargeError(RowError):
    """A row is larger than a Firehose record may be. That is the fault of the post, which may be crafted on purpose."""


class BudgetExhaustedError(PhotolakeError):
    """A source may buy no more posts: `budget` names the budget, the message says what to do, if anything."""

    def __init__(self, budget: str, message: str = "") -> None:
        super().__init__(message)
        self.budget = budget


class InvalidSearchError(PhotolakeError):
    """A search cannot be carried out as it is asked for; the message names the parameter."""


class RetryableError(PhotolakeError):
    """The same message may succeed later: throttling, a 5xx response, a timeout."""


class RateLimitedError(RetryableError):
    """A source may be read again from `reset_time` (seconds since 1970), or after a while if that is None."""

    def __init__(self, reset_time: int | None = None) -> None:
        super().__init__("the rate limit is used up")
        self.reset_time = reset_time


class DisconnectedError(RetryableError):
    """X's stream has ended; the message says how."""


class OutOfTimeError(RetryableError):
    """The invocation is about to end; the next one goes on."""


class CheckpointConflictError(RetryableError):
    """Another run has saved the checkpoint since this run read it; what that run saved stays."""


class PermanentError(PhotolakeError):
    """Trying again cannot help."""

    def __init__(self, status: str, message: str) -> None:
        """`status` is the word for the row's status column, `message` says what was wrong."""
        super().__init__(message)
        self.status = status
        self.message = message


class ObjectAccessError(PermanentError):
    """Rekognition cannot read an S3 object, for example because of its KMS key; its bytes can still be sent."""
