"""Sends requests about many photos at once, as fast as the quota allows, and loses none when Rekognition is busy."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from photolake.errors import RetryableError
from photolake.people.photo import SearchedPhoto
from photolake.people.responses import Result

MAX_ATTEMPTS = 6
"""How often a photo is sent in one run; botocore repeats each of these by itself too."""
MAX_PAUSE_SECONDS = 30.0
MAX_WORKERS = 64

Request = Callable[[SearchedPhoto], Result]


class RequestRate:
    """Spaces the requests of all threads evenly, so that they stay within a quota from the first one on."""

    def __init__(
        self,
        per_second: float | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] | None = None,
    ) -> None:
        """`per_second` is the quota, None for no limit; `clock` gives seconds and `sleep` takes them."""
        self._interval = 1 / per_second if per_second else 0.0
        self._clock = clock
        self._stopped = threading.Event()
        self._sleep = sleep or self._stopped.wait
        self._next = 0.0
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Wait for the next free moment. RetryableError: `stop` was called, so nothing may be sent."""
        with self._lock:
            now = self._clock()
            moment = max(self._next, now)
            self._next = moment + self._interval
        if moment > now:
            self._sleep(moment - now)
        if self._stopped.is_set():
            raise RetryableError("the search was stopped")

    def stop(self) -> None:
        """Let nothing more be sent."""
        self._stopped.set()

    def pause(self, seconds: float) -> None:
        """Let no thread send anything for a while."""
        with self._lock:
            self._next = max(self._next, self._clock() + seconds)


def request_photos(
    photos: Iterable[SearchedPhoto],
    request: Request,
    rate: RequestRate,
    workers: int,
    on_result: Callable[[SearchedPhoto, Result], None],
) -> list[SearchedPhoto]:
    """Send the request of each photo, and return the photos that Rekognition was too busy for after every attempt.

    `request` stores its own result before it returns. Any error but RetryableError, and an interrupt, ends the run:
    requests that are under way are awaited, so that what they cost is stored, and no other is sent.
    """
    waiting = _Attempts(photos)
    running: dict[Future[Result], tuple[SearchedPhoto, int]] = {}
    with ThreadPoolExecutor(max_workers=workers) as pool:
        try:
            while True:
                while len(running) < workers and (attempt := waiting.take()):
                    running[pool.submit(request, attempt[0])] = attempt
                if not running:
                    return waiting.given_up
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    photo, number = running.pop(future)
                    try:
                        result = future.result()
                    except RetryableError:
                        rate.pause(min(2.0 ** (number - 1), MAX_PAUSE_SECONDS))
                        waiting.put_back(photo, number)
                    else:
                        on_result(photo, result)
        except BaseException:
            rate.stop()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


class _Attempts:
    """The photos to send, those to send again after all others."""

    def __init__(self, photos: Iterable[SearchedPhoto]) -> None:
        self._new: Iterator[SearchedPhoto] = iter(photos)
        self._again: deque[tuple[SearchedPhoto, int]] = deque()
        self.given_up: list[SearchedPhoto] = []

    def take(self) -> tuple[SearchedPhoto, int] | None:
        """A photo and the number of its next attempt, from 1; None if there is none now."""
        if photo := next(self._new, None):
            return photo, 1
        return self._again.popleft() if self._again else None

    def put_back(self, photo: SearchedPhoto, number: int) -> None:
        """The attempt of this number met a busy service."""
        if number < MAX_ATTEMPTS:
            self._again.append((photo, number + 1))
        else:
            self.given_up.append(photo)
