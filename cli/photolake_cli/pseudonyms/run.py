"""`--pseudonymize`: finds the salt, and says where it is and what still tells who somebody is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from photolake_cli.console import print_note
from photolake_cli.pseudonyms.pseudonyms import Pseudonyms
from photolake_cli.pseudonyms.salt import find_salt

if TYPE_CHECKING:
    from pathlib import Path

TEXTS_REMAIN = (
    "Texts stay, without handles and links: who searches for a text at its platform finds the author. "
    "--without-text leaves them out"
)
OTHERS_REMAIN = "Times, counts and hashtags stay, and may tell who somebody is."


def open_pseudonyms(path: Path | None, *, keeps_text: bool) -> Pseudonyms:
    """Return the pseudonyms of the salt in the file, in the environment, or in the default file."""
    salt = find_salt(path)
    made = ", which was made just now" if salt.is_new else ""
    print_note(f"The salt of the pseudonyms is in {salt.place}{made}. Keep it apart from the export, or delete it.")
    print_note(TEXTS_REMAIN if keeps_text else OTHERS_REMAIN, "yellow")
    return Pseudonyms(salt.secret)
