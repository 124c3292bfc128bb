"""Taking an audit: everything that is looked at is read once, at its beginning."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

import polars as pl

from qbapps.audit import columns, frames
from qbapps.audit.audit import Audit
from qbapps.audit.naming import with_names
from qbapps.audit.rule import Rule
from qbapps.audit.rules import built_in
from qbapps.domain.findings import Thresholds
from qbapps.domain.plan import OPEN
from qbapps.errors import ConfigurationError
from qbapps.export.deadlines import Deadline
from qbapps.lifecycle import lookup
from qbapps.ports import Ports


def take(
    ports: Ports,
    *,
    firm_id: str | None,
    rules: Iterable[Rule],
    skip: Collection[str],
    thresholds: Thresholds,
    lang: str | None,
) -> Audit:
    """
    Read what is known and return it as an audit.

    Raises:
        NotFoundError: There is no such firm.
        ConfigurationError: *skip* names a rule that there is not, or two rules have one name.
    """
    firm = None if firm_id is None else lookup.firm(ports.store, firm_id)
    chosen = _chosen(built_in(thresholds), rules, skip)
    at = ports.clock.now()
    return Audit(
        frames.read(ports.tables, firm_id),
        taken_at=at,
        firm_id=firm_id,
        firm_name=None if firm is None else firm.name,
        rules=chosen,
        deadlines=_deadlines(ports, firm_id),
        lang=lang,
    )


def stream(ports: Ports, *, firm_id: str | None, rows: int) -> Iterator[pl.DataFrame]:
    """
    Stream the frame of connections in parts, each read when it is asked for.

    Raises:
        NotFoundError: There is no such firm.
    """
    if firm_id is not None:
        lookup.firm(ports.store, firm_id)
    known = {name: ports.tables.frame(name, firm_id=firm_id) for name in ("apps", "firms", "clients")}
    links, banks = (ports.tables.frame(name, firm_id=firm_id) for name in ("desktop_links", "bank_links"))
    # Lists name all that a firm has: they are only held where something is placed by them.
    is_placed = links.height or banks.height
    listings = ports.tables.frame("listings", firm_id=firm_id) if is_placed else pl.DataFrame()
    today = ports.clock.now().date()

    def named(part: pl.DataFrame) -> pl.DataFrame:
        shown = with_names(part, **known, firm_id=firm_id, links=links, banks=banks, listings=listings, today=today)
        return shown.select(columns.CONNECTIONS).collect()

    return (named(part) for part in ports.tables.frames("connections", firm_id=firm_id, rows=rows))


def _chosen(known: tuple[Rule, ...], added: Iterable[Rule], skip: Collection[str]) -> tuple[Rule, ...]:
    names = {rule.name for rule in known}
    own = tuple(added)
    left_out = {skip} if isinstance(skip, str) else set(skip)
    unknown = sorted(left_out - names - {rule.name for rule in own})
    if unknown:
        raise ConfigurationError(
            f"There is no rule {', '.join(unknown)} to skip.", hint=f"Use one of: {', '.join(sorted(names))}."
        )
    # A rule of one's own takes the place of the one that comes along under the same name.
    replaced = {rule.name for rule in own}
    if len(replaced) < len(own):
        raise ConfigurationError("Two of the rules have one name.", hint="Give each a name of its own.")
    kept = (*own, *(rule for rule in known if rule.name not in replaced))
    return tuple(sorted((rule for rule in kept if rule.name not in left_out), key=lambda rule: rule.severity.rank))


def _deadlines(ports: Ports, firm_id: str | None) -> tuple[Deadline, ...]:
    """Return the deadlines of plans with rows that are not over."""
    found = []
    for head in ports.store.plans():
        if head.deadline is None or (firm_id is not None and head.firm_id != firm_id):
            continue
        outcomes = ports.store.plan_outcomes(head.id)
        left = sum(count for outcome, count in outcomes.items() if outcome in OPEN)
        if left:
            found.append(Deadline(plan_id=head.id, action=head.action, at=head.deadline, total=left))
    return tuple(found)
