"""How connectors' passwords and user names are spelled."""

from __future__ import annotations

from typing import Final

ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Letters and digits that nobody takes for one another when reading them from a screen."""

_LENGTH: Final = 20
_GROUP: Final = 5


def spell(digest: str) -> str:
    """
    Return a password of 20 characters in groups, made from 256 bits in hexadecimal: 99 bits of chance remain.

    Long enough for a public endpoint, and short of the 32 and 40 characters that one peer's users had refused.
    """
    value, letters = int(digest, 16), []
    for _ in range(_LENGTH):
        value, place = divmod(value, len(ALPHABET))
        letters.append(ALPHABET[place])
    groups = ["".join(letters[start : start + _GROUP]) for start in range(0, _LENGTH, _GROUP)]
    return "-".join(groups)


def guid(digest: str) -> str:
    """Return a GUID in braces, version 4, from 256 bits of chance in hexadecimal."""
    text = f"{digest[:12]}4{digest[13:16]}{'89ab'[int(digest[16], 16) % 4]}{digest[17:32]}"
    return f"{{{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}}}"


def message_set(digest: str) -> str:
    """
    Return the name of a message set: 21 characters from 256 bits of chance.

    Source: QuickBooks takes 23 characters at most and refuses longer names with statusCode 9004
    """
    value, letters = int(digest, 16), []
    for _ in range(21):
        value, place = divmod(value, len(ALPHABET))
        letters.append(ALPHABET[place])
    return "".join(letters)
