"""What becomes of a bank connection when something happens to it: a pure step from one day to the next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Final

import attrs

from qbapps.domain.banks.consent import Consent, ended, renewed
from qbapps.domain.banks.guards import Account, check_disconnect, check_institution, check_mapping
from qbapps.domain.banks.link import BankLink, Snapshot, consent_of, state_on, with_consent
from qbapps.domain.banks.regimes import Renewal
from qbapps.domain.banks.states import MOST_FAILURES, SETTING_UP, BankEvent, BankState, failure, next_state
from qbapps.domain.record import revise
from qbapps.errors import ConfigurationError, TransitionError

_E = BankEvent
_S = BankState


@attrs.frozen(kw_only=True)
class Facts:
    """
    What is known of what happened.

    Attributes:
        institution: The bank at which the customer logged in.
        stated: The last good day, as QuickBooks or the bank says it.
        accounts: The bank's account, then the ledger's, for each that is fed.
        elsewhere: What other living connections of the company feed: the bank's account by ledger account.
        in_review: How many rows wait for review as the connection, or an account, is cut; None when nobody has looked.
        snapshot: The days (ISO) of the rows that QuickBooks has as it is cut, by ledger account and tab.
        accept_loss: Whether their loss was accepted.
        by_hand: Whether a person did it by steps that have them look first.
        update_failed: Whether what failed was an update that a person tried.
        owner: E-mail of whoever gave the consent.
        note: What somebody adds.
    """

    institution: str | None = None
    stated: date | None = None
    accounts: tuple[tuple[Account, Account], ...] = ()
    elsewhere: Mapping[str, str] = attrs.field(factory=dict)
    in_review: int | None = None
    snapshot: Snapshot = attrs.field(factory=dict)
    accept_loss: bool = False
    by_hand: bool = False
    update_failed: bool = False
    owner: str | None = None
    note: str | None = None


TAKES: Final[dict[BankEvent, Collection[str]]] = {
    _E.CONSENT_ACCEPTED: ("stated",),
    _E.BANK_AUTHENTICATED: ("institution", "stated", "owner"),
    _E.ACCOUNTS_MAPPED: ("accounts", "in_review", "accept_loss"),
    _E.RECONFIRMED: ("stated", "owner"),
    _E.SYNC_FAILED: ("update_failed",),
    _E.DISCONNECTED: ("in_review", "accept_loss", "snapshot"),
    _E.RECONNECTED: ("institution", "stated", "accounts", "owner"),
}
"""The facts that an event can have, besides a note."""


def happened(link: BankLink, event: BankEvent, on: date, facts: Facts) -> BankLink:
    """
    Return *link* after *event*, as its next version.

    Raises:
        TransitionError: It cannot have happened: where the connection stands does not allow it, the bank is another
            one, or rows would be lost unseen.
        ConfigurationError: The accounts do not fit, or the day stated is before the consent.
    """
    there = state_on(link, on)
    if event is _E.SYNCED and there is _S.EXPIRED:
        raise _after_its_end(link, on)
    what = failure(link.failures + 1) if event is _E.SYNC_FAILED else event
    state = next_state(there, what, connection_id=link.connection_id)
    step = _Step(link=attrs.evolve(link, recorded_on=on, note=facts.note), there=there, on=on, facts=facts)
    try:
        after = _STEPS[event](step) if event in _STEPS else step.link
    except ValueError:
        raise ConfigurationError(
            f"The consent of {link.bank} cannot end on {facts.stated or link.stated_end}, before it begins on {on}.",
            hint="Give stated=..., the last good day as QuickBooks shows it.",
        ) from None
    match event:
        case _E.RECONNECTED:
            # The former one is replaced; its successor works at once where it is known what feeds what.
            state = _S.ACTIVE if after.accounts else _S.CHOOSING_ACCOUNTS
        case _E.RECONFIRMED if state is _S.ACTIVE and (link.failures or link.update_failed):
            # Saying that it goes on mends nothing: rows that come do, or a new login.
            state = _S.ERROR
        case _E.ACCOUNTS_MAPPED if there not in SETTING_UP:
            state = link.state
        case _:
            pass
    return revise(after, state=state)


@attrs.frozen(kw_only=True)
class _Step:
    """What happens to *link*, which stands *there*, on a day."""

    link: BankLink
    there: BankState
    on: date
    facts: Facts

    def accepted(self) -> BankLink:
        return attrs.evolve(self.link, stated_end=self.facts.stated)

    def refused(self) -> BankLink:
        return attrs.evolve(self.link, stated_end=None)

    def authenticated(self) -> BankLink:
        self._check_bank()
        if self.there in SETTING_UP:
            # The end is shown where the consent is asked for, before the bank is.
            return with_consent(self.link, self._begun(self.facts.stated or self.link.stated_end), stopped_on=None)
        return self._renewed(_works(self.link), Renewal.REAUTHENTICATE)

    def mapped(self) -> BankLink:
        after = self._fed(self._mapping(self.facts.accounts))
        if self.there not in SETTING_UP and set(self.link.accounts) - set(after.accounts):
            # An account that is left out is disconnected in QuickBooks, with what waits for review there.
            self._check_loss()
        return after

    def reconfirmed(self) -> BankLink:
        return self._renewed(self.link, Renewal.RECONFIRM)

    def synced(self) -> BankLink:
        return attrs.evolve(_works(self.link), synced_on=self.on)

    def failed(self) -> BankLink:
        tried = self.link.update_failed or self.facts.update_failed
        return attrs.evolve(
            self.stopped(),
            failures=self.link.failures + 1,
            failed_on=self.link.failed_on or self.on,
            update_failed=tried,
        )

    def suspended(self) -> BankLink:
        return attrs.evolve(
            self.stopped(),
            failures=max(self.link.failures, MOST_FAILURES),
            failed_on=self.link.failed_on or self.on,
        )

    def stopped(self) -> BankLink:
        if self.link.stopped_on is not None:
            return self.link
        # Since the last login something came in at least once.
        known = [day for day in (self.link.synced_on, self.link.authenticated_on) if day is not None]
        return attrs.evolve(self.link, stopped_on=self.on if self.link.synced_on is None else max(known))

    def cut(self) -> BankLink:
        if self.there not in SETTING_UP and not self.facts.by_hand:
            self._check_loss()
        return attrs.evolve(self.over(), in_review=self._in_review(), snapshot=self.facts.snapshot)

    def reconnected(self) -> BankLink:
        self._check_bank()
        # Without accounts of its own it feeds what it fed before, unless another connection does by now.
        kept = tuple((Account(id=bank), Account(id=ledger)) for ledger, bank in self.link.accounts.items())
        pairs = self.facts.accounts or kept
        fed = self._fed(self._mapping(pairs)) if pairs else self.link
        return with_consent(
            _works(fed),
            attrs.evolve(self._begun(self.facts.stated), revision=self.link.revision + 1),
            generation=self.link.generation + 1,
            synced_on=None,
            in_review=None,
            snapshot={},
        )

    def _check_loss(self) -> None:
        check_disconnect(self._in_review(), accept_loss=self.facts.accept_loss, connection_id=self.link.connection_id)

    def _in_review(self) -> int | None:
        """Return how many rows wait for review; a snapshot of all accounts without any says that none does."""
        if self.facts.in_review is not None or set(self.link.accounts) - set(self.facts.snapshot):
            return self.facts.in_review
        return None if any(tabs.get("review") for tabs in self.facts.snapshot.values()) else 0

    def over(self) -> BankLink:
        stopped, consent = self.stopped(), consent_of(self.link)
        return stopped if consent is None else with_consent(stopped, ended(consent, self.on))

    def _begun(self, stated: date | None) -> Consent:
        return Consent(
            id=self.link.connection_id,
            name=self.link.bank,
            regime=self.link.regime,
            authenticated_on=self.on,
            stated_end=stated,
            revision=self.link.revision,
        )

    def _renewed(self, link: BankLink, by: Renewal) -> BankLink:
        consent = consent_of(link)
        return (
            link
            if consent is None
            else with_consent(link, renewed(consent, self.on, by=by, stated=self.facts.stated, grace=None))
        )

    def _check_bank(self) -> None:
        if self.facts.institution is not None:
            check_institution(self.link.bank, self.facts.institution, connection_id=self.link.connection_id)

    def _mapping(self, pairs: Iterable[tuple[Account, Account]]) -> dict[str, str]:
        """Return the bank's account by ledger account, once that is sound."""
        before = {**self.link.fed, **{bank: ledger for ledger, bank in self.link.accounts.items()}}
        mapped = check_mapping(pairs, live_elsewhere=self.facts.elsewhere, before=before)
        return {ledger: bank for bank, ledger in mapped.items()}

    def _fed(self, accounts: Mapping[str, str]) -> BankLink:
        fed = {**self.link.fed, **{bank: ledger for ledger, bank in accounts.items()}}
        return attrs.evolve(self.link, accounts=accounts, fed=fed)


def _after_its_end(link: BankLink, on: date) -> TransitionError:
    return TransitionError(
        f"The consent of {link.bank} had ended before {on}: nothing can have come in then.",
        hint="If it did, the consent was renewed, or ends on another day: record that, or correct the day.",
        state=_S.EXPIRED,
        action=_E.SYNCED,
        connection_id=link.connection_id,
    )


def _works(link: BankLink) -> BankLink:
    return attrs.evolve(link, stopped_on=None, failed_on=None, failures=0, update_failed=False)


_STEPS: Final = {
    _E.CONSENT_ACCEPTED: _Step.accepted,
    _E.CONSENT_REFUSED: _Step.refused,
    _E.BANK_AUTHENTICATED: _Step.authenticated,
    _E.ACCOUNTS_MAPPED: _Step.mapped,
    _E.RECONFIRMED: _Step.reconfirmed,
    _E.SYNCED: _Step.synced,
    _E.SYNC_FAILED: _Step.failed,
    _E.SUSPEND: _Step.suspended,
    _E.CREDENTIALS_CHANGED: _Step.stopped,
    _E.ACTION_NEEDED: _Step.stopped,
    _E.REVOKED: _Step.over,
    _E.DISCONNECTED: _Step.cut,
    _E.RECONNECTED: _Step.reconnected,
}
