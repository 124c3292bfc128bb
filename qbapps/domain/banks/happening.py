"""What becomes of a bank connection when something happens to it: a pure step from one day to the next."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Final

import attrs

from qbapps.domain.banks.consent import Consent, ended, renewed
from qbapps.domain.banks.guards import Account, check_disconnect, check_institution, check_mapping
from qbapps.domain.banks.link import BankLink, consent_of, state_on, with_consent
from qbapps.domain.banks.regimes import Renewal
from qbapps.domain.banks.states import MOST_FAILURES, SETTING_UP, BankEvent, BankState, failure, next_state
from qbapps.domain.record import revise
from qbapps.errors import ConfigurationError

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
        elsewhere: Ledger accounts that other living connections of the company feed.
        in_review: How many rows wait for review as the connection is cut; None when nobody has looked.
        accept_loss: Whether their loss was accepted.
        update_failed: Whether what failed was an update that a person tried.
        owner: E-mail of whoever gave the consent.
        note: What somebody adds.
    """

    institution: str | None = None
    stated: date | None = None
    accounts: tuple[tuple[Account, Account], ...] = ()
    elsewhere: frozenset[str] = frozenset()
    in_review: int | None = None
    accept_loss: bool = False
    update_failed: bool = False
    owner: str | None = None
    note: str | None = None


TAKES: Final[dict[BankEvent, Collection[str]]] = {
    _E.CONSENT_ACCEPTED: ("stated",),
    _E.BANK_AUTHENTICATED: ("institution", "stated", "owner"),
    _E.ACCOUNTS_MAPPED: ("accounts",),
    _E.RECONFIRMED: ("stated", "owner"),
    _E.SYNC_FAILED: ("update_failed",),
    _E.DISCONNECTED: ("in_review", "accept_loss"),
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
    what = failure(link.failures + 1) if event is _E.SYNC_FAILED else event
    state = next_state(there, what, connection_id=link.connection_id)
    step = _Step(link=attrs.evolve(link, recorded_on=on, note=facts.note), there=there, on=on, facts=facts)
    try:
        after = _STEPS[event](step) if event in _STEPS else step.link
    except ValueError:
        raise ConfigurationError(
            f"The consent of {link.bank} cannot end on {facts.stated}, before it begins.",
            hint="Give the last good day as QuickBooks shows it.",
        ) from None
    if event is _E.RECONNECTED:
        # The former one is replaced; its successor works at once where it is known what feeds what.
        state = _S.ACTIVE if after.accounts else _S.CHOOSING_ACCOUNTS
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
        return attrs.evolve(self.link, accounts=self._mapping())

    def reconfirmed(self) -> BankLink:
        # What a person has to do besides, such as an update that failed, is still to be done.
        return self._renewed(self.link, Renewal.RECONFIRM)

    def synced(self) -> BankLink:
        return attrs.evolve(_works(self.link), synced_on=self.on)

    def failed(self) -> BankLink:
        tried = self.link.update_failed or self.facts.update_failed
        return attrs.evolve(self.stopped(), failures=self.link.failures + 1, update_failed=tried)

    def suspended(self) -> BankLink:
        return attrs.evolve(self.stopped(), failures=max(self.link.failures, MOST_FAILURES))

    def stopped(self) -> BankLink:
        if self.link.stopped_on is not None:
            return self.link
        return attrs.evolve(self.link, stopped_on=self.link.synced_on or self.on)

    def cut(self) -> BankLink:
        if self.there not in SETTING_UP:
            check_disconnect(
                self.facts.in_review, accept_loss=self.facts.accept_loss, connection_id=self.link.connection_id
            )
        return attrs.evolve(self.over(), in_review=self.facts.in_review)

    def reconnected(self) -> BankLink:
        self._check_bank()
        return with_consent(
            _works(self.link),
            attrs.evolve(self._begun(self.facts.stated), revision=self.link.revision + 1),
            generation=self.link.generation + 1,
            accounts=self._mapping() if self.facts.accounts else self.link.accounts,
            in_review=None,
        )

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
            link if consent is None else with_consent(link, renewed(consent, self.on, by=by, stated=self.facts.stated))
        )

    def _check_bank(self) -> None:
        if self.facts.institution is not None:
            check_institution(self.link.bank, self.facts.institution, connection_id=self.link.connection_id)

    def _mapping(self) -> dict[str, str]:
        """Return the bank's account by ledger account, once that is sound."""
        before = {bank: ledger for ledger, bank in self.link.accounts.items()}
        mapped = check_mapping(self.facts.accounts, live_elsewhere=self.facts.elsewhere, before=before)
        return {ledger: bank for bank, ledger in mapped.items()}


def _works(link: BankLink) -> BankLink:
    return attrs.evolve(link, stopped_on=None, failures=0, update_failed=False)


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
