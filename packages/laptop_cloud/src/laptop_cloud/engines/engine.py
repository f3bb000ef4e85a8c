"""The protocols of image engines, and a cache that saves analysing the same image twice."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
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
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix=type(engine).__name__)

    @property
    def version(self) -> str:
        return self._engine.version

    def __call__(self, picture: DecodedImage) -> Found:
        with self._lock:
            answer = self._answers.pop(picture.digest, None)
            if answer is None or (answer.done() and answer.exception()):
                answer = self._threads.submit(self._engine, picture)
            self._answers[picture.digest] = answer
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)
        return answer.result()
