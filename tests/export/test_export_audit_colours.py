"""The colours of an audit can be read, and told apart, in light and in dark and by colour-blind readers."""

from __future__ import annotations

import re
from importlib import resources
from itertools import combinations

import pytest

from qbapps.domain.findings import Severity
from qbapps.domain.states import ConnectionState
from qbapps.export import colours
from qbapps.export.colours import DARK, LIGHT, Mode

RGB = tuple[float, float, float]

# What people with no green and with no red cones see of linear RGB.
# Source: Machado, Oliveira, Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009
DEUTERANOPIA = ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881))
PROTANOPIA = ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998))


def linear(colour: str) -> RGB:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def luminance(colour: str) -> float:
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    # Source: W3C, "Web Content Accessibility Guidelines 2.2", contrast ratio
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def seen(colour: str, by: tuple[RGB, RGB, RGB]) -> tuple[float, float, float]:
    """Return the colour in CIE Lab as somebody sees it."""
    rgb = linear(colour)
    red, green, blue = (min(1, max(0, sum(weight * part for weight, part in zip(row, rgb, strict=True)))) for row in by)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116 for part in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one: str, other: str, by: tuple[RGB, RGB, RGB]) -> float:
    """Return how far apart somebody sees two colours."""
    return sum((a - b) ** 2 for a, b in zip(seen(one, by), seen(other, by), strict=True)) ** 0.5


@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_has_the_contrast_that_small_text_needs(mode: Mode) -> None:
    grounds = (mode.card, mode.paper, mode.head)
    pairs = [(text, ground) for text in (mode.ink, mode.soft) for ground in grounds]
    pairs += [(tone.ink, tone.ground) for tone in mode.tones.values()]
    pairs += [(mode.accent, mode.card), (mode.accent, mode.paper)]

    assert {pair: round(contrast(*pair), 2) for pair in pairs if contrast(*pair) < 4.5} == {}


def test_contrast_is_measured_as_the_guidelines_do() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("by", [DEUTERANOPIA, PROTANOPIA], ids=["deuteranopia", "protanopia"])
def test_bars_are_told_apart_without_red_or_green(mode: Mode, by: tuple[RGB, RGB, RGB]) -> None:
    of_findings = [*(mode.tones[one].fill for one in Severity), mode.calm]
    for fills in (of_findings, list(mode.states.values())):
        for one, other in combinations(fills, 2):
            assert distance(one, other, by) > 12, (one, other)


@pytest.mark.parametrize("mode", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("by", [DEUTERANOPIA, PROTANOPIA], ids=["deuteranopia", "protanopia"])
def test_so_are_those_of_the_other_pages(mode: Mode, by: tuple[RGB, RGB, RGB]) -> None:
    style = resources.files("qbapps.export").joinpath("templates/style.css").read_text("utf-8")
    gone = re.findall(r"--gone-bar: (#\w{6})", style)[[LIGHT, DARK].index(mode)]
    fills = dict(re.findall(r"\.bar \.(\w+) \{ background: ([^;]+);", style))
    fills["disconnected"] = fills["disconnected"].replace("var(--gone-bar)", gone)

    assert set(fills) == set(ConnectionState)
    assert fills["disconnected"] == mode.states[ConnectionState.DISCONNECTED]
    assert {pair for pair in combinations(fills.values(), 2) if distance(*pair, by) <= 12} == set()


def test_every_severity_has_a_sign_of_its_own() -> None:
    assert set(colours.SIGNS) == set(Severity)
    assert len(set(colours.SIGNS.values())) == len(Severity)
