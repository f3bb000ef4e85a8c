"""`photolake inspect`: reads the photo, shows the price, asks for consent, analyses, and shows the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from photolake.errors import PermanentError, RetryableError, SettingsError
from photolake.images.face_use import PERSONAL_APIS, FaceUse
from photolake.images.rekognition_apis import CUSTOM_LABELS, ImageApi, select_apis
from photolake.pricing import format_usd
from photolake_cli.aws_errors import explain_error
from photolake_cli.consent import describe_hourly_cost, require_consent
from photolake_cli.console import error_console, print_note, show_progress
from photolake_cli.errors import CommandError
from photolake_cli.inspect.analysis import Inspection, analyze_photo, without_gates
from photolake_cli.inspect.annotate import check_target, write_annotated
from photolake_cli.inspect.photo import read_photo
from photolake_cli.inspect.report import show_inspection
from photolake_cli.json_output import print_json
from photolake_cli.template import StackTemplate

if TYPE_CHECKING:
    from photolake.rows.schema import TableSchema
    from photolake_cli.inspect.engine import Engine


@dataclass(frozen=True)
class InspectRequest:
    """What the command line asks for; `apis` is empty for those of the engine, `model` for that of the stack."""

    name: str
    apis: Sequence[str] = ()
    model: str = ""
    annotated: Path | None = None
    as_json: bool = False
    yes: bool = False


def inspect_photo(request: InspectRequest, engine: Engine, template: Path) -> None:
    """Analyse one photo, and print what is known of it; `template` has the columns."""
    apis = choose_apis(request, engine)
    if request.annotated:
        check_target(request.annotated, request.name)
    schema = StackTemplate(template).read_table("AnalysesTable")
    try:
        data = read_photo(request.name, engine.connect_s3)
        _show_price(apis, engine)
        require_consent(engine, request.yes, "Nothing has been analysed.")
        inspection = _analyze(request.name, data, apis, engine, schema)
        if inspection.rendition.note:
            print_note(f"{request.name}: {inspection.rendition.note}", "yellow")
    except (BotoCoreError, ClientError) as error:
        raise explain_error(error, engine.name) from error
    if request.as_json:
        print_json(inspection.row)
    else:
        show_inspection(request.name, inspection, schema)
    if request.annotated:
        write_annotated(inspection.rendition, inspection.row, request.annotated)
        print_note(f"Written: {request.annotated}")


def choose_apis(request: InspectRequest, engine: Engine) -> tuple[ImageApi, ...]:
    """The requests that were named, whatever the labels are, or else the engine's by the rules of the pipeline."""
    names = [name.strip() for name in request.apis if name.strip()]
    model = request.model or engine.custom_labels_model
    wanted = {*(names or engine.image_apis), *([CUSTOM_LABELS.name] if request.model else [])}
    if engine.face_use is not FaceUse.FULL and (personal := PERSONAL_APIS & wanted):
        raise CommandError(
            f"{engine.name} does not tell faces and celebrities of a single photo: FacesAndCelebrities is "
            f"{engine.face_use}. Name the other APIs, without {' and '.join(sorted(personal))}: --apis"
        )
    if CUSTOM_LABELS.name in wanted and not model:
        raise CommandError("custom_labels needs a model version: --model ARN. Or name the other APIs: --apis")
    try:
        apis = select_apis(wanted, model, engine.face_use)
    except SettingsError as error:
        raise CommandError(str(error)) from error
    return without_gates(apis) if names else apis


def _show_price(apis: Sequence[ImageApi], engine: Engine) -> None:
    price = sum((api.find_price() for api in apis), Decimal(0))
    if not engine.on_laptop:
        hours = describe_hourly_cost(api.name for api in apis)
        print_note(f"In {engine.name} that costs at most {format_usd(price)}{hours} ({len(apis)} requests)")


def _analyze(name: str, data: bytes, apis: Sequence[ImageApi], engine: Engine, schema: TableSchema) -> Inspection:
    try:
        with show_progress("Analysing", error_console):
            return analyze_photo(data, engine.rekognition, apis, schema)
    except PermanentError as error:
        raise CommandError(f"{name}: {error.message}") from error
    except RetryableError as error:
        raise CommandError(f"{engine.name} could not analyse {name}: {error}") from error
