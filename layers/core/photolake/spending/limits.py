"""What a month may cost: in all, and by each service that is paid by the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Literal, Self, get_args

from photolake.errors import SettingsError

Service = Literal["x", "comprehend", "rekognition"]
SERVICES: tuple[Service, ...] = get_args(Service)
MICROS = 10**6
"""Amounts are whole millionths of a dollar, as nearly all list prices are: DynamoDB adds them without rounding."""

SETTINGS: Mapping[str, str] = {
    "total": "MonthlyBudget",
    "x": "MonthlyXBudget",
    "comprehend": "MonthlyComprehendBudget",
    "rekognition": "MonthlyRekognitionBudget",
}
"""The parameter or setting of each limit, in the order in which the functions' environment has them."""


def convert_to_micros(dollars: Decimal) -> int:
    """Convert dollars to millionths of a dollar, rounded up."""
    return int((dollars * MICROS).to_integral_value(ROUND_CEILING))


def convert_to_dollars(micros: int) -> Decimal:
    """Convert millionths of a dollar to dollars."""
    return Decimal(micros) / MICROS


@dataclass(frozen=True)
class SpendingLimits:
    """The limits of a calendar month (UTC), in millionths of a dollar; 0 is none."""

    total: int = 0
    by_service: Mapping[Service, int] = field(default_factory=dict)

    @classmethod
    def parse(cls, dollars: Sequence[str]) -> Self:
        """Read the limits in dollars, in the order of `SETTINGS`. SettingsError: they are not four amounts."""
        try:
            total, *others = (convert_to_micros(Decimal(text)) for text in dollars)
            limits = cls(total, dict(zip(SERVICES, others, strict=True)))
        except (InvalidOperation, OverflowError, ValueError) as error:
            raise SettingsError(
                f"the monthly budgets {','.join(dollars)!r} are not the dollars of {', '.join(SETTINGS.values())}"
            ) from error
        if min(total, *others) < 0:
            raise SettingsError(f"a monthly budget is negative: {','.join(dollars)!r}")
        return limits

    def select(self, service: Service) -> dict[str, int]:
        """Return the limits that a service has to keep, by the name of their counter."""
        limits = {"total": self.total, service: self.by_service.get(service, 0)}
        return {name: limit for name, limit in limits.items() if limit}
