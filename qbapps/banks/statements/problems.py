"""Why a statement cannot be read: where, what was seen there, and what to do."""

from __future__ import annotations

from typing import Final

from qbapps.errors import ConfigurationError

ANOTHER: Final = "Download the statement from the bank again, as OFX if the bank has it, and give that file."
"""What helps where the file itself is damaged or of another kind."""

_SHOWN: Final = 60


class StatementError(ConfigurationError):
    """
    A statement that cannot be read without guessing. Nothing of it is returned.

    Attributes:
        file: The name it was given by.
        line: Line of the file; None where it is about the whole.
        column: The header, the tag or the letter it stands under; None where it is about the line.
        seen: What stands there, shortened; None where something is missing.
    """

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        file: str | None = None,
        line: int | None = None,
        column: str | None = None,
        seen: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.file = file
        self.line = line
        self.column = column
        self.seen = seen


class Unreadable(Exception):
    """
    What a reader found wrong. It does not know the file's name, so :func:`refusal` makes the error of it.

    Attributes:
        reason: What is wrong, as the end of a sentence that begins with the place.
        hint: What to do.
    """

    def __init__(
        self,
        reason: str,
        *,
        hint: str = ANOTHER,
        line: int | None = None,
        column: str | None = None,
        seen: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.line = line
        self.column = column
        self.seen = seen


def refusal(problem: Unreadable, file: str) -> StatementError:
    """Return the error that says what *problem* is of the file named *file*."""
    place = file
    if problem.line is not None:
        place += f", line {problem.line}"
    if problem.column is not None:
        place += f", {short(problem.column)}"
    seen = None if problem.seen is None else short(problem.seen)
    shown = "" if seen is None else f" {seen!r}"
    return StatementError(
        f"{place}:{shown} {problem.reason}.",
        hint=problem.hint,
        file=file,
        line=problem.line,
        column=problem.column,
        seen=seen,
    )


def short(text: str) -> str:
    """Return *text* as it may stand in a message: one line, not long."""
    flat = " ".join(text[: 4 * _SHOWN].split())
    return flat if len(flat) <= _SHOWN else flat[: _SHOWN - 1] + "…"
