"""Exit codes, and the one place where an error becomes one."""

from __future__ import annotations

from enum import IntEnum

from qbapps import errors


class Exit(IntEnum):
    """What a command's exit code says."""

    DONE = 0
    FAILED = 1
    BAD_INPUT = 2
    IN_PART = 3
    NOTHING = 4
    REFUSED = 5


_BY_ERROR: tuple[tuple[type[errors.QBAppsError], Exit], ...] = (
    (errors.ConfigurationError, Exit.BAD_INPUT),
    (errors.NotFoundError, Exit.BAD_INPUT),
    (errors.TransitionError, Exit.REFUSED),
    (errors.NotPermitted, Exit.REFUSED),
    (errors.AuthorizationError, Exit.REFUSED),
    (errors.PlanAltered, Exit.REFUSED),
    (errors.PlanIncomplete, Exit.IN_PART),
)


def code_of(error: errors.QBAppsError) -> Exit:
    """Return the exit code for *error*; what is neither bad input nor a refusal has failed."""
    return next((code for kind, code in _BY_ERROR if isinstance(error, kind)), Exit.FAILED)
