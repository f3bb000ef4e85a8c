"""What went wrong at AWS, or at the laptop cloud, in one line that says what to do next."""

from __future__ import annotations

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    LoginError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as NoConnectionError

from photolake_cli.errors import CommandError

_STALE_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_CREDENTIALS_LOST = (CredentialRetrievalError, LoginError, PartialCredentialsError, SSOError, TokenRetrievalError)
_NOT_ALLOWED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_LOG_IN = "Log in (aws sso login, or aws configure), or name a profile: AWS_PROFILE=name photolake …"


def explained(error: BotoCoreError | ClientError, place: str) -> CommandError:
    """The error for the user; `place` says where it was asked: `the stack photolake in eu-west-1`."""
    if isinstance(error, ClientError):
        return CommandError(_of_answer(error, place))
    if isinstance(error, NoCredentialsError):
        return CommandError(f"There are no AWS credentials for {place}. {_LOG_IN}")
    if isinstance(error, NoRegionError):
        return CommandError("No AWS Region is set. Name the one of the stack: --stack NAME --region eu-west-1")
    if isinstance(error, ProfileNotFound):
        return CommandError(f"{error}. Those there are: aws configure list-profiles")
    if isinstance(error, NoConnectionError | HTTPClientError):
        return CommandError(f"No connection to {place}: {error}. {_look(place)}")
    advice = f". {_LOG_IN}" if isinstance(error, _CREDENTIALS_LOST) else ""
    return CommandError(f"{place} cannot be asked: {' '.join(str(error).split())}{advice}")


def _of_answer(error: ClientError, place: str) -> str:
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    if code in _STALE_CREDENTIALS:
        return f"AWS does not take these credentials ({message}). {_LOG_IN}"
    if code in _NOT_ALLOWED:
        return f"{message}. Ask whoever runs {place} for this permission, or use another profile (AWS_PROFILE)."
    if "WorkGroup" in message and "not found" in message:
        return f"{message.rstrip('.')} at {place}, which made it. {_look(place)}"
    return f"{place} refused: {code}: {message}"


def _look(place: str) -> str:
    if place.startswith("the stack"):
        return "Check name and Region (--stack, --region); deploy again: sam build && sam deploy"
    return "See photolake status; start it again: photolake down, then photolake up --background"
