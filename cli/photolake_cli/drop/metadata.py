"""`--metadata name=value`: user metadata for dropped photos, checked by the rules of S3 and HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from photolake.aws.s3_metadata import encode_value
from photolake_cli.errors import CommandError

MAX_BYTES = 2048
# A name becomes a part of a header's (https://www.rfc-editor.org/rfc/rfc9110#name-tokens).
_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+")


def parse_metadata(words: Sequence[str]) -> Mapping[str, str]:
    """The headers' values by name, in lower case as S3 keeps them; CommandError for what S3 does not take."""
    metadata: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        name = name.strip().lower()
        if not equals or not _NAME.fullmatch(name):
            raise CommandError(f"--metadata {word!r} is not NAME=VALUE, with a name of ASCII letters, digits, - and _")
        if name in metadata:
            raise CommandError(f"--metadata names {name} twice; S3 does not tell upper from lower case")
        try:
            metadata[name] = encode_value(value)
        except UnicodeEncodeError:
            raise CommandError(f"The value of --metadata {name} is not UTF-8") from None
    size = sum(len(name) + len(value) for name, value in metadata.items())
    if size > MAX_BYTES:
        raise CommandError(f"The metadata has {size:,} bytes as S3 counts them; {MAX_BYTES:,} are allowed")
    return metadata
