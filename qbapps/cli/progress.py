"""A bar for long runs, where there is a terminal to see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from qbapps.cli.session import Session
from qbapps.domain.reports import Progress


@contextmanager
def bar(session: Session, what: str) -> Iterator[Callable[[Progress], None]]:
    """Give a function to call with each progress; without a terminal nothing is shown."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415 - other commands start faster without

    console = session.err
    columns = TextColumn("{task.description}"), BarColumn(bar_width=30), MofNCompleteColumn(), TimeRemainingColumn()
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(what, total=None)
        yield lambda now: shown.update(task, completed=now.done, total=now.total)
