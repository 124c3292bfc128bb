"""The canary of a plan, in every position of the switch it is there for."""

from __future__ import annotations

import pytest
from matrix_beginning import Beginning
from matrix_life import APP, JEAN, LENOIR, MARTIN, PETIT

from qbapps.domain.limits import UNLIMITED
from qbapps.errors import PlanIncomplete
from qbapps.simulator import MATRIX, Behaviour

COMBINATIONS = [
    one for one in Behaviour.combinations() if (one.dead_revoke, one.id_token_on_refresh) == ("200", "absent")
]


@pytest.mark.parametrize("reach", MATRIX["revoke_reach"])
def test_the_run_stops_when_the_first_row_ended_others_and_goes_on_otherwise(reach: str) -> None:
    beginning = Beginning()
    try:
        for behaviour in COMBINATIONS:
            if behaviour.revoke_reach != reach:
                continue
            there, martin, petit, lenoir = beginning.life(behaviour)
            qb = there.qb
            # Jean's, as Martin is; Lenoir is Marie's.
            plan = qb.plan_disconnect(realm_id=MARTIN)
            assert [item.siblings for item in plan.items] == [1], behaviour.label
            assert [one.id for one in qb.siblings(martin.id)] == [petit.id]
            if reach == "user_app":
                with pytest.raises(PlanIncomplete, match=petit.id) as stopped:
                    qb.apply(plan.id, workers=1, limits=UNLIMITED)
                assert stopped.value.report.stopped == "canary"
                assert qb.connection(petit.id).state == "needs_reconnect"
            else:
                assert qb.apply(plan.id, workers=1, limits=UNLIMITED).is_complete, behaviour.label
                assert there.works(petit)
            assert there.works(lenoir), behaviour.label
    finally:
        beginning.close()


def test_the_rows_that_are_left_stay_as_they_are() -> None:
    beginning = Beginning()
    try:
        behaviour = next(one for one in COMBINATIONS if one.revoke_reach == "user_app")
        there, martin, petit, lenoir = beginning.life(behaviour)
        third = there.connect("9130350000000107", JEAN)
        there.qb.add_firm("durand", name="Cabinet Durand")
        for realm_id in (MARTIN, LENOIR, third.realm_id or ""):
            there.qb.add_client("durand", realm_id=realm_id, name=realm_id)
        plan = there.qb.plan_disconnect(firm="durand", app=APP)
        assert {item.realm_id for item in plan.items} == {MARTIN, LENOIR, third.realm_id}

        with pytest.raises(PlanIncomplete) as stopped:
            there.qb.apply(plan.id, workers=4, limits=UNLIMITED)

        report = stopped.value.report
        assert (len(report.done), len(report.remaining)) == (1, 2)
        assert there.works(lenoir)
        assert petit.realm_id == PETIT
        assert not there.works(petit)
        # Whoever accepts that goes on without.
        assert there.qb.apply(plan.id, workers=4, limits=UNLIMITED, canary=False).is_complete
        assert there.qb.connection(martin.id).state == "disconnected"
    finally:
        beginning.close()
