"""What an audit shows of itself: its frames, its numbers, and in which language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from qbapps.domain import checks
from qbapps.domain.findings import Severity
from qbapps.domain.states import ConnectionState
from qbapps.language import Words, words

if TYPE_CHECKING:
    import polars as pl


@attrs.frozen(kw_only=True)
class Summary:
    """
    An audit in numbers.

    Attributes:
        connections: All of them, disconnected ones too.
        alive: Those that are not disconnected.
        owners: People who own at least one that is alive; apps and companies likewise.
        banks: Bank connections that are alive; banks are not among the apps.
        unowned: Those alive whose owner nobody knows.
        at_risk: Those alive about which there is at least one finding of severity ``high``.
    """

    connections: int
    alive: int
    owners: int
    apps: int
    banks: int
    companies: int
    unowned: int
    at_risk: int
    states: Mapping[ConnectionState, int]
    severities: Mapping[Severity, int]


@attrs.frozen(kw_only=True)
class Sheet:
    """
    An audit as it is shown.

    Attributes:
        firm_id: None for an audit of the whole store.
        firm_name: The same.
        connections: See ``qbapps.audit.columns``.
        findings: See ``qbapps.audit.judging``; sentences in ``lang``, the gravest first.
    """

    taken_at: datetime = attrs.field(validator=checks.aware)
    firm_name: str | None
    lang: str
    firm_id: str | None = None
    connections: pl.DataFrame
    findings: pl.DataFrame
    summary: Summary

    @property
    def words(self) -> Words:
        """The words of its language."""
        return words(self.lang)
