"""Text in pictures by RapidOCR, whose wheel carries its models.

https://github.com/RapidAI/RapidOCR (Apache-2.0)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from laptop_cloud.engines.results import Point, TextLine, Word
from laptop_cloud.engines.weights import find_version

if TYPE_CHECKING:
    from laptop_cloud.engines.decoded_image import DecodedImage

# On the sample photos real text scored 0.81 or more, and patterns read as two or more signs 0.79 or less.
MIN_SCORE = 0.8
# A lone sign read with 0.9 was a cup seen from above ("8") or part of a roof; medal ribbons were "***" with 0.94.
MIN_SIGNS = 2
LONGEST_SIDE = 1280
# https://docs.aws.amazon.com/rekognition/latest/APIReference/API_DetectText.html
MAX_WORDS = 100

_SETTINGS = {
    # The angle classifier has been seen to garble an upright line; without it, text upside down is not read.
    "Global.use_cls": False,
    "Global.return_word_box": True,
    "Global.text_score": MIN_SCORE,
    "Global.log_level": "critical",
    "Global.max_side_len": LONGEST_SIDE,
    # By default it enlarges a picture until its shorter side has 736 pixels: three times slower on the sample photos.
    "Det.limit_type": "max",
    "Det.limit_side_len": LONGEST_SIDE,
    # Two threads took twice the processor time, for they spin while they wait; other engines run beside this one.
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


class RapidOcrEngine:
    """Reads the lines of a picture from top to bottom.

    Loads the models at the first picture. Threads may share it: RapidOCR changes its own state only if a call has
    settings (https://github.com/RapidAI/RapidOCR/issues/724). Each works on one processor, with 160 MB.
    """

    def __init__(self) -> None:
        self._loading = Lock()
        self._loaded: Any = None

    @cached_property
    def version(self) -> str:
        return f"local-1 (rapidocr {find_version('rapidocr')})"

    def _load(self) -> Any:
        with self._loading:
            if self._loaded is None:
                find_version("rapidocr")
                from rapidocr import RapidOCR

                self._loaded = RapidOCR(params=_SETTINGS)
            return self._loaded

    def __call__(self, picture: DecodedImage) -> tuple[TextLine, ...]:
        pixels = picture.shrunk(LONGEST_SIDE)
        answer = self._load()(np.ascontiguousarray(pixels[:, :, ::-1]))
        if answer.txts is None:
            return ()
        height, width = pixels.shape[:2]
        pieces = answer.word_results if len(answer.word_results) == len(answer.txts) else [()] * len(answer.txts)
        lines = (
            TextLine(
                text, float(score) * 100, _scale_corners(box, width, height), split_words(text, parts, width, height)
            )
            for text, score, box, parts in zip(answer.txts, answer.scores, answer.boxes, pieces, strict=True)
            if sum(sign.isalnum() for sign in text) >= MIN_SIGNS
        )
        return tuple(_limit_words(lines))


def split_words(text: str, pieces: Sequence[Any], width: int, height: int) -> tuple[Word, ...]:
    """The words of a line, each with the corners of the pieces it was read in.

    RapidOCR gives pieces (text, score, corners) in reading order: whole words, or single signs where a line has
    Chinese ones. Their scores belong to single signs and not to words, so they are not used. Pieces that do not
    spell the line yield no words.
    """
    remaining = list(pieces)
    words = []
    for token in text.split():
        spelt, corners = "", []
        while remaining and len(spelt) < len(token):
            piece, _, place = remaining.pop(0)
            spelt += piece
            corners.append(_scale_corners(place, width, height))
        if spelt != token:
            return ()
        words.append(Word(token, (corners[0][0], corners[-1][1], corners[-1][2], corners[0][3])))
    return tuple(words)


def _scale_corners(place: Any, width: int, height: int) -> tuple[Point, ...]:
    return tuple(Point(min(max(float(x) / width, 0), 1), min(max(float(y) / height, 0), 1)) for x, y in place)


def _limit_words(lines: Iterator[TextLine]) -> Iterator[TextLine]:
    words = 0
    for line in lines:
        words += len(line.text.split())
        if words > MAX_WORDS:
            return
        yield line
