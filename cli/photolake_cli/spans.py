"""Spans of time in words."""

from __future__ import annotations

import datetime as dt


def format_span(span: dt.timedelta) -> str:
    """`3 d 4 h`, `2 h 5 min`, `40 s`; nothing is shorter than 0 s."""
    seconds = max(0, round(span.total_seconds()))
    days, hours, minutes = seconds // 86_400, seconds // 3_600 % 24, seconds // 60 % 60
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds} s"
