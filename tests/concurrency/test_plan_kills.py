"""
SIGKILL at every boundary of a plan that is applied: applied again, it goes on.

As in ``test_kill_boundaries``, a child process applies the plan over real HTTP and dies before each call
that crosses a port, and after the last one. Nothing is skipped then, and no effect happens twice.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest
from kill_town import A_MOMENT, JEAN, LEASE, MARIE, REALM, Town, town
from mortal import Death, End, Mortals

from qbapps.domain.whole_plan import Plan
from qbapps.store.opening import open_store

REALMS = (REALM, "9130350000000012", "9130350000000013")
SIBLING = "9130350000000014"
PARTS = 4


@pytest.fixture(scope="module")
def mortals() -> Iterator[Mortals]:
    program = Mortals()
    yield program
    program.close()


@pytest.fixture
def new_url(tmp_path: Path) -> Callable[[], str]:
    template = tmp_path / "migrated.db"
    open_store(f"sqlite:///{template}").close()
    made = 0

    def copy() -> str:
        nonlocal made
        made += 1
        return f"sqlite:///{shutil.copy(template, tmp_path / f'{made}.db')}"

    return copy


@attrs.frozen
class Firm:
    """A firm with a plan: three connections in it, and a sibling that it leaves alone."""

    there: Town
    plan: Plan
    sibling: str

    def apply(self, mortals: Mortals, death: Death | None) -> End:
        """Let a process apply the plan, to its end or to its death."""
        return mortals.run(
            url=self.there.url,
            key=self.there.key,
            now=self.there.clock.now(),
            verb="apply",
            given=self.plan.id,
            death=death,
            more={"workers": 1},
        )


def connect(there: Town, realm_id: str) -> str:
    if realm_id != REALM:
        there.intuit.add_company(realm_id, name=f"Company {realm_id}", admins=[JEAN, MARIE])
    url = there.qb.begin_connect("dext").url or ""
    return there.qb.complete(there.intuit.consent(url, user=JEAN, realm_id=realm_id)).id


def firm(there: Town, action: str) -> Firm:
    there.qb.add_firm("durand", name="Cabinet Durand")
    for realm_id in REALMS:
        there.qb.add_client("durand", realm_id=realm_id, name=realm_id)
        connect(there, realm_id)
    sibling = connect(there, SIBLING)
    if action == "disconnect":
        return Firm(there, there.qb.plan_disconnect(firm="durand"), sibling)
    return Firm(there, there.qb.plan_transfer(firm="durand", to=MARIE), sibling)


def check_disconnected(firm: Firm) -> None:
    there = firm.there
    report = there.qb.apply(firm.plan.id, workers=1)
    assert report.is_complete, report.counts
    assert len(report.done) == len(REALMS)
    for item in report.done:
        (receipt,) = there.qb.disconnections(item.connection_id)
        assert receipt.id == item.result_id
        assert receipt.proof in ("refused_after_revoke", "already_gone")
        assert there.qb.connection(item.connection_id).state == "disconnected"
    assert there.works(firm.sibling)


def check_transferred(firm: Firm) -> None:
    there = firm.there
    report = there.qb.apply(firm.plan.id, workers=1)
    assert len(report.waiting) == len(REALMS), report.counts
    assert len(there.qb.transfers()) == len(REALMS), "no connection was asked for twice"
    for item in report.waiting:
        there.qb.complete(there.intuit.consent(item.url or "", user=MARIE, realm_id=item.realm_id or ""))
    assert there.qb.apply(firm.plan.id, workers=1).is_complete
    for item in report.waiting:
        assert there.works(item.connection_id)


CHECKS = {"disconnect": check_disconnected, "transfer": check_transferred}


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("action", CHECKS)
def test_a_plan_killed_at_any_boundary_goes_on_when_it_is_applied_again(
    mortals: Mortals, new_url: Callable[[], str], action: str, part: int
) -> None:
    with town(new_url()) as there:
        whole = firm(there, action).apply(mortals, None)
    assert not whole.killed
    assert whole.error is None
    sys.stdout.write(f"{action}: {len(whole.calls)} calls: {', '.join(whole.calls)}\n")
    deaths = [Death(call=number, moment="before") for number in range(1, len(whole.calls) + 1)]
    deaths.append(Death(call=len(whole.calls), moment="after"))

    for death in deaths[part::PARTS]:
        with town(new_url()) as there:
            made = firm(there, action)
            end = made.apply(mortals, death)
            assert end.killed, (death, end)
            assert end.calls == whole.calls[: death.call], "the enumeration missed a call"
            there.clock.advance(LEASE + A_MOMENT)
            try:
                CHECKS[action](made)
                assert there.qb.verify_events() == ()
            except BaseException as error:
                error.add_note(f"killed {death.moment} call {death.call}, {whole.calls[death.call - 1]}")
                raise
