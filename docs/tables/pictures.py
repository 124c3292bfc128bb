"""The pictures: the states of a connection from their table, and when its tokens end."""

from __future__ import annotations

from math import hypot

from qbapps.domain.states import TRANSITIONS, Action, ConnectionState
from tables import drawing
from tables.drawing import Point

CONNECTED, NEEDS_RECONNECT, PAUSED, DISCONNECTED = ConnectionState

PLACES: dict[ConnectionState, Point] = {
    PAUSED: (100, 90),
    NEEDS_RECONNECT: (740, 90),
    CONNECTED: (420, 220),
    DISCONNECTED: (420, 420),
}
"""Where the middle of each stands; ``connected`` lies within the others, so that no two arrows cross."""

FILLS = {
    CONNECTED: drawing.GREEN,
    NEEDS_RECONNECT: drawing.AMBER,
    PAUSED: drawing.BLUE,
    DISCONNECTED: drawing.GREY,
}
WIDTH, HEIGHT = 170, 48
APART = 100
OUTWARD = 0.75


def states() -> str:
    """Return the states of a connection with what leads from one to another; loops are left out."""
    arrows: dict[tuple[ConnectionState, ConnectionState], list[Action]] = {}
    for (before, action), after in TRANSITIONS.items():
        if before is not after:
            arrows.setdefault((before, after), []).append(action)
    shapes = [_arrow(before, after, (after, before) in arrows) for before, after in arrows]
    shapes += [_sign(before, after, (after, before) in arrows, actions) for (before, after), actions in arrows.items()]
    shapes += [_state(state, place) for state, place in PLACES.items()]
    return drawing.picture(840, 460, "The states of a connection", shapes)


def tokens() -> str:
    """Return when an access token, a refresh token and a consent end. Not to scale."""
    consent, first, second, end = 150, 280, 430, 720
    moments = {consent: "consent", first: "refresh", second: "refresh", end: "a new consent"}
    rows = {75: "access token", 120: "refresh token", 165: "consent"}
    shapes = [drawing.dashes(x, 36, 190) for x in moments]
    shapes += [drawing.sign(x, 20, [said]) for x, said in moments.items()]
    shapes += [drawing.sign(70, y, [said]) for y, said in rows.items()]
    shapes += [_bar(x, 75, 74, drawing.GREEN, "1 hour") for x in (consent, first, second)]
    shapes += [
        _bar(consent, 120, first - consent, drawing.GREY, "replaced"),
        _bar(first, 120, second - first, drawing.GREY, "replaced"),
        _bar(second, 120, 200, drawing.BLUE, "100 days, unless used"),
        _bar(consent, 165, end - consent, drawing.AMBER, "5 years, whatever is refreshed"),
    ]
    return drawing.picture(840, 200, "When an access token, a refresh token and a consent end", shapes)


def _bar(x: float, y: float, width: float, fill: str, said: str) -> str:
    return drawing.box(x, y - 15, width, 30, fill, round_by=4) + "\n" + drawing.text(x + width / 2, y, said)


def _state(state: ConnectionState, place: Point) -> str:
    x, y = place
    shape = drawing.box(x - WIDTH / 2, y - HEIGHT / 2, WIDTH, HEIGHT, FILLS[state])
    return shape + "\n" + drawing.text(x, y, state.value, bold=True)


def _arrow(before: ConnectionState, after: ConnectionState, is_both_ways: bool) -> str:
    return drawing.curve(*_way(before, after, is_both_ways))


def _sign(before: ConnectionState, after: ConnectionState, is_both_ways: bool, actions: list[Action]) -> str:
    (a, b), (c, d), (e, f) = _way(before, after, is_both_ways)
    return drawing.sign((a + 2 * c + e) / 4, (b + 2 * d + f) / 4, [action.value for action in actions])


def _way(before: ConnectionState, after: ConnectionState, is_both_ways: bool) -> tuple[Point, Point, Point]:
    """Return where the arrow begins, where to it bends, and where it ends."""
    bend = _bend(before, after, is_both_ways)
    return _rim(PLACES[before], bend), bend, _rim(PLACES[after], bend)


def _bend(before: ConnectionState, after: ConnectionState, is_both_ways: bool) -> Point:
    """
    Return the point towards which the arrow bends.

    Of two between the same states each bends to its left, so that they are apart; one alone keeps away from the middle.
    """
    (a, b), (c, d) = PLACES[before], PLACES[after]
    half = (a + c) / 2, (b + d) / 2
    if is_both_ways:
        far = hypot(c - a, d - b)
        return half[0] + (d - b) / far * APART, half[1] - (c - a) / far * APART
    middle = PLACES[CONNECTED]
    return half[0] + (half[0] - middle[0]) * OUTWARD, half[1] + (half[1] - middle[1]) * OUTWARD


def _rim(place: Point, towards: Point) -> Point:
    """Return where a line from the middle of a state leaves its box."""
    x, y = towards[0] - place[0], towards[1] - place[1]
    share = min(WIDTH / 2 / abs(x) if x else 1e9, HEIGHT / 2 / abs(y) if y else 1e9)
    return place[0] + x * share, place[1] + y * share
