"""The SAM transform, by AWS's own translator, whose import alone takes half a second: results are kept in a folder."""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from laptop_cloud.errors import TemplateError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path


def transform_document(
    document: dict[str, Any],
    parameters: Mapping[str, str],
    changing: Collection[str],
    region: str,
    cache: Path | None,
) -> dict[str, Any]:
    """Plain CloudFormation for a SAM template; raises TemplateError with the resource at fault.

    `changing` names the parameters whose values differ from start to start, as that of a local port does. Without a
    folder `cache` nothing is kept.
    """
    # The translator may write a value into the result, so these values stand in it as marks.
    marks = {name: f"value-of-{name}-in-this-start" for name in parameters.keys() & set(changing)}
    marked = {**parameters, **marks}
    asked = json.dumps([document, marked, region, version("aws-sam-translator")])
    kept = None if cache is None else cache / f"{hashlib.sha256(asked.encode()).hexdigest()}.json"
    if kept is not None and kept.is_file():
        text = kept.read_text(encoding="utf-8")
    else:
        text = json.dumps(_translate(document, marked, region))
        if kept is not None:
            _replace_kept(kept, text)
    for name, mark in marks.items():
        text = text.replace(mark, json.dumps(parameters[name])[1:-1])
    transformed: dict[str, Any] = json.loads(text)
    return transformed


def _replace_kept(kept: Path, text: str) -> None:
    """Write the file whole or not at all, and remove those of other templates."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    for earlier in kept.parent.glob("*.json"):
        earlier.unlink()
    unfinished = kept.with_suffix(".new")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(kept)


def _translate(document: dict[str, Any], parameters: Mapping[str, str], region: str) -> dict[str, Any]:
    # Imported late: with a kept result they are not needed.
    import boto3
    from samtranslator.model.exceptions import ExceptionWithMessage, InvalidDocumentException
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator

    translator = Translator({}, Parser(), boto_session=boto3.Session(region_name=region))
    try:
        translated: dict[str, Any] = translator.translate(document, dict(parameters))
    except InvalidDocumentException as error:
        causes: list[ExceptionWithMessage] = list(error.causes)
        raise TemplateError("; ".join(str(cause.message) for cause in causes)) from error
    finally:
        # Nobody gets them; unpublished ones make the translator warn when the process ends.
        translator.metrics.publish()
    return translated
