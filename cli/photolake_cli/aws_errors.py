"""Messages for failed AWS requests: one line that says what to do next."""

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
from botocore.exceptions import ConnectionError as AwsConnectionError

from photolake_cli.errors import CommandError

_INVALID_CREDENTIALS = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
_CREDENTIAL_ERRORS = (CredentialRetrievalError, LoginError, PartialCredentialsError, SSOError, TokenRetrievalError)
_ACCESS_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"})
_LOG_IN = "Log in (aws sso login, or aws configure), or choose a profile: AWS_PROFILE=name photolake …"


def explain_error(error: BotoCoreError | ClientError, place: str) -> CommandError:
    """The error for the user; `place` says where the request went: `the stack photolake in eu-west-1`."""
    if isinstance(error, ClientError):
        return CommandError(_explain_response(error, place))
    if isinstance(error, NoCredentialsError):
        return CommandError(f"There are no AWS credentials for {place}. {_LOG_IN}")
    if isinstance(error, NoRegionError):
        return CommandError("No AWS Region is set. Name the Region of the stack: --stack NAME --region eu-west-1")
    if isinstance(error, ProfileNotFound):
        return CommandError(f"{error}. List the profiles: aws configure list-profiles")
    if isinstance(error, AwsConnectionError | HTTPClientError):
        return CommandError(f"No connection to {place}: {error}. {_suggest_check(place)}")
    advice = f". {_LOG_IN}" if isinstance(error, _CREDENTIAL_ERRORS) else ""
    return CommandError(f"The request to {place} failed: {' '.join(str(error).split())}{advice}")


def _explain_response(error: ClientError, place: str) -> str:
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    if code in _INVALID_CREDENTIALS:
        return f"AWS does not accept these credentials ({message}). {_LOG_IN}"
    if code in _ACCESS_DENIED:
        return f"{message}. Ask the owner of {place} for this permission, or use another profile (AWS_PROFILE)."
    if "WorkGroup" in message and "not found" in message:
        return f"{message.rstrip('.')}; {place} should have created it. {_suggest_check(place)}"
    return f"{place} refused the request: {code}: {message}"


def _suggest_check(place: str) -> str:
    if place.startswith("the stack"):
        return "Check the name and the Region (--stack, --region), or deploy again: sam build && sam deploy"
    return "Check it: photolake status. Start it again: photolake down, then photolake up --background"
