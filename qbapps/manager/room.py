"""What every room of the facade stands on."""

from __future__ import annotations

from qbapps.listening import Listeners
from qbapps.manager import verbs
from qbapps.ports import Ports


class Room:
    """
    A part of QBApps; it holds the ports and nothing of its own.

    Its public methods are verbs: see ``verbs.surround``.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        verbs.surround(cls)

    def __init__(self, ports: Ports, *, listeners: Listeners) -> None:
        self._ports = ports
        self._listeners = listeners
