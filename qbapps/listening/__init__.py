"""Telling the program's own callbacks what has happened: after it is saved, and again until they have heard."""

from qbapps.listening.listeners import LOOK_EVERY, Listeners

__all__ = ["LOOK_EVERY", "Listeners"]
