"""The protocols of image engines, and a cache that saves analysing the same image twice."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from laptop_cloud.engines.decoded_image import DecodedImage
    from laptop_cloud.engines.results import Face

Found_co = TypeVar("Found_co", covariant=True)
Found = TypeVar("Found")


class EngineUnavailableError(Exception):
    """An engine cannot run: the message says what is missing or broken, and what to do."""


class ImageEngine(Protocol[Found_co]):
    """Finds one kind of thing in a picture.

    `version` starts with `local-` and names the software; it goes into the answer's model version.
    """

    @property
    def version(self) -> str: ...

    def __call__(self, picture: DecodedImage) -> Found_co: ...


class FaceAttributeEngine(Protocol):
    """Finds attributes of a face, in Rekognition's own shape (`{"AgeRange": {"Low": 20, "High": 30}}`).

    What it cannot tell it leaves out. `version` is as an ImageEngine's.
    """

    @property
    def version(self) -> str: ...

    def __call__(self, picture: DecodedImage, face: Face) -> Mapping[str, Any]: ...


class CachedEngine(Generic[Found]):
    """Runs an engine for one image at a time and caches its latest results.

    Labels, text and faces of one photo are separate calls that rest on the same detections. Most models are not safe
    to run in two threads at once; two calls for the same picture at the same time run it once.
    """

    def __init__(self, engine: ImageEngine[Found], size: int = 64, at_once: int = 1) -> None:
        """`at_once`: for so many images, if the engine is safe in as many threads."""
        self._engine = engine
        self._size = size
        self._answers: OrderedDict[str, Future[Found]] = OrderedDict()
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(at_once)

    @property
    def version(self) -> str:
        return self._engine.version

    def __call__(self, picture: DecodedImage) -> Found:
        with self._lock:
            known = self._answers.pop(picture.digest, None)
            answer = self._answers[picture.digest] = known or Future()
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)
        if known is None:
            self._find(picture, answer)
        return answer.result()

    def _find(self, picture: DecodedImage, answer: Future[Found]) -> None:
        """Run the engine in the thread that asks: a process that ends leaves what nobody waits for."""
        try:
            with self._turns:
                answer.set_result(self._engine(picture))
        except BaseException as error:
            with self._lock:
                self._answers.pop(picture.digest, None)
            answer.set_exception(error)
            raise
