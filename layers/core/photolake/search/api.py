"""The HTTP API over the search index: two routes, and their OpenAPI description."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Literal

from aws_lambda_powertools.event_handler import LambdaFunctionUrlResolver, Response
from aws_lambda_powertools.event_handler.exceptions import BadRequestError, NotFoundError
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from photolake.errors import InvalidSearchError
from photolake.search.request import DEFAULT_LIMIT, MAX_LIMIT, SearchRequest
from photolake.search.responses import ApiProblem, ImageDetails, ImagePage

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.openapi.types import OpenAPIResponse

    from photolake.search.searcher import ImageSearch

_TITLE, _VERSION = "photolake search", "1.0.0"
_DESCRIPTION = (
    "Images by what they show, by what the posts that show them say, and by the name under which they were dropped. "
    "Requests are signed with Signature Version 4 for the service lambda."
)
_FILTERS = {
    "label": "Name of a label, its parent, alias or category. Values separated by commas, or repeated: all must fit",
    "text": "Words of the text in the image. NDV* is every word that begins so",
    "celebrity": "Words of a celebrity's name",
    "moderation": "Name of a moderation label, or of its parent",
    "entity": "Words of a person, brand, place or event that Comprehend found in a post that shows the image",
    "q": "Words anywhere: labels, text, celebrities, posts, alternative texts, names of dropped photos",
}
_SAYS_WHY = "The message says which parameter makes no sense, or what is missing"
_OTHER_PARAMETERS = {"min_confidence", "sort", "limit", "next"}


def build_api(search: ImageSearch) -> LambdaFunctionUrlResolver:
    """Return the API, to which the handler passes its events."""
    api = LambdaFunctionUrlResolver(enable_validation=True)

    @api.get("/images", summary="List images that fit every filter", responses=_document_responses(ImagePage, 400))
    def list_images(
        label: Annotated[list[str] | None, Query(description=_FILTERS["label"])] = None,
        text: Annotated[list[str] | None, Query(description=_FILTERS["text"])] = None,
        celebrity: Annotated[list[str] | None, Query(description=_FILTERS["celebrity"])] = None,
        moderation: Annotated[list[str] | None, Query(description=_FILTERS["moderation"])] = None,
        entity: Annotated[list[str] | None, Query(description=_FILTERS["entity"])] = None,
        q: Annotated[list[str] | None, Query(description=_FILTERS["q"])] = None,
        min_confidence: Annotated[float, Query(ge=0, le=100, description="Of every filter; posts' words have 100")] = 0,
        sort: Annotated[
            Literal["date", "relevance"],
            Query(description="Newest first; or the most confident first, within blocks of 1,000 hits by date"),
        ] = "date",
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
        after: Annotated[str | None, Query(alias="next", description="What the page before gave as `next`")] = None,
    ) -> ImagePage:
        """Without a filter, all analysed images."""
        _refuse_others(api)
        filters = {"label": label, "text": text, "celebrity": celebrity, "moderation": moderation, "entity": entity}
        request = SearchRequest(
            **{name: values or [] for name, values in {**filters, "q": q}.items()},
            min_confidence=min_confidence,
            sort=sort,
            limit=limit,
            next=after,
        )
        try:
            return search.search(request)
        except InvalidSearchError as error:
            raise BadRequestError(str(error)) from error

    @api.get("/images/<image_id>", summary="Get one image", responses=_document_responses(ImageDetails, 404))
    def get_image(image_id: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> ImageDetails:
        """The whole analysis of an image, and the posts that show it."""
        details = search.get(image_id)
        if details is None:
            raise NotFoundError(f"there is not an image {image_id}, or only deleted posts showed it")
        return details

    @api.exception_handler(RequestValidationError)  # type: ignore[untyped-decorator]
    def refuse_values(error: RequestValidationError) -> Response[str]:
        # Powertools' own response has not what its description promises: `msg` is missing.
        complaints = [f"{each['loc'][-1]}: {each['msg']}" for each in error.errors()]
        body = {"statusCode": 422, "message": "; ".join(dict.fromkeys(complaints))}
        return Response(422, "application/json", json.dumps(body))

    @api.get("/openapi.json", include_in_schema=False)
    def get_description() -> Response[str]:
        """This description."""
        return Response(200, "application/json", describe_api(api))

    return api


def describe_api(api: LambdaFunctionUrlResolver) -> str:
    """Return the API's OpenAPI document as JSON."""
    return api.get_openapi_json_schema(title=_TITLE, version=_VERSION, description=_DESCRIPTION)


def _document_responses(model: type, problem: int) -> dict[int, OpenAPIResponse]:
    return {
        200: {"description": "Found", "content": {"application/json": {"model": model}}},
        problem: {"description": _SAYS_WHY, "content": {"application/json": {"model": ApiProblem}}},
        422: {"description": _SAYS_WHY, "content": {"application/json": {"model": ApiProblem}}},
    }


def _refuse_others(api: LambdaFunctionUrlResolver) -> None:
    """A filter with a misspelt name would find everything."""
    names = api.current_event.query_string_parameters or {}
    if unknown := sorted(names.keys() - _FILTERS.keys() - _OTHER_PARAMETERS):
        raise BadRequestError(f"there is no parameter {unknown[0][:40]!r}; see /openapi.json")
