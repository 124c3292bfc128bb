"""What the law says of access to bank accounts, by country and day: how long a consent lasts, and what renews it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Final

import attrs

from qbapps.domain.banks.spans import Span, as_day
from qbapps.errors import ConfigurationError


class Regime(StrEnum):
    """Whose law a consent falls under. ``other`` has no table: there only a stated end is known."""

    EEA = "eea"
    UK = "uk"
    AU = "au"
    OTHER = "other"


class Renewal(StrEnum):
    """
    What it takes to go on.

    ``update``: the customer renews the connection in QuickBooks. ``reconfirm``: the customer tells QuickBooks that it
    goes on; the bank is not asked. ``reauthenticate``: the customer proves who they are to the bank. ``reconnect``: a
    new connection is made, whose rows have new ids.
    """

    UPDATE = "update"
    RECONFIRM = "reconfirm"
    REAUTHENTICATE = "reauthenticate"
    RECONNECT = "reconnect"


@attrs.frozen(kw_only=True)
class Rule:
    """
    One line of the table.

    Attributes:
        since: First day on which the customer identified himself to the bank under this rule; None for always.
        lasts: From that day to the last good one.
        renewal: What goes on from there, in time.
        source: Where it stands.
    """

    regime: Regime
    since: date | None
    lasts: Span
    renewal: Renewal
    source: str


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        regime=Regime.EEA,
        since=date(2019, 9, 14),
        lasts=Span(days=90),
        renewal=Renewal.REAUTHENTICATE,
        source="Delegated Regulation (EU) 2018/389, article 10",
    ),
    Rule(
        regime=Regime.EEA,
        since=date(2023, 7, 25),
        lasts=Span(days=180),
        renewal=Renewal.REAUTHENTICATE,
        source="Delegated Regulation (EU) 2022/2360, article 10a",
    ),
    Rule(
        regime=Regime.UK,
        since=date(2019, 9, 14),
        lasts=Span(days=90),
        renewal=Renewal.REAUTHENTICATE,
        source="Delegated Regulation (EU) 2018/389, article 10, as the UK kept it",
    ),
    Rule(
        regime=Regime.UK,
        since=date(2022, 3, 26),
        lasts=Span(days=90),
        renewal=Renewal.RECONFIRM,
        source="FCA, PS21/19: articles 10A and 36(6) of the UK's technical standards",
    ),
    Rule(
        regime=Regime.AU,
        since=None,
        lasts=Span(days=365),
        renewal=Renewal.UPDATE,
        source='Intuit help, "Renew your bank feed connection in QuickBooks" (Australia)',
    ),
)
"""
Each holds for consents given from its first day until the next one of its regime.

The day on which the customer identified himself chooses the line: a consent keeps the length it was given with. What
is *more than* 90, or 180, days old has ended, so the last good day is that many days after the first.
"""


def read(regime: str) -> Regime:
    """
    Return the regime that ``EEA``, ``UK``, ``AU`` or ``other`` names.

    Raises:
        ConfigurationError: It names none.
    """
    try:
        return Regime(regime.strip().casefold())
    except (AttributeError, ValueError):
        known = ", ".join(one.upper() for one in Regime)
        raise ConfigurationError(
            f"{regime!r} is no set of consent rules.",
            hint=f"Use one of: {known}. OTHER is for countries without one; state the end of the consent there.",
        ) from None


def rule_of(regime: str, authenticated_on: date) -> Rule | None:
    """Return the rule that a consent given on *authenticated_on* falls under; None where the table has none."""
    wanted = read(regime)
    found = [rule for rule in RULES if rule.regime is wanted and (rule.since is None or rule.since <= authenticated_on)]
    return found[-1] if found else None


def rule_ending(regime: str, on: date) -> Rule | None:
    """Return the newest rule under which a consent can have ended on *on*; None where the table has none."""
    wanted = read(regime)
    for rule in reversed(RULES):
        if rule.regime is wanted and (rule.since is None or rule.lasts.after(rule.since) <= on):
            return rule
    return None


def consent_end(authenticated_on: date, regime: str = "EEA", stated: date | None = None) -> date:
    """
    Return the last day on which a consent is good; on the day after it has ended.

    Args:
        authenticated_on: When the customer identified himself to the bank, or reconfirmed: a renewal counts from its
            own day, and days that were left are lost.

        stated: The end that QuickBooks' screen or the bank said. It counts more than any table.

    Raises:
        ConfigurationError: The table has no rule for that day, and no end was stated; or it is before that day.

    Source: see ``RULES``; an example of Intuit's screen gives a consent of 10 December 2021 until 10 March 2022
    """
    begun = as_day(authenticated_on, "authenticated_on")
    rule = rule_of(regime, begun)
    if stated is not None:
        if as_day(stated, "stated") < begun:
            raise ConfigurationError(
                f"A consent of {begun} cannot end on {stated}.", hint="Look at both days on the screen again."
            )
        return stated
    if rule is None:
        raise ConfigurationError(
            f"No consent rule of {read(regime).upper()} is known for {begun}.",
            hint="Read the end of the consent in QuickBooks and give it as stated=.",
        )
    return rule.lasts.after(begun)
