"""A consent: what lets QuickBooks read the accounts of one bank login, until a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any, Final

import attrs

from qbapps.domain import checks
from qbapps.domain.banks import regimes
from qbapps.domain.banks.regimes import Regime, Renewal, Rule
from qbapps.domain.banks.spans import Span, as_day
from qbapps.errors import TransitionError

RECONFIRM_GRACE: Final = Span(days=14)
"""
How long after its end a consent can still be reconfirmed, where that is enough.

Source: GoCardless, reconfirmation of UK consents, since 28 July 2025; other providers have other days
"""

UPDATE_LIMIT: Final = Span(months=3)
"""
How long after it stopped a connection can still be updated in place; from then on it is made anew.

Source: a guide of Intuit's French customers of December 2021. Without a new login a bank gives the last 90 days only
(Delegated Regulation (EU) 2018/389, article 10), so that what is older would be missing.
"""


class Basis(StrEnum):
    """How the end of a consent is known: somebody stated it, the table of rules gives it, or it is not known."""

    STATED = "stated"
    TABLE = "table"
    UNKNOWN = "unknown"


def _names(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(values)


def _is_day(instance: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    as_day(value, f"{type(instance).__name__}.{attribute.name}")


_MAY_BE_A_DAY: Final = attrs.validators.optional(_is_day)


@attrs.frozen(kw_only=True)
class Consent:
    """
    What one customer of a bank agreed to, for one login and all its accounts.

    Attributes:
        id: Of its connection; renewals keep it.
        name: The bank, as its user calls it.
        authenticated_on: When the customer last proved who they are to the bank.
        confirmed_on: When they last said that it goes on, without the bank; None if never since.
        stated_end: The last good day as QuickBooks or the bank said it.
        ended_on: When it was revoked or the connection was cut; None while it lives.
        accounts: The ledger accounts that it feeds.
        granted_by: Who gave it; only they can renew it.
        company: The company whose accounts they are.
        revision: Counts renewals and the end, from 0.
    """

    id: str = attrs.field(validator=checks.not_empty)
    name: str = attrs.field(validator=checks.not_empty)
    regime: Regime = attrs.field(default=Regime.EEA, converter=regimes.read)
    authenticated_on: date = attrs.field(validator=_is_day)
    confirmed_on: date | None = attrs.field(default=None, validator=_MAY_BE_A_DAY)
    stated_end: date | None = attrs.field(default=None, validator=_MAY_BE_A_DAY)
    ended_on: date | None = attrs.field(default=None, validator=_MAY_BE_A_DAY)
    accounts: tuple[str, ...] = attrs.field(default=(), converter=_names)
    granted_by: str | None = None
    company: str | None = None
    revision: int = 0

    def __attrs_post_init__(self) -> None:
        if self.confirmed_on is not None and self.confirmed_on < self.authenticated_on:
            raise ValueError("Consent.confirmed_on is before the consent")
        if self.stated_end is not None and self.stated_end < self.begun_on:
            raise ValueError("Consent.stated_end is before the consent")

    @property
    def begun_on(self) -> date:
        """The day that its days count from."""
        return self.confirmed_on or self.authenticated_on

    @property
    def rule(self) -> Rule | None:
        """The rule it falls under; None where the table has none."""
        return regimes.rule_of(self.regime, self.authenticated_on)

    @property
    def basis(self) -> Basis:
        """How its end is known."""
        if self.stated_end is not None:
            return Basis.STATED
        return Basis.UNKNOWN if self.rule is None else Basis.TABLE

    @property
    def consent_end(self) -> date | None:
        """The last good day; None where it is not known."""
        if self.stated_end is not None or self.rule is None:
            return self.stated_end
        return self.rule.lasts.after(self.begun_on)

    def good_on(self, day: date) -> bool | None:
        """Tell whether it is good on *day*; None where its end is not known."""
        if day < self.authenticated_on or (self.ended_on is not None and day >= self.ended_on):
            return False
        return None if self.consent_end is None else day <= self.consent_end


def renewal_on(
    rule: Rule | None,
    ends_on: date | None,
    day: date,
    *,
    grace: Span = RECONFIRM_GRACE,
    limit: Span = UPDATE_LIMIT,
) -> Renewal:
    """
    Return what renews, on *day*, a consent that ends or ended on *ends_on*.

    On the last day of *limit* it can still be updated: trying does no harm, and where it fails one reconnects. Where
    no rule is known, the bank is asked.
    """
    if ends_on is not None and day > limit.after(ends_on):
        return Renewal.RECONNECT
    if rule is None:
        return Renewal.REAUTHENTICATE
    if rule.renewal is Renewal.RECONFIRM and ends_on is not None and day > grace.after(ends_on):
        return Renewal.REAUTHENTICATE
    return rule.renewal


def renewed(
    consent: Consent, on: date, *, by: Renewal, stated: date | None = None, grace: Span | None = RECONFIRM_GRACE
) -> Consent:
    """
    Return *consent* as it is from *on*: its days count from there, and those that were left are lost.

    Args:
        by: What the customer did; after anything but a reconfirmation the bank knows them anew.

        stated: The new end as QuickBooks or the bank says it; the former one no longer counts.

        grace: How long after its end a reconfirmation is believed; None for one that is known to have been taken.

    Raises:
        TransitionError: It has ended for good, is renewed before it began, cannot be reconfirmed, or not any more.
    """
    if consent.ended_on is not None or by is Renewal.RECONNECT:
        raise _refused(consent, by, "it is replaced by a new one, not renewed", "Connect the bank anew.")
    if on < consent.begun_on:
        raise _refused(consent, by, f"it began after {on}", "Look at the day again.")
    if by is not Renewal.RECONFIRM:
        return attrs.evolve(
            consent, authenticated_on=on, confirmed_on=None, stated_end=stated, revision=consent.revision + 1
        )
    if not _can_be_reconfirmed(consent, on, grace):
        raise _refused(
            consent, by, f"on {on} saying so is not enough to renew it", "Update the connection: log in at the bank."
        )
    return attrs.evolve(consent, confirmed_on=on, stated_end=stated, revision=consent.revision + 1)


def _can_be_reconfirmed(consent: Consent, on: date, grace: Span | None) -> bool:
    if grace is None:
        return consent.rule is not None and consent.rule.renewal is Renewal.RECONFIRM
    return renewal_on(consent.rule, consent.consent_end, on, grace=grace) is Renewal.RECONFIRM


def ended(consent: Consent, on: date) -> Consent:
    """Return *consent* as it is from *on*, when it was revoked or cut; one that has ended stays as it is."""
    if consent.ended_on is not None:
        return consent
    return attrs.evolve(consent, ended_on=on, revision=consent.revision + 1)


def _refused(consent: Consent, by: Renewal, why: str, hint: str) -> TransitionError:
    return TransitionError(
        f"The consent of {consent.id} cannot be renewed by {by}: {why}.",
        hint=hint,
        state="ended" if consent.ended_on is not None else "given",
        action=by,
        connection_id=consent.id,
    )
