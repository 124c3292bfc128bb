"""What the demonstration came to, for its last words and for ``--json``."""

from __future__ import annotations

from pathlib import Path

import attrs

from qbapps.domain.connection import Connection
from qbapps.domain.disconnection import Disconnection
from qbapps.domain.inventory import ImportReport
from qbapps.domain.trail import Break
from qbapps.domain.transfer import Transfer
from qbapps.export.report import TaskSteps


@attrs.define
class Outcome:
    """Filled chapter by chapter."""

    folder: Path
    connected: list[Connection] = attrs.field(factory=list)
    imported: ImportReport = attrs.field(factory=ImportReport)
    transferred: list[Connection] = attrs.field(factory=list)
    by_hand: list[Transfer] = attrs.field(factory=list)
    receipts: list[Disconnection] = attrs.field(factory=list)
    work: tuple[TaskSteps, ...] = ()
    events: int = 0
    breaks: tuple[Break, ...] = ()
    report: Path | None = None
    audit: Path | None = None
    seconds: float = 0.0

    def summary(self) -> dict[str, object]:
        """Return the figures."""
        proofs: dict[str, int] = {}
        for receipt in self.receipts:
            name = receipt.state.value if receipt.proof is None else receipt.proof.value
            proofs[name] = proofs.get(name, 0) + 1
        return {
            "folder": self.folder,
            "report": self.report,
            "audit": self.audit,
            "seconds": round(self.seconds, 1),
            "connected": len(self.connected),
            "inventory": {
                "taken": len(self.imported.taken),
                "enriched": len(self.imported.enriched),
                "unchanged": len(self.imported.unchanged),
                "repeated": len(self.imported.repeated),
                "refused": len({one.line for one in self.imported.refused}),
                "conflicts": len(self.imported.conflicts),
            },
            "transferred": len(self.transferred),
            "transfers_by_hand": len(self.by_hand),
            "disconnected": len(self.receipts),
            "proofs": proofs,
            "tasks": len(self.work),
            "events": self.events,
            "events_whole": not self.breaks,
        }
