"""The surface of ``qbapps.banks``, pinned."""

from __future__ import annotations

import asyncio
import inspect
from datetime import date

import pytest
from test_tree_surface import signature
from test_tree_surface_rooms import public

from qbapps import aio, banks
from qbapps.manager.banks import Banks

NAMES = {
    "Account", "AccountKind", "Balance", "BankEvent", "BankImport", "BankState", "BankStatus", "Because", "Consent",
    "Correction", "DayProof", "Dedupe", "DedupeCode", "Evidence", "EvidenceSource", "FindCode", "Format", "Hint",
    "HintCode", "Hints", "Institution", "Item", "LedgerAccount", "LedgerEntry", "Policy", "Proof", "ProofCode",
    "Ranked", "Ranking", "RefKind", "Regime", "Remark", "Renewal", "Repair", "RepairAction", "RepairReason", "Row",
    "RowStatus", "Statement", "StatementAccount", "StatementError", "StopCause", "Window", "WindowCode", "consent_end",
    "dedupe", "dedupe_files", "dedupe_stream", "find_institution", "plan_repair", "prove", "read_hints",
    "read_statement", "read_statement_bytes", "read_statement_text", "reminders_ics", "report_html", "report_text",
    "statement", "write_qbo_csv", "write_report",
}  # fmt: skip

# What the documentation promises; a change here breaks somebody's program.
PROMISED = {
    "consent_end": "authenticated_on regime stated",
    "dedupe": "rows known start today",
    "find_institution": "query_or_url institutions",
    "plan_repair": "stopped_on today cause accounts policy",
    "prove": "opening rows closing",
    "read_statement": "path account",
    "reminders_ics": "connections leads",
    "write_qbo_csv": "rows folder",
}


def test_the_package_has_these_names_and_no_other() -> None:
    public = {name for name in dir(banks) if name[0] != "_" and not inspect.ismodule(getattr(banks, name))}

    assert public == NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_name_is_documented(name: str) -> None:
    assert inspect.getdoc(getattr(banks, name))


@pytest.mark.parametrize(("name", "arguments"), PROMISED.items())
def test_a_function_takes_the_arguments_that_users_type_in_their_order(name: str, arguments: str) -> None:
    taken = list(inspect.signature(getattr(banks, name)).parameters)

    assert taken[: len(arguments.split())] == arguments.split()


ROOM = {
    "connect": (
        "bank, *, realm_id=None, owner=None, authenticated_on=None, stated=None, accounts=None, "
        "regime=<Regime.EEA: 'eea'>, login=None, company=None, firm=None, level=<Level.CLIENT: 'client'>, "
        "history=None, reference=None, by=None"
    ),
    "correct": "connection_id, *, by=None, **changes",
    "import_list": "path, *, firm, dry_run=False",
    "record": "connection_id, event, *, on, by=None, **facts",
    "repair": "connection_id, today=None, *, accounts=None, policy=None, cause=None",
    "status": "connection_id, today=None, *, lang=None",
    "statuses": "*, firm=None, today=None, lang=None",
    "consents": "*, firm=None",
    "hints": "connection_id, *, online=None, today=None, since=None, named=None",
}


@pytest.mark.parametrize(("name", "arguments"), ROOM.items())
def test_a_method_of_the_room_takes_the_arguments_that_users_type(name: str, arguments: str) -> None:
    assert signature(public(Banks)[name]) == arguments


def test_the_room_has_no_other_method() -> None:
    assert set(public(Banks)) == set(ROOM)


async def _walk() -> str:
    async with aio.open("sqlite://") as qb:
        begun = date(2021, 12, 10)
        made = await qb.banks.connect(
            "LCL", realm_id="9130350000000001", authenticated_on=begun, accounts={"512000": "4821"}
        )
        await qb.banks.record(made.id, "synced", on=begun)
        return (await qb.banks.status(made.id, begun)).state


def test_it_works_for_asyncio() -> None:
    assert asyncio.run(_walk()) == "active"
