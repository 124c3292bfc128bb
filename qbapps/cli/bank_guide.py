"""The questions of a guided repair: what the bank is, what happened, and what QuickBooks has of each account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import attrs

from qbapps.cli import bank_answers, bank_naming, bank_words
from qbapps.cli.bank_answers import maybe
from qbapps.cli.bank_asking import Asker
from qbapps.cli.bank_known import Days, Known
from qbapps.domain.banks.consent import Consent
from qbapps.domain.banks.spans import Span
from qbapps.language import N_, Words

if TYPE_CHECKING:
    from qbapps.banks import Hints, Institution
    from qbapps.cli.session import Session

_CAN_BE_UPDATED: Final = frozenset({"expired", "action_needed", "sync_failed", "suspended"})

_TABS: Final = {
    "review": N_("{account}: of which day is the newest operation in “For review”?"),
    "booked": N_("{account}: of which day is the newest in “Categorised”?"),
    "excluded": N_("{account}: of which day is the newest in “Excluded”?"),
}
_SEEN: Final = {
    "review": N_("{account}, as recorded when it was disconnected: the oldest in “For review” is of {day}."),
    "booked": N_("{account}, as recorded when it was disconnected: the newest in “Categorised” is of {day}."),
    "excluded": N_("{account}, as recorded when it was disconnected: the newest in “Excluded” is of {day}."),
}
_WAITED: Final = N_("{account}: of which day is the oldest that still waited in “For review” when it was disconnected?")


class Guide:
    """
    Asks for what is not known yet.

    Args:
        listed: The list to find the bank in; None for the banks that are known here.
        is_recorded: The cause is that of the store, which may not know that an update was tried.
        hints: What the books say, to be shown before it is asked what QuickBooks' tab says; never an answer.
        seen: The days that were recorded as it was disconnected, by ledger account and tab, to be shown.

    Attributes:
        known: What is known so far, whenever it is stopped.
    """

    def __init__(
        self,
        session: Session,
        known: Known,
        listed: Sequence[Institution] | None = None,
        *,
        is_recorded: bool = False,
        hints: Hints | None = None,
        seen: Mapping[str, Days] | None = None,
    ) -> None:
        self._words: Words = session.words
        self._asker = Asker(session)
        self._listed = listed
        self._is_recorded = is_recorded
        self._hints = hints
        self._seen = seen or {}
        self.known = known

    @property
    def has_asked(self) -> bool:
        """Whether anything was asked, and answered."""
        return self._asker.answered > 0

    def run(self) -> Known:
        """
        Ask, and return what is known then.

        Raises:
            Stopped: There are no more answers; what is known is kept.
        """
        if self.known.bank is None:
            self._learn(bank=bank_naming.ask(self._asker, self._words, self._listed))
        if self.known.regime is None:
            self._learn(regime=self._regime())
        if self.known.cause is None:
            self._learn(cause=self._unless_tried(self._cause()))
        elif self._is_recorded:
            self._learn(cause=self._unless_tried(self.known.cause))
        self._days()
        if self._brings_operations():
            self._accounts()
            if self.known.backfill is None:
                self._learn(backfill=self._backfill())
        return self.known

    def _learn(self, **facts: Any) -> None:
        self.known = attrs.evolve(self.known, **facts)

    def _regime(self) -> str:
        _, keys = self._words, tuple(bank_words.REGIMES)
        return self._asker.ask(
            _("Where is the account held? Enter is the first."),
            lambda text: bank_answers.choice(text.strip() or "1", keys, _),
            choices=map(_.text, bank_words.REGIMES.values()),
        )

    def _cause(self) -> str:
        _, keys = self._words, tuple(bank_words.CAUSES)
        return self._asker.ask(
            _("What has happened? If you do not know, type 1."),
            lambda text: bank_answers.choice(text, keys, _),
            choices=map(_.text, bank_words.CAUSES.values()),
        )

    def _unless_tried(self, cause: str) -> str:
        """Return *cause*, unless an update would help and was tried in vain."""
        _ = self._words
        if cause in _CAN_BE_UPDATED and self._asker.ask(
            _("Have you tried “Update” already, and it did not work? (y/n)"),
            lambda text: bank_answers.yes(text, _),
        ):
            return "update_failed"
        return cause

    def _days(self) -> None:
        known, ends = self.known, self.known.consent_end()
        if known.stopped is not None:
            return
        has_ended = ends is not None and ends <= known.today
        if known.cause == "update_failed" and has_ended:
            self._learn(stopped=ends)
        elif known.cause == "expiring" or (known.cause == "expired" and has_ended):
            if ends is None:
                self._consent()
        elif known.cause == "expired" and ends is None:
            self._consent(self._since())
        else:
            self._other_reason(ends)
            self._learn(stopped=self._since())

    def _since(self) -> date | None:
        _ = self._words
        return self._day(
            _("Since when does nothing come any more? The day of the last operations that came by themselves."),
            _("If you do not know, press Enter."),
        )

    def _other_reason(self, ends: date | None) -> None:
        """Forget a consent that is good still, where it was thought to have ended."""
        if self.known.cause == "expired" and ends is not None:
            _ = self._words
            self._asker.note(
                _(
                    "The consent is good until {day}, as far as is known: it stopped for another reason.",
                    day=_.day(ends),
                )
            )
            self._learn(authenticated=None, stated=None)

    def _consent(self, since: date | None = None) -> None:
        """Ask until when the consent was given, and learn from which day on nothing comes."""
        _, today = self._words, self.known.today
        stated = self._day(
            _("Until which day was the consent given, as QuickBooks or the bank shows it?"),
            _("It stands on the screen “Accept”, or under “Manage connections”. If it is not shown, press Enter."),
            may_come=True,
        )
        if self.known.cause == "expiring":
            if stated is not None:
                self._learn(stated=stated)
            else:
                self._sign_in()
            return
        if stated is not None and stated > today:
            self._other_reason(stated)
            stated = None
        days = [day for day in (since, stated) if day is not None]
        if days:
            self._learn(stopped=min(days))
        else:
            self._sign_in()

    def _sign_in(self) -> None:
        """Ask when somebody signed in at the bank, and learn the end of the consent from that."""
        _ = self._words
        begun = self._day(
            _("When did somebody last sign in at the bank for QuickBooks?"), _("If you do not know, press Enter.")
        )
        if begun is None:
            return
        consent = Consent(id="typed", name="typed", regime=self.known.regime or "EEA", authenticated_on=begun)
        ends = consent.consent_end
        if ends is None:
            self._asker.note(_("No rule is known of how long a consent lasts there."))
        elif self.known.cause == "expired" and ends > self.known.today:
            self._other_reason(ends)
        else:
            self._asker.note(_("By the rules of that day, the last good day of the consent is {day}.", day=_.day(ends)))
            self._learn(authenticated=begun)

    def _brings_operations(self) -> bool:
        """Tell whether it matters what QuickBooks has of the accounts."""
        tried = attrs.evolve(self.known, accounts=self.known.accounts or {"?": {}})
        return bool(tried.plan().windows)

    def _accounts(self) -> None:
        _ = self._words
        if not self.known.accounts:
            found = self._asker.ask(
                _("Which accounts of the chart of accounts does this bank feed? Several with commas."),
                lambda text: bank_answers.names(text, _),
                _("Their numbers or names in QuickBooks, such as 512000."),
            )
            self._learn(accounts={name: {} for name in found})
        hints = [
            _("In QuickBooks, open “Bank transactions”, choose the account, and look at the top of each tab."),
            _("If there is none, press Enter. What is dated after today does not count."),
        ]
        self._recorded()
        for account in self.known.accounts:
            for tab in self._tabs(account):
                if tab == "booked":
                    self._hint(account)
                question = _WAITED if tab == "deleted" else _TABS[tab]
                found_day = self._day(_.text(question, account=account), *hints)
                hints = []
                days = {**self.known.accounts[account], tab: () if found_day is None else (found_day,)}
                self._learn(accounts={**self.known.accounts, account: days})

    def _tabs(self, account: str) -> list[str]:
        """Return the tabs of an account that are to be asked for."""
        known = self.known.accounts[account]
        if not self._is_cut():
            return [tab for tab in ("review", "booked", "excluded") if tab not in known]
        # What waited for review is what was deleted.
        has_waited = "review" in known or self.known.in_review == 0
        tabs = ("booked", "excluded") if has_waited else ("booked", "deleted", "excluded")
        return [tab for tab in tabs if tab not in known]

    def _recorded(self) -> None:
        """Say what was seen as it was disconnected, which is not asked again."""
        _ = self._words
        for account, tabs in self.known.accounts.items():
            for tab, days in self._seen.get(account, {}).items():
                if tabs.get(tab) == days:
                    day = min(days) if tab == "review" else max(days)
                    self._asker.note(_.text(_SEEN[tab], account=account, day=_.day(day)))

    def _hint(self, account: str) -> None:
        """Show what the books say of an account; the first time also why that is a hint only."""
        if self._hints is None or account not in self._hints.accounts:
            return
        remarks = list(self._hints.accounts[account].remarks)
        if account == next(iter(self._hints.accounts)):
            remarks = [*self._hints.remarks[:1], *remarks, *self._hints.unread]
        for remark in remarks:
            self._asker.note(remark.said(self._words.language), "dim")

    def _is_cut(self) -> bool:
        """Tell whether QuickBooks has deleted what waited for review."""
        return self.known.cause == "disconnected"

    def _backfill(self) -> Span | None:
        _ = self._words
        return self._asker.ask(
            _("How far back does the bank give operations? Such as 90 days, or 24 months."),
            maybe(lambda text: bank_answers.length(text, _)),
            _("Its help or its export page says so. If you do not know, press Enter."),
        )

    def _day(self, question: str, *more: str, may_come: bool = False) -> date | None:
        return self._asker.ask(
            question,
            maybe(lambda text: bank_answers.day(text, self._words, self.known.today, may_come=may_come)),
            *more,
        )
