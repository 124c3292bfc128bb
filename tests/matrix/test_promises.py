"""The four promises, under every combination of what nobody knows about Intuit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from matrix_beginning import Beginning
from matrix_life import live

from qbapps.simulator import MATRIX, Behaviour

COMBINATIONS = tuple(Behaviour.combinations())
PARTS = 24
"""So many tests share the combinations, that two workers end at about the same time."""


@pytest.fixture(scope="module")
def beginning() -> Iterator[Beginning]:
    """Three connections, from which every life goes on."""
    made = Beginning()
    yield made
    made.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_the_promises_hold_under_every_combination_of_the_unknowns(beginning: Beginning, part: int) -> None:
    for behaviour in COMBINATIONS[part::PARTS]:
        there, *connections = beginning.life(behaviour)
        try:
            live(there, *connections)
            assert there.qb.verify_events() == ()
        except BaseException as error:
            error.add_note(f"behaviour: {behaviour.label}; seen so far: {there.saw}")
            raise


def test_no_combination_is_left_out() -> None:
    played = [behaviour for part in range(PARTS) for behaviour in COMBINATIONS[part::PARTS]]
    assert len(played) == len(set(played)) == 1296
    for switch, positions in MATRIX.items():
        assert {getattr(behaviour, switch) for behaviour in played} == set(positions), switch


@pytest.mark.parametrize(
    ("switch", "position", "other"),
    [
        (switch, position, other)
        for switch, positions in MATRIX.items()
        for number, position in enumerate(positions)
        for other in list(positions)[number + 1 :]
    ],
)
def test_every_switch_bites(beginning: Beginning, switch: str, position: str, other: str) -> None:
    """Two lives that differ only in one switch are seen to differ: no position is played in vain."""
    seen = []
    for chosen in (position, other):
        there, *connections = beginning.life(Behaviour(**{switch: chosen}))
        live(there, *connections)
        seen.append(there.saw)
    assert seen[0] != seen[1], f"nothing tells {position} from {other}"
