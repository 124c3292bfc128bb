"""Answers as they are kept: compressed, and in pieces, so that a long one is read back without growing memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Final

import attrs

from qbapps.desktop import qbxml
from qbapps.domain.desktop.jobs import Job, Page
from qbapps.ports import Ports

PIECE: Final = 1_000_000
"""Characters of a piece: what is held at a time when an answer is read."""

_IDS: Final = ("ListID", "TxnID", "TxnLineID")

_TEXT: Final = ("utf-8", "surrogatepass")
_LEVEL: Final = 1
"""zlib's fastest: QuickBooks' answers repeat themselves, and somebody waits."""


@attrs.frozen
class Split:
    """
    An answer, taken apart.

    Attributes:
        responses: What QuickBooks says of each request.
        set_status: What it says of keeping the answer to a change; None when it was not asked to.
        problem: Why it cannot be read; None when it can.
        pieces: All of it, compressed.
    """

    responses: tuple[qbxml.Response, ...]
    set_status: int | None
    problem: str | None
    pieces: tuple[bytes, ...]


def split(response: str) -> Split:
    """Take an answer apart; one that cannot be read has a problem, and no pieces."""
    try:
        head = qbxml.head(response)
    except qbxml.NotQbxml as error:
        return Split((), None, str(error), ())
    starts = range(0, len(response), PIECE)
    pieces = (zlib.compress(response[start : start + PIECE].encode(*_TEXT), _LEVEL) for start in starts)
    return Split(head.responses, head.message_set_status, None, tuple(pieces))


def of(job: Job, found: Split) -> Sequence[Page]:
    """Return the pieces of the page that *job* has just got."""
    return tuple(
        Page(job_id=job.id, attempt=job.attempt, number=job.pages, piece=number, data=data)
        for number, data in enumerate(found.pieces, start=1)
    )


def records(ports: Ports, job: Job) -> Iterator[qbxml.Record]:
    """
    Stream the records of *job*, as far as they have come; what comes twice in its pages is given once.

    A piece is held at a time, and the ids of what was given.
    """
    seen: set[int] = set()
    for texts in _documents(ports, job):
        for record in qbxml.records(texts):
            ids = tuple(map(record.text, _IDS)) if job.page is not None else ()
            if any(ids):
                name = hash((record.kind, ids))
                if name in seen:
                    continue
                seen.add(name)
            yield record


def _documents(ports: Ports, job: Job) -> Iterator[Iterator[str]]:
    """Give the pages one by one, each as its pieces; a page is to be read to its end before the next."""
    pieces = ports.desktop.pages(job)
    following = next(pieces, None)
    while following is not None:
        number, first = following.number, following
        following = None

        def page(first: Page = first, number: int = number) -> Iterator[str]:
            nonlocal following
            yield _text(first)
            for piece in pieces:
                if piece.number != number:
                    following = piece
                    return
                yield _text(piece)

        yield page()


def _text(page: Page) -> str:
    return zlib.decompress(page.data).decode(*_TEXT)
