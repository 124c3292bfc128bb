"""Finding a bank in a list by its name or by the address of its site; of several that it may be, none is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import attrs

from qbapps.banks.addresses import host_of, is_address, is_within, path_of
from qbapps.banks.folding import fold, squeezed, words_of
from qbapps.banks.networks import NETWORKS, SPECIAL, Network
from qbapps.banks.remarks import Remark
from qbapps.errors import ConfigurationError
from qbapps.language import N_

SURE: Final = 0.6
"""Score below which nothing is chosen. Our choice."""

APART: Final = 0.1
"""How far the first has to be before the second. Our choice."""

_SAME: Final = 1.0
_OF_THE_REGION: Final = 0.9
_ANOTHER: Final = 0.4
_REGION: Final = 0.3
_SPECIAL: Final = 0.5
_ELSEWHERE: Final = 0.8
_LONGEST: Final = 200
_EXACT: Final = 1e-9


class FindCode(StrEnum):
    """Why an institution is where it is, or why none is chosen."""

    SAME_NAME = "same_name"
    OTHER_NAME = "other_name"
    SIMILAR_NAME = "similar_name"
    SAME_SITE = "same_site"
    REGIONAL = "regional"
    WITHOUT_REGION = "without_region"
    SPECIAL_ACCOUNTS = "special_accounts"
    AMBIGUOUS = "ambiguous"
    TOO_FAR = "too_far"
    NOT_LISTED = "not_listed"
    UNKNOWN_SITE = "unknown_site"
    SUSPICIOUS_ADDRESS = "suspicious_address"


SENTENCES: Final[Mapping[FindCode, str]] = MappingProxyType(
    {
        FindCode.SAME_NAME: N_("{name}: the same name."),
        FindCode.OTHER_NAME: N_("{name}: another name of the same bank."),
        FindCode.SIMILAR_NAME: N_("{name}: a similar name."),
        FindCode.SAME_SITE: N_("{name}: the bank whose site is {host}."),
        FindCode.REGIONAL: N_("{name}: a regional entry; QuickBooks wants the one without a region."),
        FindCode.WITHOUT_REGION: N_("{name}: the entry without a region, which its regional banks are reached by."),
        FindCode.SPECIAL_ACCOUNTS: N_("{name}: not for current accounts."),
        FindCode.AMBIGUOUS: N_("It may be {name} or {other}: give the address of the bank's site."),
        FindCode.TOO_FAR: N_("No name is like it. The nearest is {name}: give the address of the bank's site."),
        FindCode.NOT_LISTED: N_("{name} is not in the list."),
        FindCode.UNKNOWN_SITE: N_("No bank with the site {host} is known."),
        FindCode.SUSPICIOUS_ADDRESS: N_(
            "The address is not plainly that of a bank's site. Copy it from the page where you log in to the bank, up "
            "to the first slash."
        ),
    }
)


@attrs.frozen
class Institution:
    """A bank as the list of QuickBooks has it: its name, and its site if the list gives one."""

    name: str
    url: str | None = None


@attrs.frozen
class Ranked:
    """
    An institution that it may be.

    Attributes:
        score: From 0 to 1.
    """

    institution: Institution
    score: float
    reasons: tuple[Remark[FindCode], ...] = ()


@attrs.frozen(kw_only=True)
class Ranking:
    """
    Which institution it is.

    Attributes:
        best: The one to choose; None when it may be another, or is none.
        ranked: Those that it may be, the likeliest first.
        reasons: Why, for people.
    """

    best: Institution | None = None
    ranked: tuple[Ranked, ...] = ()
    reasons: tuple[Remark[FindCode], ...] = ()


def find_institution(query_or_url: str, institutions: Iterable[Institution] | None = None) -> Ranking:
    """
    Return which of *institutions* a name or an address means. Nothing is fetched.

    The entry of a network without a region ranks before those of its regional banks, and before entries that are not
    for current accounts. An address counts by its host, which has to be a known site or below one; a regional bank
    is only chosen where its own address in the list is more than that of the whole network.

    Args:
        institutions: The list to choose from; None for the French networks that are known here.

    Raises:
        ConfigurationError: The query is empty, or longer than any name or address.

    Source: a guide of Intuit's French customers of December 2021, on the choice of the bank
    """
    query = query_or_url.strip()
    if not words_of(query) or len(query) > 10 * _LONGEST:
        raise ConfigurationError(
            "The name of the bank is empty or too long.", hint="Give its name, or the address of its site."
        )
    if institutions is None:
        listed = [Institution(network.name, f"https://{network.hosts[0]}/") for network in NETWORKS]
    else:
        listed = list(dict.fromkeys(institutions))
    if is_address(query):
        return _by_address(query, listed)
    return _by_name(query[:_LONGEST], listed)


def _by_address(address: str, listed: Sequence[Institution]) -> Ranking:
    host = host_of(address)
    if host is None:
        return Ranking(reasons=(_remark(FindCode.SUSPICIOUS_ADDRESS),))
    network = next((one for one in NETWORKS if any(is_within(host, site) for site in one.hosts)), None)
    entries = _Entries(listed)
    nearest = _nearest(host, listed, entries)
    found = []
    for one in listed:
        site = None if one.url is None else host_of(one.url)
        named = _network_of(one.name)
        if site is not None and is_within(host, site):
            own = True
        elif network is None or (site is not None and not any(is_within(site, its) for its in network.hosts)):
            own = False
        else:
            own = named == network
        if own and (network is None or named in {None, network}):
            score, reasons = entries.lowered(one, _SAME, [_remark(FindCode.SAME_SITE, name=one.name, host=host)])
            found.append(Ranked(one, score if nearest in {None, site} else min(score, _ELSEWHERE), reasons))
    if not found and network is not None:
        return Ranking(reasons=(_remark(FindCode.NOT_LISTED, name=network.name),))
    if not found:
        return Ranking(reasons=(_remark(FindCode.UNKNOWN_SITE, host=host),))
    ranking = _ranking(found)
    best = ranking.best
    if network is None or best is None or not entries.is_regional(best.name) or _leads_to(address, best.url, network):
        return ranking
    # The site is of all regional banks: which of them it is, only an address of its own can tell.
    return Ranking(ranked=ranking.ranked, reasons=(_remark(FindCode.NOT_LISTED, name=network.name),))


def _nearest(host: str, listed: Iterable[Institution], entries: _Entries) -> str | None:
    """Return the longest host of an entry without a region that *host* is within."""
    sites = (host_of(one.url) for one in listed if one.url is not None and not entries.is_regional(one.name))
    within = [site for site in sites if site is not None and is_within(host, site)]
    return max(within, key=len, default=None)


def _leads_to(address: str, url: str | None, network: Network) -> bool:
    """Tell whether *address* is at or below *url*, which is more than the site of the network's banks together."""
    site = None if url is None else host_of(url)
    if url is None or site is None or not is_within(host_of(address) or "", site):
        return False
    wanted = path_of(url)
    return path_of(address)[: len(wanted)] == wanted and (bool(wanted) or site not in network.hosts)


def _by_name(query: str, listed: Sequence[Institution]) -> Ranking:
    if not listed:
        return Ranking(reasons=(_remark(FindCode.NOT_LISTED, name=query),))
    entries = _Entries(listed)
    meant = _network_called(query)
    region = _network_of(query)
    typed = words_of(query)
    found = []
    for one in listed:
        its = _network_called(one.name)
        if squeezed(one.name) == squeezed(query) or words_of(one.name) == typed:
            score, why = _SAME, FindCode.SAME_NAME
        elif meant is not None and its == meant:
            score, why = _SAME, FindCode.OTHER_NAME
        elif region is not None and region.one_portal and its == region:
            score, why = _OF_THE_REGION, FindCode.WITHOUT_REGION
        else:
            score, why = _likeness(typed, words_of(one.name)), FindCode.SIMILAR_NAME
            if meant is not None:
                # The bank is known, and this is another, however alike their names are.
                score = min(score, _ANOTHER)
        special = _is_special(query)
        score, reasons = entries.lowered(one, score, [_remark(why, name=one.name)], special=special)
        found.append(Ranked(one, score, reasons))
    ranking = _ranking(found)
    if ranking.best is not None and ranking.reasons[0].code is FindCode.SIMILAR_NAME:
        return _unless_another_begins_so(ranking, ranking.best, typed)
    return ranking


def _unless_another_begins_so(ranking: Ranking, best: Institution, typed: tuple[str, ...]) -> Ranking:
    """Choose none where *typed* is the beginning of names of several banks: “Société” is two of them."""
    begun, its = "".join(typed), words_of(best.name)
    for other in ranking.ranked[1:]:
        name = words_of(other.institution.name)
        if "".join(its).startswith(begun) and "".join(name).startswith(begun) and name[: len(its)] != its:
            reason = _remark(FindCode.AMBIGUOUS, name=best.name, other=other.institution.name)
            return Ranking(ranked=ranking.ranked, reasons=(reason,))
    return ranking


def _ranking(found: list[Ranked]) -> Ranking:
    found.sort(key=lambda one: (-one.score, one.institution.name, one.institution.url or ""))
    first = found[0]
    if first.score < SURE - _EXACT:
        reason = _remark(FindCode.TOO_FAR, name=first.institution.name)
        return Ranking(ranked=tuple(found), reasons=(reason,))
    if len(found) > 1 and first.score - found[1].score < APART - _EXACT:
        reason = _remark(FindCode.AMBIGUOUS, name=first.institution.name, other=found[1].institution.name)
        return Ranking(ranked=tuple(found), reasons=(reason,))
    return Ranking(best=first.institution, ranked=tuple(found), reasons=first.reasons)


class _Entries:
    """The names of a list: which of them go on where another ends, as those of regional banks do."""

    def __init__(self, listed: Iterable[Institution]) -> None:
        self._names = {words_of(one.name) for one in listed}

    def lowered(
        self, one: Institution, score: float, reasons: list[Remark[FindCode]], *, special: bool = False
    ) -> tuple[float, tuple[Remark[FindCode], ...]]:
        """Return *score* less what speaks against *one*, and the reasons with that."""
        if self.is_regional(one.name) and not (score == _SAME and _network_of(one.name) is None):
            score -= _REGION
            reasons = [*reasons, _remark(FindCode.REGIONAL, name=one.name)]
        if _is_special(one.name) and not special:
            score -= _SPECIAL
            reasons = [*reasons, _remark(FindCode.SPECIAL_ACCOUNTS, name=one.name)]
        return max(score, 0.0), tuple(reasons)

    def is_regional(self, name: str) -> bool:
        """Tell whether *name* is of one of a network's banks, or goes on where another of the list ends."""
        network = _network_of(name)
        if network is not None:
            return network.one_portal and _network_called(name) != network
        words = words_of(name)
        return any(words[:length] in self._names for length in range(1, len(words)))


def _likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Return how alike two names are whatever the order of their words, from 0 to 1; whichever comes first."""
    first, second = sorted((" ".join(sorted(one))[:_LONGEST], " ".join(sorted(other))[:_LONGEST]))
    # Not quite the same: what is the same was seen before.
    return min(SequenceMatcher(None, first, second, autojunk=False).ratio(), 0.95)


def _is_special(name: str) -> bool:
    folded = fold(name)
    return any(one in folded for one in SPECIAL)


def _names(network: Network) -> tuple[str, ...]:
    return (network.name, *network.aliases)


_CALLED: Final = {squeezed(name): network for network in NETWORKS for name in _names(network)} | {
    "".join(words_of(name)): network for network in NETWORKS for name in _names(network)
}
_BEGINNINGS: Final = {words_of(name): network for network in NETWORKS for name in _names(network)}


def _network_called(name: str) -> Network | None:
    """Return the network of which *name* is a name, without a region."""
    return _CALLED.get(squeezed(name)) or _CALLED.get("".join(words_of(name)))


def _network_of(name: str) -> Network | None:
    """Return the network whose name, the longest that there is, *name* begins with or is."""
    called = _network_called(name)
    if called is not None:
        return called
    words = words_of(name)
    lengths = range(len(words), 0, -1)
    return next((_BEGINNINGS[words[:length]] for length in lengths if words[:length] in _BEGINNINGS), None)


def _remark(code: FindCode, **values: str) -> Remark[FindCode]:
    return Remark(code, SENTENCES[code], values={name: value[:_LONGEST] for name, value in values.items()})
