"""The colours of an audit: readable in light and in dark, and told apart by colour-blind readers."""

from __future__ import annotations

from typing import Final

import attrs

from qbapps.domain.findings import Severity
from qbapps.domain.states import ConnectionState


@attrs.frozen(kw_only=True)
class Tone:
    """
    How one severity looks.

    Attributes:
        sign: Says it without any colour.
        ink: Of words, on ``ground``.
        fill: Of a bar.
    """

    sign: str
    ink: str
    ground: str
    fill: str


@attrs.frozen(kw_only=True)
class Mode:
    """The colours of a page in light or in dark; ``calm`` is the bar of what nothing was found about."""

    ink: str
    soft: str
    line: str
    paper: str
    card: str
    head: str
    accent: str
    calm: str
    tones: dict[Severity, Tone]
    states: dict[ConnectionState, str]


SIGNS: Final = {Severity.HIGH: "▲", Severity.MEDIUM: "■", Severity.LOW: "●"}

LIGHT: Final = Mode(
    ink="#16202c",
    soft="#5a6776",
    line="#dfe4ea",
    paper="#f6f7f9",
    card="#ffffff",
    head="#f0f3f6",
    accent="#0b5c8f",
    calm="#c3cbd3",
    tones={
        Severity.HIGH: Tone(sign=SIGNS[Severity.HIGH], ink="#9c2f00", ground="#fde6dc", fill="#d55e00"),
        Severity.MEDIUM: Tone(sign=SIGNS[Severity.MEDIUM], ink="#6f4e00", ground="#fbefcf", fill="#e69f00"),
        Severity.LOW: Tone(sign=SIGNS[Severity.LOW], ink="#0b5c8f", ground="#e3f0f8", fill="#56b4e9"),
    },
    states={
        ConnectionState.CONNECTED: "#0072b2",
        ConnectionState.NEEDS_RECONNECT: "#e69f00",
        ConnectionState.PAUSED: "#cc79a7",
        ConnectionState.DISCONNECTED: "#c3cbd3",
    },
)
"""The bars are of Okabe and Ito's palette. Source: jfly.uni-koeln.de/color, "Color Universal Design" """

DARK: Final = Mode(
    ink="#e6ebf1",
    soft="#9aa8b7",
    line="#2b3541",
    paper="#10151b",
    card="#181f27",
    head="#1f2832",
    accent="#7cc3ee",
    calm="#4a5663",
    tones={
        Severity.HIGH: Tone(sign=SIGNS[Severity.HIGH], ink="#ffb595", ground="#4b1f0c", fill="#e8743b"),
        Severity.MEDIUM: Tone(sign=SIGNS[Severity.MEDIUM], ink="#ffd27a", ground="#423208", fill="#e6ab2e"),
        Severity.LOW: Tone(sign=SIGNS[Severity.LOW], ink="#8ccdf3", ground="#12354b", fill="#56b4e9"),
    },
    states={
        ConnectionState.CONNECTED: "#3b9fd8",
        ConnectionState.NEEDS_RECONNECT: "#e6ab2e",
        ConnectionState.PAUSED: "#d68cb4",
        ConnectionState.DISCONNECTED: "#4a5663",
    },
)


def variables(mode: Mode, prefix: str = "") -> dict[str, str]:
    """Return the custom properties that a style sheet names these colours by."""
    plain = ("ink", "soft", "line", "paper", "card", "head", "accent", "calm")
    return {
        **{f"--{prefix}{name}": getattr(mode, name) for name in plain},
        **{
            f"--{prefix}{severity}{part}": getattr(tone, name)
            for severity, tone in mode.tones.items()
            for part, name in (("", "ink"), ("-ground", "ground"), ("-fill", "fill"))
        },
        **{f"--{prefix}{state}-fill": colour for state, colour in mode.states.items()},
    }
