"""Asking which bank it is, until it is one that QuickBooks' list has, or a name that somebody insists on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

import attrs

from qbapps.banks import FindCode, Institution, Ranking, find_institution
from qbapps.banks.addresses import is_address
from qbapps.cli import bank_answers
from qbapps.cli.bank_asking import Asker, Misread
from qbapps.language import Words

_SHOWN: Final = 5
_LONGEST: Final = 200


@attrs.frozen
class _Offer:
    """What can be answered besides a name: the candidates by their numbers, and nothing, which keeps a name."""

    candidates: Sequence[str] = ()
    kept: str = ""


def ask(asker: Asker, words: Words, listed: Iterable[Institution] | None = None) -> str:
    """
    Return the name of the bank as QuickBooks' list has it.

    What may be several banks, or is only like the name of one, somebody chooses. A name that is in no list can be
    kept; an address that is nobody's cannot.

    Raises:
        Stopped: There is no answer any more.
    """
    _, offer = words, _Offer()
    among = None if listed is None else tuple(listed)
    question = _("Which bank is it? Type its name, or paste the address of its site.")
    while True:
        answer = asker.ask(question, partial(_read, offer=offer, words=_), choices=offer.candidates)
        if answer == offer.kept:
            return answer
        if answer in offer.candidates:
            asker.note(_("In QuickBooks' list, take {name}.", name=_.quoted(answer)), "green")
            return answer
        ranking = find_institution(answer, among)
        if ranking.best is not None and _is_sure(ranking):
            asker.note(_("In QuickBooks' list, take {name}.", name=_.quoted(ranking.best.name)), "green")
            for reason in ranking.reasons:
                asker.note(reason.said(_.language), "dim")
            return ranking.best.name
        asker.note(ranking.reasons[0].said(_.language), "yellow")
        names = dict.fromkeys(one.institution.name for one in ranking.ranked[:_SHOWN] if one.score > 0)
        offer = _Offer(tuple(names), "" if is_address(answer) else answer)
        question = _question(offer, _)


def _read(text: str, offer: _Offer, words: Words) -> str:
    _ = words
    found = " ".join(text.split())[:_LONGEST]
    if offer.candidates and found.isdecimal():
        return bank_answers.choice(found, offer.candidates, _)
    if not any(one.isalnum() for one in found):
        if offer.kept and not found:
            return offer.kept
        raise Misread(_("Type the name of the bank, or the address of its site."))
    return found


def _question(offer: _Offer, words: Words) -> str:
    _ = words
    if offer.kept:
        kept = _.quoted(offer.kept)
        return _("Is it one of these? Type its number, another name or an address. Enter keeps {name}.", name=kept)
    if offer.candidates:
        return _("Is it one of these? Type its number, another name or another address.")
    return _("Type the name of the bank, or another address.")


def _is_sure(ranking: Ranking) -> bool:
    """Tell whether the bank was named, and not only something like it: that somebody has to confirm."""
    return all(reason.code is not FindCode.SIMILAR_NAME for reason in ranking.reasons)
