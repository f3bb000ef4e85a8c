"""What `photolake doctor` finds: checks, and the probes that make them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError

from photolake_cli.errors import CommandError

_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError", "403", "UnauthorizedOperation"})
# As AWS words it: User: arn:... is not authorized to perform: sqs:GetQueueAttributes on resource: ...
_ACTION = re.compile(r"not authorized to perform: ([\w-]+:\w+)")


class Level(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


class Area(StrEnum):
    """What a check is about."""

    MACHINE = "machine"
    EXISTS = "exists"
    FLOWS = "flows"
    TELLS = "tells"


@dataclass(frozen=True)
class Check:
    """One line: what was looked at, how it is, and what to do if it is not as it should be."""

    area: Area
    name: str
    level: Level
    message: str
    advice: str = ""


@dataclass(frozen=True)
class Probe:
    """Looks at one thing; `actions` are the permissions that it needs, in IAM's words."""

    area: Area
    name: str
    actions: tuple[str, ...]
    look: Callable[[], Iterable[Check]]

    def ok(self, message: str) -> Check:
        """A check that found all well."""
        return Check(self.area, self.name, Level.OK, message)

    def run(self) -> Iterator[Check]:
        """Yield the checks; a refusal of AWS is one that names what is missing, and the other probes still run."""
        try:
            yield from self.look()
        except ClientError as error:
            yield self._explain_refusal(error)
        except CommandError as error:
            if isinstance(error.__cause__, ClientError):
                yield self._explain_refusal(error.__cause__)
            else:
                yield Check(self.area, self.name, Level.FAILED, str(error))
        except (BotoCoreError, OSError) as error:
            message = " ".join(str(error).split())
            yield Check(self.area, self.name, Level.FAILED, f"no connection: {message}", "Check network and Region")

    def _explain_refusal(self, error: ClientError) -> Check:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if code in _DENIED:
            named = _ACTION.search(message)
            action = named[1] if named else " or ".join(self.actions)
            advice = f"Ask the owner of the account for {action}, or use another profile (AWS_PROFILE)"
            return Check(self.area, self.name, Level.FAILED, f"you may not look: {action} is missing", advice)
        return Check(self.area, self.name, Level.FAILED, f"{error.operation_name}: {code}: {message}", _DEPLOY)


_DEPLOY = "Deploy again: sam build && sam deploy"


def summarize(
    area: Area, name: str, problems: Iterable[tuple[str, str]], message: str, advice: str = _DEPLOY
) -> Iterator[Check]:
    """One failed check for each problem (what, how it is), or one that says `message` if there is none."""
    is_fine = True
    for what, problem in problems:
        is_fine = False
        yield Check(area, name, Level.FAILED, f"{what}: {problem}", advice)
    if is_fine:
        yield Check(area, name, Level.OK, message)
