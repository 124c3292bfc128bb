"""The surface of ``qb.desktop``, pinned."""

from __future__ import annotations

import asyncio
import enum

import attrs
import pytest
from test_tree_surface import signature
from test_tree_surface_rooms import public

import qbapps
from qbapps import aio
from qbapps.desktop import qbxml
from qbapps.manager.desktop import Desktop

# What the documentation promises; a change here breaks somebody's program.
PROMISED = {
    "register_app": (
        "app_id, *, name=None, owner_id=None, base_url, support_url, description, every=0 days, "
        "qbtype=<QBType.FINANCIAL: 'QBFS'>, unattended=True, personal_data=False, editions=(), qbxml='13.0', "
        "requires=(), week_start=None, deletes_first=False, needs_mapping=False, developer_contact=None"
    ),
    "connect": "app_id, *, company, mode='continuous', firm=None, level='client', reference=None, lang=None",
    "qwc": "connection_id",
    "status": "connection_id, *, lang=None",
    "checklist": "connection_id, *, lang=None",
    "attest": "connection_id, item, *, by, note=None, lang=None",
    "enqueue": "connection_id, request, *, key=None",
    "job": "job_id",
    "results": "job_id",
    "confirm_destructive": "connection_id, *, phrase, digest, by=None",
    "pause": "connection_id, *, until=None, by=None",
    "resume": "connection_id, *, by=None",
    "deauthorize": "connection_id, *, by=None",
    "removal_steps": "connection_id, *, lang=None",
    "dispatch": "body, *, path=''",
    "asgi": "*, url=None, most=67108864",
}

# Added since; kept like the rest once released.
ADDED = {
    "app": "app_id",
    "apps": "",
    "cancel_job": "job_id, *, by=None",
    "discard_results": "*, before, connection_id=None",
    "explain_code": "code",
    "jobs": "connection_id, *, state=None",
    "preview_destructive": "connection_id, doomed, *, lang=None",
    "reissue": "connection_id, *, by=None",
    "release_destructive": "connection_id, doomed",
    "remove": "connection_id, *, reason=<Reason.NO_LONGER_NEEDED: 'no_longer_needed'>, by=None",
    "report_people": "connection_id, *, users, mapped=()",
    "set_window": "connection_id, start=None, end=None, *, zone=None",
    "settle_job": "job_id, *, carried_out, by, note=None",
    "steps": "connection_id, *, lang=None",
}


METHODS = public(Desktop)


@pytest.mark.parametrize(("name", "arguments"), [*PROMISED.items(), *ADDED.items()])
def test_a_method_takes_the_arguments_that_users_type(name: str, arguments: str) -> None:
    assert signature(METHODS[name]) == arguments


def test_there_is_no_other_method() -> None:
    assert set(METHODS) == {*PROMISED, *ADDED}


async def _walk() -> list[str]:
    async with aio.open("sqlite://") as qb:
        await qb.desktop.register_app(
            "time", base_url="https://a.example/q", support_url="https://a.example/s", description="Hours"
        )
        connection, password = await qb.desktop.connect("time", company="Menuiserie Petit")
        await qb.desktop.enqueue(connection.id, qbxml.query("Customer"))
        status, _ = await qb.desktop.dispatch(b"nonsense")
        assert status == 400
        assert str(password) == "***"
        return [job.name async for job in qb.desktop.jobs(connection.id)]


def test_it_works_for_asyncio() -> None:
    assert asyncio.run(_walk()) == ["CustomerQuery"]


# Fields that users read. More may be there; none of these may go.
FIELDS = {
    "DesktopApp": "id owner_id base_url support_url description every",
    "DesktopStatus": (
        "connection_id state is_paused paused_until window attention session last_seen_at last_ok_at jobs next_step"
    ),
    "ChecklistItem": "item question state by at evidence how",
    "Job": "id connection_id name is_write key state records code note created_at sent_at ended_at",
    "Preview": "counts digest word",
}


@pytest.mark.parametrize(("name", "fields"), FIELDS.items())
def test_a_model_has_the_fields_that_users_read(name: str, fields: str) -> None:
    model = getattr(qbapps, name)

    assert set(fields.split()) <= {field.name for field in attrs.fields(model)}
    assert model.__setattr__ is not object.__setattr__, f"{name} is not frozen"


WORDS: dict[str, tuple[type[enum.StrEnum], str]] = {
    "DesktopState": (
        qbapps.DesktopState,
        (
            "draft config_issued awaiting_login authorising verifying awaiting_confirmation first_sync "
            "mapping_required active deauthorized removing removed"
        ),
    ),
    "JobState": (qbapps.JobState, "queued sent paging unknown done failed cancelled"),
}


@pytest.mark.parametrize(("words", "text"), WORDS.values(), ids=WORDS)
def test_a_closed_set_has_these_words_in_lower_case(words: type[enum.StrEnum], text: str) -> None:
    assert [str(word) for word in words] == text.split()
