"""
The command line: ``qbapps``, or ``python -m qbapps``.

One file per group of commands, each short: read the options, call the library, show the result.
"""

from qbapps.cli.program import cli, main

__all__ = ["cli", "main"]
