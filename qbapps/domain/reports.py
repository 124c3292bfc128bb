"""What long runs report when they are over."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class RefreshReport:
    """
    What a keep-alive run did.

    Attributes:
        refreshed: Connections whose pair was renewed.
        failed: Connection id and what went wrong, one entry each.
        expiring: Connections whose five-year cap is near, or whose bank's consent ends soon: only a new consent helps.
        skipped: How many were not due, or were refreshed by somebody else meanwhile.
        revived: Those of ``refreshed`` that had been marked because Intuit refused them.
        refused: Marked ones that were tried again, and are still refused.
        stopped: App id and why the run left its other connections alone, one entry each:
            ``wrong_keys``, ``outage`` or ``throttled``.
        left: Connections that were due and have not been tried: the next run does.
        lapsed: Bank connections whose consent has ended, and that are marked as broken now.
    """

    refreshed: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    expiring: tuple[str, ...] = ()
    skipped: int = 0
    revived: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    stopped: tuple[tuple[str, str], ...] = ()
    left: tuple[str, ...] = ()
    lapsed: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Progress:
    """
    How far a long run is.

    Attributes:
        done: Items that are over, failed ones included.
        failed: Items that failed.
        total: All items, when that is known.
        eta: Seconds left, when that can be said.
    """

    done: int
    failed: int
    total: int | None = None
    eta: float | None = None
