"""HMAC-SHA256 of ids, names and links: the same salt gives the same pseudonyms, so exports can still be joined.

Without the salt nobody can compute a pseudonym from an id that they know
(https://www.rfc-editor.org/rfc/rfc2104; ENISA, Pseudonymisation techniques and best practices, 2019, section 5.1.4).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from enum import StrEnum

from photolake_cli.dashboard.cleaning import ACCOUNT_ID, HANDLE, OPERATOR

_DIGITS = 20  # 80 bits: in 100 million values two are alike with a probability of 4 in a billion
_NUMBER_BITS = 63  # of a bigint that is not negative
_LINK = re.compile(r"(?:\bhttps?://|\bwww\.|\b(?:[\w-]+\.)+[A-Za-z]{2,}/)\S+", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_INSTANCE = re.compile(HANDLE.pattern + r"(?:@[\w.-]*\w)?")  # a handle, of Mastodon with its instance
_LONG_NUMBER = re.compile(r"(?<!\d)\d{12,20}(?!\d)")  # as the ids of X
_EDGE = "A-Za-z0-9_"


class Kind(StrEnum):
    """What has a pseudonym: the same value of two kinds has two."""

    POST = "post"
    AUTHOR = "author"
    HANDLE = "handle"  # a screen name; its case does not matter
    NAME = "name"
    MEDIA = "media"
    IMAGE = "image"
    LINK = "link"
    OTHER = "other"


class Pseudonyms:
    """The pseudonyms of one salt."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt

    @property
    def fingerprint(self) -> str:
        """Tells salts apart, and says nothing of them."""
        return self._digest("fingerprint", "")[:8]

    def find_word(self, kind: Kind, value: str) -> str:
        """The pseudonym of a text."""
        return self._digest(kind, value)[:_DIGITS]

    def find_number(self, kind: Kind, value: str) -> int:
        """The pseudonym of a bigint, which is one too."""
        return int(self._digest(kind, value), 16) >> (256 - _NUMBER_BITS)

    def clean_text(self, text: str, own: Iterable[tuple[Kind, str]] = ()) -> str:
        """The text with pseudonyms for links, handles, mail addresses, account ids and long numbers.

        `own` are further words to replace, such as the names in the row that the text is part of.
        """
        text = _LINK.sub(lambda found: f"link:{self.find_word(Kind.LINK, found[0])}", text)
        text = _MAIL.sub(lambda found: f"mail:{self.find_word(Kind.OTHER, found[0])}", text)
        text = ACCOUNT_ID.sub(lambda found: f"did:{self.find_word(Kind.AUTHOR, found[0])}", text)
        text = _INSTANCE.sub(lambda found: f"@{self.find_word(Kind.HANDLE, found[0][1:])}", text)
        text = OPERATOR.sub(lambda found: found["operator"] + self._clean_operand(found), text)
        for kind, word in sorted(set(own), key=lambda each: (-len(each[1]), each)):
            text = _compile_word(word).sub(self.find_word(kind, word), text)
        return _LONG_NUMBER.sub(lambda found: self.find_word(Kind.POST, found[0]), text)

    def _clean_operand(self, found: re.Match[str]) -> str:
        handle = found[0][len(found["operator"]) :].strip('"@')
        return self.find_word(Kind.HANDLE, handle)

    def _digest(self, kind: str, value: str) -> str:
        if kind == Kind.HANDLE:
            value = value.casefold()
        return hmac.new(self._salt, f"{kind}\0{value}".encode(errors="surrogatepass"), hashlib.sha256).hexdigest()


def _compile_word(word: str) -> re.Pattern[str]:
    """A word as it stands between other words; in scripts that do not divide words, anywhere."""
    before = f"(?<![{_EDGE}])" if re.match(f"[{_EDGE}]", word) else ""
    after = f"(?![{_EDGE}])" if re.search(f"[{_EDGE}]$", word) else ""
    return re.compile(before + re.escape(word) + after, re.IGNORECASE)
