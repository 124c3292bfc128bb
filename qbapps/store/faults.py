"""What the database refuses, told as our errors; never with the values that were sent."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from qbapps.errors import StaleVersion, StoreError

_TOGETHER = ("40001", "40P01")  # PostgreSQL: serialization failure, deadlock
_DUPLICATE = ("23505", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_ROWID")


def stale(what: str, *, connection_id: str | None = None) -> StaleVersion:
    """Return the refusal of a change made from what is no longer so."""
    return StaleVersion(
        f"{what}: somebody else saved first.",
        hint="Load it again and decide again.",
        connection_id=connection_id,
    )


def is_duplicate(error: IntegrityError) -> bool:
    """Tell whether *error* says that such a row is already there."""
    return _kind(error) in _DUPLICATE


@contextmanager
def told(doing: str) -> Iterator[None]:
    """
    Turn whatever SQLAlchemy raises inside into a ``StoreError``, and values that cannot be kept or read too.

    Args:
        doing: What was being done, as in "The database failed while ...".
    """
    try:
        yield
    except (SQLAlchemyError, ValueError, OverflowError) as error:
        raise _translate(error, doing) from None


def _translate(error: Exception, doing: str) -> StoreError:
    if isinstance(error, DBAPIError) and _kind(error) in _TOGETHER:
        return stale(f"While {doing}, two changes met")
    if isinstance(error, IntegrityError):
        return StoreError(
            f"The database refused while {doing}: {_reason(error)}.",
            hint="Save what it refers to first, and what must be unique only once.",
        )
    if not isinstance(error, SQLAlchemyError):
        return StoreError(
            f"A value could not be kept or read while {doing}: {type(error).__name__}.",
            hint="Look for what else writes to the database, and restore the row from a backup.",
        )
    told_as = StoreError(
        f"The database failed while {doing}: {_reason(error)}.",
        hint="Check that the database is there, not full and not locked, then try again.",
    )
    told_as.retryable = isinstance(error, OperationalError | PoolTimeout)
    return told_as


def _kind(error: DBAPIError) -> str | None:
    name = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
    return None if name is None else str(name)


def _reason(error: Exception) -> str:
    """Return the first line of the database's own message; what follows it may quote values."""
    if not isinstance(error, DBAPIError) or error.orig is None:
        return type(getattr(error, "orig", None) or error).__name__
    diagnosis = getattr(error.orig, "diag", None)
    primary = getattr(diagnosis, "message_primary", None) or str(error.orig)
    line = primary.strip().partition("\n")[0]
    return line[:200].rstrip(".") or type(error.orig).__name__
