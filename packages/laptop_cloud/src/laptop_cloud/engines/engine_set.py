"""The sets of image engines that the laptop cloud can run."""

from enum import StrEnum


class EngineSet(StrEnum):
    """BASIC is small and fast; FULL adds larger engines, whose packages are installed separately."""

    BASIC = "basic"
    FULL = "full"
