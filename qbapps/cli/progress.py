"""A bar for long runs, where there is a terminal to see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.markup import escape

from qbapps.cli.session import Session
from qbapps.domain.reports import Progress


@contextmanager
def bar(session: Session, what: str) -> Iterator[Callable[[Progress], None]]:
    """Give a function to call with each progress, which counts failures apart; without a terminal nothing is shown."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415 - other commands start faster without

    _ = session.words
    console = session.err
    columns = TextColumn("{task.description}"), BarColumn(bar_width=30), MofNCompleteColumn(), TimeRemainingColumn()
    with Bar(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:
        task = shown.add_task(escape(what), total=None)

        def move(now: Progress) -> None:
            failed = _.plural("{n} failed", "{n} failed", now.failed)
            told = f"{escape(what)} · [red]{escape(failed)}[/]" if now.failed else escape(what)
            shown.update(task, completed=now.done, total=now.total, description=told)

        yield move
