"""Audit: who owns what, what is about to break, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import polars as pl

from qbapps.audit import columns, judging, snapshot, summing
from qbapps.audit import view as views
from qbapps.audit.diff import AuditDiff, compare
from qbapps.audit.frames import Frames
from qbapps.audit.naming import with_names
from qbapps.audit.plots import Plots
from qbapps.audit.rule import Rule
from qbapps.domain.connection import Kind
from qbapps.domain.findings import Finding
from qbapps.errors import ConfigurationError
from qbapps.export import frame_files
from qbapps.export.csv import DELIMITERS
from qbapps.export.deadlines import Deadline
from qbapps.export.extras import needed
from qbapps.export.sheet import Sheet, Summary
from qbapps.export.whole_file import whole_file
from qbapps.language import pick, words

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

What = Literal["connections", "findings", "risks"]

WHAT: Final = ("connections", "findings", "risks")


class Audit:
    """
    The connections as they were at one moment, and what rules find about them.

    It holds frames in memory, and nothing of the store. What it finds is worked out when it is first
    asked for. In a notebook it shows itself; any library that reads Arrow takes it, as ``pl.DataFrame(audit)``.

    Its frames are three: ``connections``, a row each; ``findings``, a row each, the gravest first; and
    ``risks``, the connections with their worst ``severity`` and the names of the ``findings``, the gravest first.

    Attributes:
        taken_at: When it was taken. Aware, UTC.
        firm_id: Whose connections; None for all.
        lang: Language of its sentences, ``en`` or ``fr``.
        rules: What it looks for, the gravest first.
    """

    def __init__(
        self,
        frames: Frames,
        *,
        taken_at: datetime,
        firm_id: str | None = None,
        firm_name: str | None = None,
        rules: Iterable[Rule] = (),
        deadlines: Iterable[Deadline] = (),
        lang: str | None = None,
    ) -> None:
        self.taken_at = taken_at
        self.firm_id = firm_id
        self.rules = tuple(rules)
        self.lang = str(pick(lang))
        self._firm_name = firm_name
        self._frames = frames
        self._deadlines = tuple(deadlines)

    @property
    def view(self) -> pl.LazyFrame:
        """What rules look at: a row for each connection; see ``qbapps.audit.view`` for its columns."""
        return views.view(self._frames, self.taken_at, self.firm_id)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What was found, the gravest first."""
        return tuple(judging.findings(self._findings, {rule.name: rule.plan for rule in self.rules}))

    @cached_property
    def summary(self) -> Summary:
        """The audit in numbers."""
        return summing.summary(self._connections, self._findings)

    @property
    def plot(self) -> Plots:
        """Charts of it: ``plot.owners()``, ``plot.expiry()`` and ``plot.states()``."""
        return Plots(self._sheet)

    def in_language(self, lang: str) -> Audit:
        """
        Return the same audit with its sentences in another language; nothing is read again.

        Raises:
            ConfigurationError: It is a language the library does not speak.
        """
        return Audit(
            self._frames,
            taken_at=self.taken_at,
            firm_id=self.firm_id,
            firm_name=self._firm_name,
            rules=self.rules,
            deadlines=self._deadlines,
            lang=lang,
        )

    def to_polars(self, what: What = "connections") -> pl.DataFrame:
        """
        Return one of its frames. Instants are in UTC.

        Raises:
            ConfigurationError: It has no such frame.
        """
        match what:
            case "connections":
                return self._connections.clone()
            case "findings":
                return self._findings.drop(judging.ARGUMENTS)
            case "risks":
                return self._risks.clone()
        raise ConfigurationError(f"An audit has no frame {what!r}.", hint=f"Use one of: {', '.join(WHAT)}.")

    def to_pandas(self, what: What = "connections") -> pd.DataFrame:
        """
        Return one of its frames as pandas has it; needs pandas.

        Raises:
            ConfigurationError: It has no such frame, or pandas is not installed.
        """
        try:
            return self.to_polars(what).to_pandas()
        except ImportError:
            raise ConfigurationError("pandas is not installed.", hint="Run: pip install pandas") from None

    def to_arrow(self, what: What = "connections") -> pa.Table:
        """
        Return one of its frames as an Arrow table.

        Raises:
            ConfigurationError: It has no such frame.
        """
        with needed():
            return self.to_polars(what).to_arrow()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Give the connections to whatever reads Arrow's C stream interface."""
        stream: object = self._connections.__arrow_c_stream__(requested_schema)
        return stream

    def to_csv(self, path: str | Path, what: What = "connections", *, delimiter: str | None = None) -> Path:
        """
        Write one of its frames as CSV, in UTF-8; a spreadsheet opens it and evaluates nothing.

        Args:
            delimiter: A semicolon in a French audit and a comma in an English one, as spreadsheets there expect.
        """
        mark = delimiter or DELIMITERS[pick(self.lang)]
        return frame_files.write_csv(Path(path), [self.to_polars(what)], delimiter=mark)

    def to_jsonl(self, path: str | Path, what: What = "connections") -> Path:
        """Write one of its frames as JSON lines, an object each row, instants in ISO form."""
        return frame_files.write_jsonl(Path(path), [self.to_polars(what)])

    def to_parquet(self, path: str | Path, what: What = "connections") -> Path:
        """Write one of its frames as Parquet. That of the connections is a snapshot: ``diff`` takes it."""
        about = snapshot.notes(self.taken_at, self.firm_id)
        return frame_files.write_parquet(Path(path), [self.to_polars(what)], about=about)

    def to_html(self, path: str | Path) -> Path:
        """Write it as one HTML page that needs nothing else."""
        with needed():
            from qbapps.export import audit_page  # noqa: PLC0415 - it loads a template engine, and draws

        return audit_page.write(Path(path), self._sheet)

    def to_ics(self, path: str | Path) -> Path:
        """Write what ends on which day as an iCalendar file, to import or to subscribe to; plans' deadlines too."""
        with needed():
            from qbapps.export import audit_calendar  # noqa: PLC0415 - it loads a calendar library

        made = audit_calendar.calendar(self._sheet, self._deadlines)
        with whole_file(Path(path)) as part:
            part.write_bytes(made)
        return Path(path)

    def diff(self, earlier: Audit | str | Path) -> AuditDiff:
        """
        Return what changed since *earlier*: another audit, or a snapshot that ``to_parquet`` wrote.

        Raises:
            ConfigurationError: The file is no snapshot, or one of them is a firm's and the other is not.
        """
        if isinstance(earlier, Audit):
            before, firm_id, at = earlier.to_polars(), earlier.firm_id, earlier.taken_at
        else:
            before, firm_id, at = snapshot.read(Path(earlier))
        if firm_id != self.firm_id:
            raise ConfigurationError(
                f"One audit is of {firm_id or 'everything'}, the other of {self.firm_id or 'everything'}.",
                hint="Compare audits that were taken with the same firm=...",
            )
        return compare(before, self._connections, earlier_at=at, later_at=self.taken_at)

    def __len__(self) -> int:
        """Return how many connections there are, disconnected ones too."""
        return self._frames.connections.height

    def __repr__(self) -> str:
        whose = f" of {self.firm_id}" if self.firm_id else ""
        return f"<Audit{whose} at {self.taken_at:%Y-%m-%d %H:%M} UTC: {len(self)} connections, {len(self.rules)} rules>"

    def _repr_html_(self) -> str:
        from qbapps.export import audit_notebook  # noqa: PLC0415 - it loads a template engine

        return audit_notebook.html(self._sheet)

    def __rich__(self) -> Any:
        from qbapps.export import audit_terminal  # noqa: PLC0415 - it loads rich

        return audit_terminal.render(self._sheet)

    @cached_property
    def _findings(self) -> pl.DataFrame:
        rare = {Kind.DESKTOP: self._frames.desktop_links, Kind.BANK: self._frames.bank_links}
        kinds = {Kind.ONLINE, *(kind for kind, links in rare.items() if links.height)}
        return judging.judge(self.view, self.rules, words(self.lang), kinds=kinds)

    @cached_property
    def _connections(self) -> pl.DataFrame:
        known = self._frames
        named = with_names(
            known.connections,
            apps=known.apps,
            firms=known.firms,
            clients=known.clients,
            firm_id=self.firm_id,
            links=known.desktop_links,
            banks=known.bank_links,
            listings=known.listings,
            today=self.taken_at.date(),
        )
        return named.select(columns.CONNECTIONS).collect()

    @cached_property
    def _risks(self) -> pl.DataFrame:
        about = (
            self._findings.lazy()
            .filter(pl.col("connection_id").is_not_null())
            .group_by("connection_id")
            .agg(severity=pl.col("severity").min(), findings=pl.col("rule").unique(maintain_order=True))
        )
        return (
            self._connections.lazy()
            .join(about, left_on="id", right_on="connection_id", how="left")
            .select("severity", "findings", *columns.CONNECTIONS)
            .sort("severity", "company_name", "app_name", "id", nulls_last=True)
            .collect()
        )

    @property
    def _sheet(self) -> Sheet:
        return Sheet(
            taken_at=self.taken_at,
            firm_id=self.firm_id,
            firm_name=self._firm_name,
            lang=self.lang,
            connections=self._connections,
            findings=self._findings,
            summary=self.summary,
        )
