"""Where the laptop cloud keeps its state, for all that need no more of it than that."""

from __future__ import annotations

from pathlib import Path

DEFAULT_STATE = Path(".photolake")
"""The state folder unless another is named."""
