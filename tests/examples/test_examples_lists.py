"""The examples that only look."""

from __future__ import annotations

from datetime import date, timedelta

import qbapps


def test_owners_are_listed_with_what_they_leave_behind(run) -> None:
    run("sample_store.py")
    with qbapps.open() as qb:
        yesterday = date.today() - timedelta(days=1)  # noqa: DTZ011 - as the example's reader would
        qb.add_person("s.morel@durand.example", role="admin", firm="durand", left_on=yesterday)

    listed = run("list_owners.py").stdout

    assert "  11  j.durand@durand.example" in listed
    assert "   3  s.morel@durand.example" in listed
    assert "0 end within 30 days; 3 are owned by somebody who left." in listed
