"""The tables of what Intuit's answers mean, and of why a connection does not work."""

from __future__ import annotations

from qbapps.domain.diagnosis import Cause
from qbapps.domain.signals import Where
from qbapps.domain.verdicts import TABLE
from qbapps.language import labels, words
from qbapps.lifecycle.explaining import NEXT_STEPS
from tables.cells import table

DOORS = {
    Where.TOKEN: "The token endpoint: exchange and refresh",
    Where.REVOKE: "The revocation endpoint",
    Where.API: "The accounting API: the ready-made client and probe",
}
DONE = {True: "yes", False: "no", None: "nobody knows"}
HEAD = ["answer", "means", "carried out", "the connection", "what is done"]


def verdicts() -> str:
    """Return what each answer means, one part for each of Intuit's doors."""
    return "\n\n".join(f"### {title}\n\n{table(HEAD, _at(where))}" for where, title in DOORS.items())


def causes() -> str:
    """Return the causes, with what people call them and the next step."""
    english = words("en")
    rows = [[f"`{cause}`", labels.label(cause, "en"), english(NEXT_STEPS[cause])] for cause in Cause]
    return table(["cause", "in words", "next step"], rows)


def _at(where: Where) -> list[list[str]]:
    return [
        [
            f"{one.looks}<br>`{signal}`",
            one.meaning,
            DONE[one.processed],
            one.connection.replace("_", " "),
            f"{one.does} *({one.source})*",
        ]
        for (door, signal), one in TABLE.items()
        if door is where
    ]
