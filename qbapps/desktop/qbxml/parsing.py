"""Reading qbXML piece by piece, whatever its size, and never a document type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final
from xml.parsers import expat

DEEPEST: Final = 64
"""How many elements may lie within each other. qbXML needs a dozen."""

LONGEST_TAG: Final = 1_048_576
"""How many bytes a tag, a comment or anything else that is kept whole until it ends may have."""

_PIECE: Final = 65_536


class NotQbxml(Exception):
    """
    The text is not the qbXML that was expected.

    Attributes:
        reason: What is wrong with it, in English; nothing of the text.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parser() -> expat.XMLParserType:
    """Return a parser that refuses document types, and with them all that entities could do."""
    made = expat.ParserCreate()
    made.buffer_text = True
    made.buffer_size = _PIECE
    made.StartDoctypeDeclHandler = _refuse_doctype
    return made


def fed(parser: expat.XMLParserType, pieces: Iterable[str]) -> Iterator[None]:
    """
    Feed *pieces* of one document to *parser*, and stop after each bit of it so that the caller can take what is done.

    An encoding that the document declares means nothing: it is text already.

    Raises:
        NotQbxml: It is not well-formed, or something in it does not end.
    """
    bytes_fed = 0
    try:
        for piece in _bits(pieces):
            parser.Parse(piece, False)
            bytes_fed += len(piece.encode())
            if bytes_fed - parser.CurrentByteIndex > LONGEST_TAG + _PIECE:
                raise NotQbxml("It has a tag or a comment that does not end.")
            yield
        parser.Parse("", True)
    except expat.ExpatError as problem:
        what = expat.ErrorString(problem.code)
        raise NotQbxml(f"It is not well-formed XML: {what}, line {problem.lineno}.") from None
    except UnicodeEncodeError:
        raise NotQbxml("It holds half a character.") from None
    yield


def _bits(pieces: Iterable[str]) -> Iterator[str]:
    """Yield *pieces* in small bits, without a mark or blanks before the first tag."""
    is_begun = False
    for piece in pieces:
        for start in range(0, len(piece), _PIECE):
            bit = piece[start : start + _PIECE]
            if not is_begun:
                bit = bit.lstrip("\ufeff \t\r\n")
            if bit:
                is_begun = True
                yield bit


def _refuse_doctype(*_: object) -> None:
    raise NotQbxml("It declares a document type, which qbXML never does.")
