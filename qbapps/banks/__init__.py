"""Bank connections under consent: what renews them, what they bring, and what is safe to import."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qbapps.banks.actions import RepairAction as RepairAction
    from qbapps.banks.actions import StopCause as StopCause
    from qbapps.banks.days_of_balances import DayProof as DayProof
    from qbapps.banks.duplicates import dedupe as dedupe
    from qbapps.banks.duplicates import dedupe_files as dedupe_files
    from qbapps.banks.evidence import Evidence as Evidence
    from qbapps.banks.evidence import EvidenceSource as EvidenceSource
    from qbapps.banks.finding import FindCode as FindCode
    from qbapps.banks.finding import Institution as Institution
    from qbapps.banks.finding import Ranked as Ranked
    from qbapps.banks.finding import Ranking as Ranking
    from qbapps.banks.finding import find_institution as find_institution
    from qbapps.banks.hint_reading import read_hints as read_hints
    from qbapps.banks.hints import Hint as Hint
    from qbapps.banks.hints import HintCode as HintCode
    from qbapps.banks.hints import Hints as Hints
    from qbapps.banks.hints import LedgerEntry as LedgerEntry
    from qbapps.banks.ledger_accounts import LedgerAccount as LedgerAccount
    from qbapps.banks.planning import plan_repair as plan_repair
    from qbapps.banks.policy import Policy as Policy
    from qbapps.banks.proving import Proof as Proof
    from qbapps.banks.proving import ProofCode as ProofCode
    from qbapps.banks.proving import prove as prove
    from qbapps.banks.qbo_csv import write_qbo_csv as write_qbo_csv
    from qbapps.banks.reasons import Because as Because
    from qbapps.banks.reasons import RepairReason as RepairReason
    from qbapps.banks.remarks import Remark as Remark
    from qbapps.banks.reminders import reminders_ics as reminders_ics
    from qbapps.banks.repair import Repair as Repair
    from qbapps.banks.report import report_html as report_html
    from qbapps.banks.report import report_text as report_text
    from qbapps.banks.report import write_report as write_report
    from qbapps.banks.sorts import Dedupe as Dedupe
    from qbapps.banks.sorts import DedupeCode as DedupeCode
    from qbapps.banks.sorts import Item as Item
    from qbapps.banks.statements import Balance as Balance
    from qbapps.banks.statements import Correction as Correction
    from qbapps.banks.statements import Format as Format
    from qbapps.banks.statements import RefKind as RefKind
    from qbapps.banks.statements import Row as Row
    from qbapps.banks.statements import RowStatus as RowStatus
    from qbapps.banks.statements import Statement as Statement
    from qbapps.banks.statements import StatementAccount as StatementAccount
    from qbapps.banks.statements import StatementError as StatementError
    from qbapps.banks.statements import read_statement as read_statement
    from qbapps.banks.statements import read_statement_bytes as read_statement_bytes
    from qbapps.banks.statements import read_statement_text as read_statement_text
    from qbapps.banks.statements import statement as statement
    from qbapps.banks.streaming import dedupe_stream as dedupe_stream
    from qbapps.banks.windows import Window as Window
    from qbapps.banks.windows import WindowCode as WindowCode
    from qbapps.domain.banks.consent import Consent as Consent
    from qbapps.domain.banks.guards import Account as Account
    from qbapps.domain.banks.guards import AccountKind as AccountKind
    from qbapps.domain.banks.listed import BankImport as BankImport
    from qbapps.domain.banks.regimes import Regime as Regime
    from qbapps.domain.banks.regimes import Renewal as Renewal
    from qbapps.domain.banks.regimes import consent_end as consent_end
    from qbapps.domain.banks.states import BankEvent as BankEvent
    from qbapps.domain.banks.states import BankState as BankState
    from qbapps.domain.banks.status import BankStatus as BankStatus

# Loaded when first asked for: whoever keeps bank connections need not read statements.
_HOMES = {
    "qbapps.banks.actions": ("RepairAction", "StopCause"),
    "qbapps.banks.days_of_balances": ("DayProof",),
    "qbapps.banks.duplicates": ("dedupe", "dedupe_files"),
    "qbapps.banks.evidence": ("Evidence", "EvidenceSource"),
    "qbapps.banks.finding": ("FindCode", "Institution", "Ranked", "Ranking", "find_institution"),
    "qbapps.banks.hint_reading": ("read_hints",),
    "qbapps.banks.hints": ("Hint", "HintCode", "Hints", "LedgerEntry"),
    "qbapps.banks.ledger_accounts": ("LedgerAccount",),
    "qbapps.banks.planning": ("plan_repair",),
    "qbapps.banks.policy": ("Policy",),
    "qbapps.banks.proving": ("Proof", "ProofCode", "prove"),
    "qbapps.banks.qbo_csv": ("write_qbo_csv",),
    "qbapps.banks.reasons": ("Because", "RepairReason"),
    "qbapps.banks.remarks": ("Remark",),
    "qbapps.banks.reminders": ("reminders_ics",),
    "qbapps.banks.repair": ("Repair",),
    "qbapps.banks.report": ("report_html", "report_text", "write_report"),
    "qbapps.banks.sorts": ("Dedupe", "DedupeCode", "Item"),
    "qbapps.banks.statements": (
        "Balance",
        "Correction",
        "Format",
        "RefKind",
        "Row",
        "RowStatus",
        "Statement",
        "StatementAccount",
        "StatementError",
        "read_statement",
        "read_statement_bytes",
        "read_statement_text",
        "statement",
    ),
    "qbapps.banks.streaming": ("dedupe_stream",),
    "qbapps.banks.windows": ("Window", "WindowCode"),
    "qbapps.domain.banks.consent": ("Consent",),
    "qbapps.domain.banks.guards": ("Account", "AccountKind"),
    "qbapps.domain.banks.listed": ("BankImport",),
    "qbapps.domain.banks.regimes": ("Regime", "Renewal", "consent_end"),
    "qbapps.domain.banks.states": ("BankEvent", "BankState"),
    "qbapps.domain.banks.status": ("BankStatus",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> object:
    try:
        home = _HOME_OF[name]
    except KeyError:
        raise AttributeError(f"module 'qbapps.banks' has no attribute {name!r}") from None
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_HOME_OF)
