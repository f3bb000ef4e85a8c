"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from laptop_cloud.engines.engine_set import EngineSet
from photolake_cli.state_folder import DEFAULT_STATE as DEFAULT_STATE

PROJECT = Path(__file__).resolve().parents[3]
"""The folder of template.yaml."""

State = Annotated[Path, typer.Option("--state", help="The folder of the laptop cloud's state.")]
Stack = Annotated[
    str | None, typer.Option(help="The name of a stack on AWS.", show_default="the laptop cloud in the --state folder")
]
Region = Annotated[str | None, typer.Option(help="The Region of the stack.", show_default="your AWS configuration's")]
Engine = Annotated[EngineSet, typer.Option(help="The engines that analyse images; full needs more packages.")]
