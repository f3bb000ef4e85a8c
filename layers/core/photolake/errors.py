"""The errors photolake raises on purpose.

PhotolakeError
├── SettingsError        a setting is missing or out of bounds
├── DeliveryError        Firehose, SQS or DynamoDB still refuses records after every attempt
├── RowError             a row does not fit the columns of its table
│   └── RowTooLargeError it fits them, and is larger than a Firehose record may be
├── RetryableError       try the message again later (throttling, a 5xx answer, a timeout)
└── PermanentError       trying again cannot help; `status` is the word that goes into the row
"""


class PhotolakeError(Exception):
    """Base of every error photolake raises on purpose."""


class SettingsError(PhotolakeError):
    """A setting is missing or out of bounds."""


class DeliveryError(PhotolakeError):
    """Some records were still refused after every attempt; nothing after them may be acknowledged."""


class RowError(PhotolakeError):
    """A row does not fit the columns of its table."""


class RowTooLargeError(RowError):
    """A row is larger than a Firehose record may be: the fault of the post, as whoever wrote it may have meant."""


class RetryableError(PhotolakeError):
    """The same message may succeed later: throttling, a 5xx answer, a timeout."""


class PermanentError(PhotolakeError):
    """Trying again cannot help."""

    def __init__(self, status: str, message: str) -> None:
        """`status` is the word for the row's status column, `message` says what was wrong."""
        super().__init__(message)
        self.status = status
        self.message = message
