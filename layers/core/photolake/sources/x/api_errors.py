"""Makes errors of the requests that X refuses, with what to do about each.

https://docs.x.com/x-api/fundamentals/response-codes-and-errors
"""

from __future__ import annotations

from photolake.errors import PermanentError

# In the type of the problem when the month's cap is reached. The status is that of a rate limit, but waiting 15
# minutes does not help.
_USAGE_CAPPED = "usage-capped"
_MEANINGS = {
    401: ("X does not know the bearer token", "put a valid one into the secret"),
    403: ("X does not give this app access", "check its access level in X's developer console"),
}
_REFUSED = ("X refuses the request", "check the app and its credits in X's developer console")


def is_usage_capped(text: str) -> bool:
    """Whether a response or message of X says that the month's cap is reached."""
    return _USAGE_CAPPED in text


def make_usage_capped_error(details: str) -> PermanentError:
    """Make the error of a month whose cap is reached."""
    return PermanentError(
        "refused",
        f"X sells no more posts this billing month ({details}): raise the cap in X's developer console, or wait",
    )


def make_api_error(status: int, text: str, details: str, bad_request: tuple[str, str]) -> PermanentError:
    """Make the error of a refused request.

    `text` is the body of X's response, `details` the part of it for people; `bad_request` is what the status 400 means
    for this request, and what to do about it.
    """
    if is_usage_capped(text):
        return make_usage_capped_error(details)
    meaning, advice = bad_request if status == 400 else _MEANINGS.get(status, _REFUSED)
    return PermanentError("refused", f"{meaning} ({details}): {advice}")
