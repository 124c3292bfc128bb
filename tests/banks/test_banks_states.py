"""The table of a bank connection's states, whole, and what has to be so before it goes on."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps.banks import BankEvent, BankState
from qbapps.banks.actions import StopCause, cause_of
from qbapps.domain.banks import guards, states
from qbapps.domain.banks.guards import Account, AccountKind
from qbapps.domain.banks.states import next_state, shown
from qbapps.domain.states import ConnectionState
from qbapps.errors import ConfigurationError, TransitionError

# A change of the table has to be made twice, and read twice.
LIVE = {"revoked": "revoked", "disconnected": "disconnected"}
SET_UP = {
    **LIVE,
    "bank_authenticated": "active",
    "synced": "active",
    "credentials_changed": "needs_login",
    "action_needed": "needs_bank_action",
}
WORKING = {
    **SET_UP,
    "reconfirmed": "active",
    "accounts_mapped": "active",
    "sync_failed": "error",
    "suspend": "suspended",
}


def broken(state: str) -> dict[str, str]:
    """What leaves a connection that waits for somebody as it is."""
    stays = dict.fromkeys(("sync_failed", "suspend", "reconfirmed", "accounts_mapped"), state)
    return {**SET_UP, **stays, "reconnected": "replaced"}


TABLE: dict[str, dict[str, str]] = {
    "draft": {"consent_asked": "awaiting_consent", "disconnected": "disconnected"},
    "awaiting_consent": {**LIVE, "consent_accepted": "awaiting_bank", "consent_refused": "draft"},
    "awaiting_bank": {**LIVE, "bank_authenticated": "choosing_accounts", "consent_refused": "draft"},
    "choosing_accounts": {**LIVE, "accounts_mapped": "active"},
    "active": WORKING,
    "expiring": WORKING,
    "expired": {event: state for event, state in {**WORKING, "reconnected": "replaced"}.items() if event != "synced"},
    "needs_login": broken("needs_login"),
    "needs_bank_action": broken("needs_bank_action"),
    "error": {**WORKING, "reconfirmed": "error", "accounts_mapped": "error", "reconnected": "replaced"},
    "suspended": broken("suspended"),
    "revoked": {**LIVE, "reconnected": "replaced"},
    "disconnected": {"revoked": "disconnected", "reconnected": "replaced"},
    "replaced": {},
}  # fmt: skip

SEEN = {
    **dict.fromkeys(("draft", "awaiting_consent", "awaiting_bank", "choosing_accounts"), "needs_reconnect"),
    **dict.fromkeys(("active", "expiring", "error"), "connected"),
    **dict.fromkeys(("expired", "needs_login", "needs_bank_action", "suspended", "revoked"), "needs_reconnect"),
    **dict.fromkeys(("disconnected", "replaced"), "disconnected"),
}


@pytest.mark.parametrize(("state", "event"), list(product(BankState, BankEvent)))
def test_each_pair_does_what_the_table_says(state: BankState, event: BankEvent) -> None:
    expected = TABLE[state].get(event)

    if expected is not None:
        assert next_state(state, event) == expected
        return
    with pytest.raises(TransitionError) as caught:
        next_state(state, event, connection_id="con_1")
    refusal = caught.value
    assert (refusal.state, refusal.action, refusal.connection_id) == (state, event, "con_1")
    assert set(refusal.allowed) == set(TABLE[state])
    assert refusal.hint


@pytest.mark.parametrize("state", BankState)
def test_a_list_of_all_kinds_shows_each_state(state: BankState) -> None:
    assert states.seen_as(state) is ConnectionState(SEEN[state])


def test_what_the_calendar_makes_is_never_kept() -> None:
    assert {BankState.EXPIRING, BankState.EXPIRED}.isdisjoint(states.TRANSITIONS.values())


def test_every_kept_state_can_be_reached_and_only_the_last_is_left_by_nothing() -> None:
    reached = {BankState.DRAFT}
    while True:
        steps = {to for (state, _event), to in states.TRANSITIONS.items() if state in reached}
        dated = {BankState.EXPIRING, BankState.EXPIRED} if BankState.ACTIVE in reached | steps else set()
        if steps | dated <= reached:
            break
        reached |= steps | dated

    assert reached == set(BankState)
    assert [state for state in BankState if not states.allowed(state)] == [BankState.REPLACED]


@given(st.lists(st.sampled_from(BankEvent), max_size=20))
def test_nothing_but_a_new_generation_revives_what_was_cut(events: list[BankEvent]) -> None:
    state = BankState.DISCONNECTED
    for event in events:
        if event in states.allowed(state):
            state = next_state(state, event)

    assert states.seen_as(state) is ConnectionState.DISCONNECTED


END = date(2022, 3, 10)


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2022, 2, 23), "active"),
        (date(2022, 2, 24), "expiring"),
        (date(2022, 3, 10), "expiring"),
        (date(2022, 3, 11), "expired"),
    ],
)
def test_an_active_one_is_shown_as_its_consent_ends(today: date, state: str) -> None:
    assert shown(BankState.ACTIVE, END, today) == state


def test_a_failing_one_expires_too_and_other_troubles_come_first() -> None:
    assert shown(BankState.ERROR, END, END) is BankState.ERROR
    assert shown(BankState.ERROR, END, END + timedelta(days=1)) is BankState.EXPIRED
    for kept in (BankState.NEEDS_LOGIN, BankState.REVOKED, BankState.DISCONNECTED, BankState.DRAFT):
        assert shown(kept, END, date(2023, 1, 1)) is kept


def test_an_end_that_is_not_known_concludes_nothing() -> None:
    assert shown(BankState.ACTIVE, None, date(2099, 1, 1)) is BankState.ACTIVE


@given(st.dates(), st.dates(), st.dates())
def test_time_only_goes_towards_the_end(end: date, one: date, other: date) -> None:
    order = [BankState.ACTIVE, BankState.EXPIRING, BankState.EXPIRED]
    first, second = sorted((one, other))

    assert order.index(shown(BankState.ACTIVE, end, first)) <= order.index(shown(BankState.ACTIVE, end, second))


def test_the_tenth_failure_in_a_row_suspends() -> None:
    assert [states.failure(count) for count in (1, 9, 10, 11)] == ["sync_failed", "sync_failed", "suspend", "suspend"]


def test_each_state_that_a_repair_is_for_has_its_cause() -> None:
    assert cause_of(BankState.EXPIRED) is StopCause.EXPIRED
    assert cause_of(BankState.NEEDS_LOGIN) is StopCause.CREDENTIALS
    assert {state for state in BankState if cause_of(state) is None} == {*states.SETTING_UP, BankState.REPLACED}


# Guards.

IBAN = Account(id="FR1420041010050500013M02606", currency="EUR")
LEDGER = Account(id="512000", currency="EUR")


def test_a_login_at_the_same_bank_goes_on() -> None:
    guards.check_institution("Crédit Agricole", " crédit agricole ")

    with pytest.raises(TransitionError, match="Banque de Savoie") as caught:
        guards.check_institution("Crédit Agricole", "Banque de Savoie", connection_id="con_1")
    assert caught.value.connection_id == "con_1"


def test_a_sound_mapping_gives_each_account_its_own() -> None:
    card = Account(id="4970", kind="credit_card")  # type: ignore[arg-type]
    ledger_card = Account(id="512900", kind=AccountKind.CREDIT_CARD, currency="EUR")

    found = guards.check_mapping([(IBAN, LEDGER), (card, ledger_card)], before={IBAN.id: "512000", "other": "512100"})

    assert found == {IBAN.id: "512000", "4970": "512900"}


@pytest.mark.parametrize(
    ("pairs", "options", "why"),
    [
        ([(IBAN, LEDGER), (IBAN, Account(id="512100"))], {}, "mapped already"),
        ([(IBAN, LEDGER), (Account(id="other"), LEDGER)], {}, "mapped already"),
        ([(IBAN, Account(id="512900", kind=AccountKind.CREDIT_CARD))], {}, "credit_card"),
        ([(IBAN, Account(id="512000", currency="USD"))], {}, "USD"),
        ([(IBAN, LEDGER)], {"live_elsewhere": {"512000": "1"}}, "another connection"),
        ([(IBAN, Account(id="512100"))], {"before": {IBAN.id: "512000"}}, "went to 512000"),
        ([], {}, "No account"),
    ],
)
def test_an_unsound_mapping_is_refused(
    pairs: list[tuple[Account, Account]], options: dict[str, object], why: str
) -> None:
    with pytest.raises(ConfigurationError, match=why):
        guards.check_mapping(pairs, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("in_review", [3, None])
def test_a_disconnect_that_would_lose_rows_waits_for_a_word(in_review: int | None) -> None:
    with pytest.raises(TransitionError, match="for review"):
        guards.check_disconnect(in_review)

    guards.check_disconnect(in_review, accept_loss=True)
    guards.check_disconnect(0)
