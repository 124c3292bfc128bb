"""Each switch, in each of its positions."""

from datetime import timedelta

import pytest

from qbapps.simulator import MATRIX, Behaviour
from qbapps.simulator.behaviour import RevokeReach

DAY = timedelta(hours=24)


def test_there_are_1296_combinations_and_no_two_are_alike():
    assert len(set(Behaviour.combinations())) == 1296
    assert Behaviour() in set(Behaviour.combinations())


def test_a_wrong_position_is_refused_by_name():
    with pytest.raises(ValueError, match=r"RevokeReach cannot be 'all'.*pair, app_company, user_app"):
        Behaviour(revoke_reach="all")


def test_text_and_members_are_the_same():
    assert Behaviour(revoke_reach="pair").revoke_reach is RevokeReach.PAIR
    assert set(MATRIX) <= {field for field in Behaviour.__slots__ if not field.startswith("_")}


def test_the_label_names_only_what_differs():
    assert Behaviour().label == "defaults"
    assert Behaviour(takeover="stays").label == "takeover=stays"


# What a revoke reaches: the pair, another grant of the slot, the same user's other company.

REACH = [
    ("pair", False, True, True),
    ("app_company", False, False, True),
    ("user_app", False, True, False),
]


@pytest.mark.parametrize(("reach", "own", "slot", "user"), REACH)
@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_a_revoke_reaches_as_far_as_told(playing, reach, own, slot, user, kind):
    app = playing(revoke_reach=reach, takeover="stays")
    former = app.connect("jean")
    current = app.connect("sophie")
    elsewhere = app.connect("sophie", app.other_realm)
    assert app.revoke(current[kind]).status == 200
    for tokens, alive in ((current, own), (former, slot), (elsewhere, user)):
        assert app.intuit.is_alive(tokens["access_token"]) is alive
        assert app.intuit.is_alive(tokens["refresh_token"]) is alive
    assert app.intuit.connection("dext", app.realm).connected is slot


def test_a_pair_revoke_spares_an_older_pair_of_the_same_chain(playing):
    app = playing(revoke_reach="pair", rotation="each_refresh", replaced_refresh_token="alive_24h")
    first = app.connect()
    second = app.renew(first["refresh_token"])
    app.revoke(second["refresh_token"])
    assert not app.intuit.is_alive(second["access_token"])
    assert app.intuit.is_alive(first["access_token"])
    assert app.refresh(first["refresh_token"]).status == 200


def test_revoking_the_former_owners_token_may_end_the_new_owners_connection(playing):
    app = playing(takeover="dies_at_next_refresh", revoke_reach="app_company")
    former, current = app.connect("jean"), app.connect("sophie")
    assert app.revoke(former["refresh_token"]).status == 200
    assert not app.intuit.connection("dext", app.realm).connected
    assert app.refresh(current["refresh_token"]).status == 400


# The replaced refresh token.


def rotated(playing, **switches):
    app = playing(rotation="each_refresh", **switches)
    first = app.connect()
    return app, first, app.renew(first["refresh_token"])


def test_a_replaced_token_may_be_dead_at_once(playing):
    app, first, second = rotated(playing, replaced_refresh_token="dead_at_once")
    assert not app.intuit.is_alive(first["refresh_token"])
    assert app.refresh(first["refresh_token"]).status == 400
    assert app.refresh(second["refresh_token"]).status == 200


def test_a_replaced_token_may_live_24_hours_more(playing):
    app, first, _ = rotated(playing, replaced_refresh_token="alive_24h")
    app.intuit.advance(DAY - timedelta(seconds=1))
    assert app.refresh(first["refresh_token"]).status == 200
    app.intuit.advance(timedelta(seconds=1))
    assert app.refresh(first["refresh_token"]).status == 400


@pytest.mark.parametrize("use", ["refresh", "access"])
def test_a_replaced_token_may_live_until_its_successor_is_used(playing, use):
    app, first, second = rotated(playing, replaced_refresh_token="alive_until_new_used")
    app.intuit.advance(timedelta(minutes=59))
    assert app.intuit.is_alive(first["refresh_token"])
    if use == "refresh":
        app.renew(second["refresh_token"])
    else:
        assert app.company_info(second["access_token"]).status == 200
    assert app.refresh(first["refresh_token"]).status == 400


def test_after_a_lost_answer_the_old_token_still_works_until_the_new_one_is_used(playing):
    app, first, lost = rotated(playing, replaced_refresh_token="alive_until_new_used")
    third = app.renew(first["refresh_token"])
    assert app.refresh(third["refresh_token"]).status == 200
    assert not app.intuit.is_alive(lost["refresh_token"])


# Rotation.


def test_rotation_may_happen_at_each_refresh(playing):
    _, first, second = rotated(playing)
    assert first["refresh_token"] != second["refresh_token"]


def test_rotation_may_wait_until_the_value_is_24_hours_old(playing):
    app = playing(rotation="when_older_than_24h")
    first = app.connect()
    app.intuit.advance(DAY - timedelta(seconds=1))
    same = app.renew(first["refresh_token"])
    assert same["refresh_token"] == first["refresh_token"]
    assert same["access_token"] != first["access_token"]
    app.intuit.advance(timedelta(seconds=1))
    assert app.renew(first["refresh_token"])["refresh_token"] != first["refresh_token"]


# Replay of a dead refresh token.


@pytest.mark.parametrize(("replay", "survives"), [("invalid_grant", True), ("kills_chain", False)])
def test_a_replayed_dead_token_kills_the_chain_only_if_told(playing, replay, survives):
    app, first, second = rotated(playing, replay=replay)
    assert app.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert app.intuit.is_alive(second["refresh_token"]) is survives
    assert app.intuit.is_alive(second["access_token"]) is survives


def test_a_killed_chain_takes_no_other_grant_with_it(playing):
    app = playing(replay="kills_chain")
    former, current = app.connect("jean"), app.connect("sophie")
    assert app.refresh(former["refresh_token"]).status == 400
    assert app.refresh(current["refresh_token"]).status == 200


# Takeover by another admin.


def test_a_takeover_may_kill_the_former_tokens_at_once(playing):
    app = playing(takeover="dies_at_once")
    former, current = app.connect("jean"), app.connect("sophie")
    assert app.company_info(former["access_token"]).status == 401
    assert app.refresh(former["refresh_token"]).status == 400
    assert app.company_info(current["access_token"]).status == 200


def test_a_takeover_may_kill_the_former_tokens_at_their_next_refresh(playing):
    app = playing(takeover="dies_at_next_refresh")
    former, _ = app.connect("jean"), app.connect("sophie")
    assert app.company_info(former["access_token"]).status == 200
    assert not app.intuit.is_alive(former["refresh_token"])
    assert app.refresh(former["refresh_token"]).status == 400
    assert app.company_info(former["access_token"]).status == 401


def test_a_takeover_may_leave_the_former_tokens_alive(playing):
    app = playing(takeover="stays")
    former, _ = app.connect("jean"), app.connect("sophie")
    assert app.refresh(former["refresh_token"]).status == 200


@pytest.mark.parametrize("takeover", ["dies_at_once", "dies_at_next_refresh", "stays"])
def test_whatever_becomes_of_the_tokens_the_new_admin_holds_the_connection(playing, takeover):
    app = playing(takeover=takeover)
    app.connect("jean")
    app.connect("sophie")
    connection = app.intuit.connection("dext", app.realm)
    assert connection.owner.email == "sophie@durand.example"
    assert [consent.owner.name for consent in connection.consents] == ["Jean Durand", "Sophie Morel"]


def test_a_takeover_touches_no_other_company_and_no_other_app(app, zapier):
    elsewhere, other = app.connect("jean", app.other_realm), zapier.connect("jean")
    app.connect("jean")
    app.connect("sophie")
    assert app.refresh(elsewhere["refresh_token"]).status == 200
    assert zapier.refresh(other["refresh_token"]).status == 200


@pytest.mark.parametrize(("moment", "alive"), [("exchange", True), ("consent", False)])
def test_a_takeover_acts_at_the_exchange_or_already_at_the_consent(playing, moment, alive):
    app = playing(takeover_moment=moment)
    former = app.connect("jean")
    code = app.consent("sophie")["code"]
    assert app.intuit.is_alive(former["refresh_token"]) is alive
    app.exchange(code)
    assert not app.intuit.is_alive(former["refresh_token"])


def test_a_takeover_may_be_refused_in_the_callback_until_the_holder_disconnects(playing):
    app = playing(takeover_refused=True)
    pair = app.connect("jean")
    assert app.consent("sophie") == {"error": "app_already_purchased", "state": "st4te"}
    assert "code" in app.consent("jean")
    app.revoke(pair["refresh_token"])
    assert "code" in app.consent("sophie")


# The same user again, dead revokes, id_token on refresh.


@pytest.mark.parametrize(("again", "alive"), [("die", False), ("stay", True)])
def test_the_same_users_older_tokens_die_or_stay(playing, again, alive):
    app = playing(same_user_again=again)
    older, newer = app.connect("jean"), app.connect("jean")
    assert app.intuit.is_alive(older["access_token"]) is alive
    assert (app.refresh(older["refresh_token"]).status == 200) is alive
    assert app.refresh(newer["refresh_token"]).status == 200


@pytest.mark.parametrize(
    ("position", "status", "has_body"),
    [("200", 200, False), ("400_with_body", 400, True), ("400_empty", 400, False)],
)
def test_a_dead_token_is_revoked_with_the_answer_told(playing, position, status, has_body):
    app = playing(dead_revoke=position)
    pair = app.connect()
    assert app.revoke(pair["refresh_token"]).status == 200
    for token in (pair["refresh_token"], pair["access_token"], "never-existed"):
        reply = app.revoke(token)
        assert (reply.status, bool(reply.body)) == (status, has_body)


@pytest.mark.parametrize(("position", "present"), [("absent", False), ("present", True)])
def test_a_refresh_carries_an_id_token_or_not(playing, position, present):
    app = playing(id_token_on_refresh=position)
    assert ("id_token" in app.renew(app.connect()["refresh_token"])) is present
    without = app.connect(scope="com.intuit.quickbooks.accounting")
    assert "id_token" not in app.renew(without["refresh_token"])


@pytest.mark.parametrize("behaviour", [*Behaviour.combinations()][::37], ids=lambda b: b.label)
def test_the_ordinary_life_of_a_connection_is_the_same_under_every_behaviour(playing, behaviour):
    app = playing()
    app.intuit.behaviour = behaviour
    pair = app.connect()
    for _ in range(3):
        app.intuit.advance(DAY)
        pair = app.renew(pair["refresh_token"])
        assert app.company_info(pair["access_token"]).status == 200
    assert app.revoke(pair["refresh_token"]).status == 200
    assert app.refresh(pair["refresh_token"]).status == 400
    assert app.company_info(pair["access_token"]).status == 401
