"""The demonstration: one accounting firm, on a simulator of Intuit's side, told as a story."""

from qbapps.demo.story import run

__all__ = ["run"]
