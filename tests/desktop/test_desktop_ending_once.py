"""A connection that was wanted once, and is wanted again."""

from __future__ import annotations

from desktop_house import house


def test_it_ends_after_each_first_sync_and_not_before() -> None:
    with house(mode="once") as there:
        there.add("monday")
        there.update()
        assert there.state == "deauthorized"
        there.password = there.qb.desktop.reissue(there.id).reveal()
        there.connector.set_password(there.password)
        there.later()
        assert there.state == "active", "what was asked in its former life does not count"
        there.add("tuesday")
        there.later()
        assert there.state == "deauthorized"
        assert there.hours() == ["monday", "tuesday"]


def test_a_request_is_never_queued_for_one_that_ends_meanwhile() -> None:
    with house(mode="once") as there:
        there.add("monday")
        told: list[str] = []

        def late(_: object) -> None:
            if not told:
                told.append(there.add("tuesday").id)

        there.connector.before("receiveResponseXML", late)
        there.settle()
        assert there.hours() == ["monday", "tuesday"]
        assert set(there.jobs().values()) == {"done"}
        assert there.state == "deauthorized"
