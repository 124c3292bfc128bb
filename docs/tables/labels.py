"""What people call the members of the closed sets, in both languages."""

from __future__ import annotations

from qbapps.language import labels as catalogue
from tables.cells import table


def labels() -> str:
    """Return every member that has a name for people, with that name in English and French."""
    rows = [
        [kind.__name__, f"`{member}`", catalogue.label(member, "en"), catalogue.label(member, "fr")]
        for kind, members in catalogue.LABELS.items()
        for member in members
    ]
    return table(["set", "member", "English", "French"], rows)
