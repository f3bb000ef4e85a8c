"""`photolake find-person`: lists the photos, shows the price, asks for consent, sends the requests, and reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from botocore.exceptions import BotoCoreError, ClientError

from photolake.errors import PermanentError, RetryableError
from photolake.images.face_use import FaceUse
from photolake.images.registry import UnavailablePhoto
from photolake.people.face_collection import FaceCollection, name_collection
from photolake.people.face_requests import is_local_gap
from photolake.people.findings import Findings, sort_findings
from photolake.people.photo import SearchedPhoto, check_photo
from photolake.people.portrait import PortraitFile
from photolake.people.post_images import leave_out_post_images
from photolake.people.search import PersonSearch
from photolake.people.strategy import Price, Strategy, choose_strategy, price_strategies
from photolake.people.workers import Request, RequestRate, request_photos
from photolake_cli.aws_errors import explain_error
from photolake_cli.consent import require_consent
from photolake_cli.console import INTERRUPTED, error_console, print_note, show_progress
from photolake_cli.errors import CommandError
from photolake_cli.find_person.journal import Journal
from photolake_cli.find_person.photos import list_photos, name_place, read_portrait
from photolake_cli.find_person.prices import POSTS_WARNING, describe_consent, show_prices
from photolake_cli.find_person.progress import show_photo_progress

if TYPE_CHECKING:
    from photolake.people.responses import Result
    from photolake_cli.find_person.service import FaceService

CHECKERS = 16
Unavailable = list[tuple[SearchedPhoto, UnavailablePhoto]]


@dataclass(frozen=True)
class FindRequest:
    """What the command line asks for; without a `strategy` the cheaper one is chosen.

    `searches` is the number of people who will be searched for in these photos, this one included.
    """

    portrait: str
    places: Sequence[str]
    face: int | None = None
    strategy: Strategy | None = None
    threshold: float = 80
    searches: int = 1
    include_posts: bool = False
    dry_run: bool = False
    yes: bool = False

    @property
    def collection_id(self) -> str:
        """The collection of these places; together with the photos of posts it is another one."""
        places = [name_place(place) for place in self.places]
        return name_collection([*places, *(["posts"] if self.include_posts else [])])


@dataclass(frozen=True)
class FoundPerson:
    """What a search has found, and how."""

    request: FindRequest
    face: int
    strategy: Strategy
    findings: Findings
    floor: float
    requests: int
    on_laptop: bool

    @property
    def is_complete(self) -> bool:
        """Whether every photo has a result, and every similar face is among the matches."""
        return not self.findings.busy and not self.is_cut

    @property
    def is_cut(self) -> bool:
        """Whether similar faces may be missing because one search returns a limited number."""
        return self.floor > 0 and self.floor >= self.request.threshold


def find_person(request: FindRequest, service: FaceService, folder: Path) -> FoundPerson | None:
    """Search for a person; None for a dry run. `folder` holds the responses that are kept."""
    if service.cloud.face_use is not FaceUse.FULL:
        raise CommandError(
            f"{service.cloud.name} does not look for single people: its parameter FacesAndCelebrities is "
            f"{service.cloud.face_use}. To search photos of your own outside of it: --region REGION without --stack"
        )
    portrait = PortraitFile(request.portrait, read_portrait(request.portrait, service.s3), request.face)
    photos, skipped = _choose_photos(request, service)
    with Journal(folder, service.key) as journal:
        collection = FaceCollection(request.collection_id, service.requests, journal)
        search = PersonSearch(portrait, service.requests, journal, collection)
        try:
            if request.strategy is not Strategy.COMPARE:
                collection.load()
            search.recall_portrait()
            photos, unreadable = _check_photos(photos, search.is_known)
            skipped += unreadable
            strategy = _choose_strategy(request, service, search, photos)
            if request.dry_run:
                return None
            found = search.run(strategy, photos, _Sender(service, strategy))
        except (BotoCoreError, ClientError) as error:
            raise _explain_error(error, service) from error
        except RetryableError as error:
            raise CommandError(f"Rekognition is too busy ({error}). Run the command again: it goes on there") from error
        except PermanentError as error:
            advice = "\nChoose one: --face 1" if error.status == "several_faces" else ""
            raise CommandError(f"{error.message}{advice}") from error
    findings = sort_findings(found.results, request.threshold)
    findings.unavailable.extend(skipped)
    number, sent = found.portrait.number, service.paid
    return FoundPerson(request, number, strategy, findings, found.floor, sent, service.cloud.on_laptop)


def _explain_error(error: BotoCoreError | ClientError, service: FaceService) -> CommandError:
    if isinstance(error, ClientError) and is_local_gap(error):
        return CommandError(
            "A laptop cloud compares faces only with the full engine set: photolake down, then "
            "photolake up --background --engine full"
        )
    return explain_error(error, service.cloud.name)


def delete_collection(request: FindRequest, service: FaceService, folder: Path) -> None:
    """Delete the collection of the request's places with its face vectors, and what is remembered of it."""
    collection_id = request.collection_id
    with Journal(folder, service.key) as journal:
        try:
            existed = FaceCollection(collection_id, service.requests, journal).delete()
        except (BotoCoreError, ClientError) as error:
            raise _explain_error(error, service) from error
        journal.forget_collection(collection_id)
    if existed:
        print_note(f"Deleted: the collection {collection_id} with its face vectors")
    else:
        print_note(f"Nothing is stored for these places: there is no collection {collection_id}")


def _choose_photos(request: FindRequest, service: FaceService) -> tuple[list[SearchedPhoto], Unavailable]:
    with show_progress("Listing the photos", error_console):
        listed = list_photos(request.places, service.s3, service.build_bucket_check())
        chosen = leave_out_post_images(listed, service.read_records, request.include_posts)
    return list(chosen.photos), list(chosen.left_out)


def _check_photos(
    photos: Sequence[SearchedPhoto], is_known: Callable[[SearchedPhoto], bool]
) -> tuple[list[SearchedPhoto], Unavailable]:
    """Part the photos into those that can be sent and those that cannot, by their first bytes."""
    reasons: dict[str, UnavailablePhoto] = {}

    def check(photo: SearchedPhoto) -> Result:
        try:
            if not is_known(photo):
                check_photo(photo)
        except PermanentError as error:
            return UnavailablePhoto(error.status, error.message)
        return ()

    def on_result(photo: SearchedPhoto, result: Result) -> None:
        if isinstance(result, UnavailablePhoto):
            reasons[photo.identity] = result
        on_photo()

    with show_photo_progress("Checking", len(photos)) as on_photo:
        request_photos(photos, check, RequestRate(None), CHECKERS, on_result)
    readable = [photo for photo in photos if photo.identity not in reasons]
    return readable, [(photo, reasons[photo.identity]) for photo in photos if photo.identity in reasons]


def _choose_strategy(
    request: FindRequest, service: FaceService, search: PersonSearch, photos: Sequence[SearchedPhoto]
) -> Strategy:
    """Show the prices, choose, and ask for consent; CommandError if it is not given."""
    amounts = search.count_amounts(photos, request.searches)
    prices = price_strategies(amounts)
    strategy = request.strategy or choose_strategy(prices)
    chosen = next(price for price in prices if price.strategy is strategy)
    shown = prices if request.strategy is None else (chosen,)
    show_prices(shown, chosen, amounts, service)
    if request.include_posts:
        print_note(POSTS_WARNING, "yellow")
    if not request.dry_run:
        _require_consent(request, service, chosen)
    return strategy


def _require_consent(request: FindRequest, service: FaceService, price: Price) -> None:
    if not price.requests or service.cloud.on_laptop:
        return
    print_note(describe_consent(price), "yellow")
    require_consent(service.cloud, request.yes)


class _Sender:
    """Sends the requests with progress, and says how to go on if it is stopped."""

    def __init__(self, service: FaceService, strategy: Strategy) -> None:
        self._service = service
        self._operation = strategy.operation

    def __call__(
        self,
        photos: Sequence[SearchedPhoto],
        request: Request,
        on_result: Callable[[SearchedPhoto, Result], None],
    ) -> None:
        done = 0

        def count_result(photo: SearchedPhoto, result: Result) -> None:
            nonlocal done
            done += 1
            on_result(photo, result)
            on_photo()

        rate, workers = self._service.rates[self._operation], self._service.count_workers(self._operation)
        with show_photo_progress(self._operation, len(photos)) as on_photo:
            try:
                request_photos(photos, request, rate, workers, count_result)
            except KeyboardInterrupt as interrupt:
                _print_stopped(done, len(photos))
                raise typer.Exit(INTERRUPTED) from interrupt
            except (BotoCoreError, ClientError, CommandError):
                _print_stopped(done, len(photos))
                raise


def _print_stopped(done: int, count: int) -> None:
    print_note(f"Stopped after {done:,} of {count:,} photos. Run the command again to resume there.", "yellow")
