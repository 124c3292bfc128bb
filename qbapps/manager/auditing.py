"""The audit: who owns what, what is about to break, and what to do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from qbapps.domain.findings import Thresholds
from qbapps.export.extras import needed
from qbapps.manager.room import Room

if TYPE_CHECKING:
    import polars as pl

    from qbapps.audit import Rule
    from qbapps.audit.audit import Audit

ROWS: Final = 65_536


class Auditing(Room):
    """The audit: who owns what, what is about to break, and what to do."""

    def audit(
        self,
        *,
        firm: str | None = None,
        rules: Iterable[Rule] = (),
        skip: Collection[str] = (),
        thresholds: Thresholds | None = None,
        lang: str | None = None,
    ) -> Audit:
        """
        Read all connections, or those that a firm sees, and look for what is about to break. No network.

        All of them are in memory then, about a kilobyte each. Needs the extra ``qbapps[audit]``.

        Args:
            rules: Rules of your own, besides those that come along; one with the same name takes its place.

            skip: Names of rules to leave out.

            thresholds: From when on an audit speaks, such as after how many days without use.

            lang: Language of its sentences, ``en`` or ``fr``.

        Raises:
            NotFoundError: There is no such firm.
            ConfigurationError: *skip* names a rule that there is not, or a package is missing.
        """
        with needed():
            from qbapps.audit import taking  # noqa: PLC0415 - it loads polars

        return taking.take(
            self._ports, firm_id=firm, rules=rules, skip=skip, thresholds=thresholds or Thresholds(), lang=lang
        )

    def connection_frames(self, *, firm: str | None = None, rows: int = ROWS) -> Iterator[pl.DataFrame]:
        """
        Stream what ``Audit.to_polars`` returns in frames of at most *rows* rows, in memory that does not grow.

        Raises:
            NotFoundError: There is no such firm.
            ConfigurationError: A package is missing.
        """
        with needed():
            from qbapps.audit import taking  # noqa: PLC0415 - it loads polars

        return taking.stream(self._ports, firm_id=firm, rows=rows)

    def write_connections(self, path: str | Path, *, firm: str | None = None) -> Path:
        """
        Write all connections, or those that a firm sees, in memory that does not grow.

        Args:
            path: Named ``.parquet``, ``.csv`` or ``.jsonl``. It appears when it is whole.

        Raises:
            NotFoundError: There is no such firm.
            ConfigurationError: The name ends in something else, or a package is missing.
        """
        with needed():
            from qbapps.audit import taking  # noqa: PLC0415 - it loads polars
            from qbapps.export import frame_files  # noqa: PLC0415 - the same, and pyarrow

        return frame_files.write(Path(path), taking.stream(self._ports, firm_id=firm, rows=ROWS))
