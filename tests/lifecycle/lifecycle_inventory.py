"""Small inventories, as a firm would keep them."""

from __future__ import annotations

import tempfile
from pathlib import Path

SHORT = "Niveau;Société;N° d'entreprise;Application;Propriétaire"
FULL = f"{SHORT};Rôle;Connectée le;Dernière utilisation;Statut"


def inventory(*lines: str, header: str = SHORT) -> Path:
    """Write an inventory and return its path."""
    path = Path(tempfile.mkdtemp()) / "inventaire.csv"
    path.write_text("\r\n".join([header, *lines]) + "\r\n", encoding="cp1252")
    return path
