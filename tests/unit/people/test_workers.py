"""Requests of several threads within a quota."""

import itertools
import threading

import pytest

from photolake.errors import RetryableError
from photolake.people.photo import SearchedPhoto
from photolake.people.workers import MAX_ATTEMPTS, RequestRate, request_photos


class Clock:
    """Time that passes only in pauses."""

    def __init__(self) -> None:
        self.now = 100.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def photos(count):
    return [SearchedPhoto(f"{number}", f"{number}", 1, bytes, bytes) for number in range(count)]


def test_requests_are_spaced_by_the_quota_from_the_first_one_on():
    clock = Clock()
    rate = RequestRate(25, lambda: clock.now, clock.sleep)
    moments = []
    for _ in range(51):
        rate.wait()
        moments.append(clock.now)

    assert moments[-1] - moments[0] == pytest.approx(2)
    assert max(b - a for a, b in itertools.pairwise(moments)) == pytest.approx(1 / 25)


def test_a_busy_service_makes_all_threads_pause_longer_each_time():
    clock = Clock()
    rate = RequestRate(None, lambda: clock.now, clock.sleep)
    moments = []

    def request(photo):
        rate.wait()
        moments.append(clock.now)
        raise RetryableError("busy")

    given_up = request_photos(photos(1), request, rate, 1, lambda photo, result: None)

    assert [photo.name for photo in given_up] == ["0"]
    assert [moment - 100 for moment in moments] == [0, 1, 3, 7, 15, 31]
    assert len(moments) == MAX_ATTEMPTS


def test_after_an_error_nothing_is_sent_and_what_is_under_way_ends():
    rate = RequestRate(None)
    both_run, ended = threading.Barrier(2), []

    def request(photo):
        rate.wait()
        both_run.wait(3)
        if photo.name == "0":
            raise LookupError
        ended.append(photo.name)
        return ()

    with pytest.raises(LookupError):
        request_photos(photos(50), request, rate, 2, lambda photo, result: None)

    assert ended == ["1"]
    with pytest.raises(RetryableError):
        rate.wait()


def test_no_more_photos_are_in_hand_than_there_are_threads():
    taken = []

    def iterate():
        for photo in photos(100):
            taken.append(photo)
            yield photo

    done = []
    request_photos(iterate(), lambda photo: (), RequestRate(None), 3, lambda photo, result: done.append(len(taken)))

    assert all(read - number <= 3 for number, read in enumerate(done))
