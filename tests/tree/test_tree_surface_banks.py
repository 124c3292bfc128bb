"""The surface of ``qbapps.banks``, pinned."""

from __future__ import annotations

import inspect

import pytest

from qbapps import banks

NAMES = {
    "Balance", "BankEvent", "BankState", "Because", "Consent", "Correction", "DayProof", "Dedupe", "DedupeCode",
    "Evidence", "EvidenceSource", "FindCode", "Format", "Institution", "Item", "Policy", "Proof", "ProofCode",
    "Ranked", "Ranking", "RefKind", "Regime", "Remark", "Renewal", "Repair", "RepairAction", "RepairReason", "Row",
    "RowStatus", "Statement", "StatementAccount", "StatementError", "StopCause", "Window", "WindowCode",
    "consent_end", "dedupe", "dedupe_files", "find_institution", "plan_repair", "prove", "read_statement",
    "read_statement_bytes", "read_statement_text", "reminders_ics", "report_html", "report_text", "statement",
    "write_qbo_csv", "write_report",
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
