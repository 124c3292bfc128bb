"""What is known of a bank connection that stopped, as it was typed, and the plan that follows from it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import attrs

from qbapps.cli.bank_hints import Asked
from qbapps.cli.bank_options import TABS
from qbapps.domain.banks.consent import Consent
from qbapps.domain.banks.regimes import consent_end
from qbapps.domain.banks.spans import Span

if TYPE_CHECKING:
    from qbapps.banks import Evidence, Hints, Policy, Repair

RECORDED: Final = ("bank", "regime", "stopped", "authenticated", "stated", "in_review")
"""What a stored connection has of itself."""

Days = Mapping[str, tuple[date, ...]]
"""By tab; one of which nothing was said is not there."""


@attrs.frozen(kw_only=True)
class Known:
    """
    What a plan is made from; None is what nobody said.

    Attributes:
        connection: Its id, where it is stored.
        accounts: By ledger account.
        in_review: How many rows waited for review as it was disconnected.
        asked: That the books are asked too, and how.
        hints: What they said: it stands in for the days of “Categorised” where none were typed.
    """

    today: date
    connection: str | None = None
    bank: str | None = None
    regime: str | None = None
    cause: str | None = None
    stopped: date | None = None
    authenticated: date | None = None
    stated: date | None = None
    accounts: Mapping[str, Days] = attrs.field(factory=dict)
    source: str | None = None
    backfill: Span | None = None
    limit: Span | None = None
    grace: Span | None = None
    in_review: int | None = None
    asked: Asked | None = None
    hints: Hints | None = None

    def plan(self) -> Repair:
        """
        Return what to do.

        Raises:
            ConfigurationError: The days contradict each other.
        """
        from qbapps import banks  # noqa: PLC0415 - other commands start faster without

        found = banks.plan_repair(
            self.stopped if self.stopped is not None or self.authenticated is not None else self._ends(),
            self.today,
            self.cause or banks.StopCause.EXPIRED,
            accounts=self.evidence(),
            policy=self.policy(),
            consent=self._consent(),
            in_review=self.in_review,
        )
        return attrs.evolve(found, bank=self.bank)

    def evidence(self) -> dict[str, Evidence]:
        """Return what QuickBooks has of each account."""
        hinted = () if self.hints is None else self.hints.accounts
        return {name: self._evidence(name, self.accounts.get(name, {})) for name in (*self.accounts, *hinted)}

    def policy(self) -> Policy:
        """Return what the repair goes by, where something was said of it."""
        from qbapps import banks  # noqa: PLC0415 - other commands start faster without

        named = {"backfill": self.backfill, "limit": self.limit, "grace": self.grace, "regime": self.regime}
        given: dict[str, Any] = {name: value for name, value in named.items() if value is not None}
        return banks.Policy(**given)

    def consent_end(self) -> date | None:
        """Return the last good day of the consent, stated or by the rules; None where it is not known."""
        consent = self._consent()
        return self.stated if consent is None else consent.consent_end

    def command(self, name: str) -> str:
        """Return what to type for ``bank plan``, which says all of it, or to go on with ``bank repair``."""
        return shlex.join(
            ("qbapps", "bank", name, *self._options(stored=self.connection if name == "repair" else None))
        )

    def _options(self, stored: str | None) -> Iterator[str]:
        """Yield the options that say the same; those that a stored connection has of itself are left out."""
        named = {
            "--bank": self.bank,
            "--regime": self.regime,
            "--cause": self.cause,
            "--stopped": self.stopped,
            "--authenticated": self.authenticated,
            "--stated": self.stated,
            "--limit": self.limit,
            "--grace": self.grace,
            "--backfill": self.backfill,
            "--source": self.source,
            "--in-review": self.in_review,
        }
        if stored is not None:
            yield stored
        for name, value in named.items():
            if value is not None and (stored is None or _field(name) not in RECORDED):
                yield from (name, str(value))
        for account, days in self.accounts.items():
            if not days:
                yield from ("--account", account)
            for tab, there in days.items():
                yield from (f"--{tab}", f"{account}={','.join(str(day) for day in there)}")
        if stored is not None and self.asked is not None:
            yield from self.asked.options()
        yield from ("--today", str(self.today))

    def _evidence(self, name: str, days: Days) -> Evidence:
        from qbapps import banks  # noqa: PLC0415 - other commands start faster without

        given: dict[str, Any] = {tab: days[tab] for tab in TABS if tab in days}
        hint = None if self.hints is None or "booked" in days else self.hints.accounts.get(name)
        if hint is not None:
            return attrs.evolve(hint.evidence(), **given)
        return banks.Evidence(**given) if self.source is None else banks.Evidence(**given, source=self.source)

    def _ends(self) -> date | None:
        """Return the stated end of the consent, where that is what stopped it."""
        return self.stated if self.cause in {None, "expired", "expiring"} else None

    def _consent(self) -> Consent | None:
        if self.authenticated is None:
            return None
        if self.stated is not None:
            consent_end(self.authenticated, stated=self.stated)
        regime: dict[str, Any] = {} if self.regime is None else {"regime": self.regime}
        # It stands for itself in this plan only: neither its id nor its name is shown.
        return Consent(id="typed", name="typed", authenticated_on=self.authenticated, stated_end=self.stated, **regime)


def _field(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")
