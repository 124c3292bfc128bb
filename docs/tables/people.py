"""The table of who may do what."""

from __future__ import annotations

from qbapps.domain.parties import Level, Role
from qbapps.domain.permissions import Undertaking, who_may
from tables.cells import table

UNDERTAKINGS = {
    Undertaking.DISCONNECT: "disconnect it (`by=`)",
    Undertaking.TRANSFER: "become its owner (`to=`)",
    Undertaking.HAND_OVER: "ask for its transfer (`by=`)",
}
LEVELS = {
    Level.COMPANY: "a company's own app",
    Level.FIRM: "a firm's own app",
    Level.CLIENT: "an app of a firm's client",
}


def permissions() -> str:
    """Return the roles that may do each thing at each level."""
    return table(["", *LEVELS.values()], [_of(undertaking) for undertaking in Undertaking])


def _of(undertaking: Undertaking) -> list[str]:
    cells = [", ".join(f"`{role}`" for role in Role if role in who_may(undertaking, level)) for level in LEVELS]
    return [UNDERTAKINGS[undertaking], *cells]
