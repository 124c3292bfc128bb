"""Statements as banks write them: OFX, QFX, QBO, QIF and CSV, read without guessing."""

from qbapps.banks.statements.problems import StatementError
from qbapps.banks.statements.reading import read_statement, read_statement_bytes, read_statement_text, statement
from qbapps.banks.statements.rows import (
    Balance,
    Correction,
    Format,
    RefKind,
    Row,
    RowStatus,
    Statement,
    StatementAccount,
)

__all__ = [
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
]
