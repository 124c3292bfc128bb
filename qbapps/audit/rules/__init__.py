"""The rules that come along, by subject; the gravest first."""

from __future__ import annotations

from qbapps.audit.rule import Rule
from qbapps.audit.rules import access, banks, companies, desktop, lists, ownership, usage
from qbapps.domain.findings import Thresholds


def built_in(thresholds: Thresholds) -> tuple[Rule, ...]:
    """Return the rules that every audit goes by unless it skips them."""
    subjects = (ownership, access, companies, desktop, banks, usage, lists)
    found = [rule for subject in subjects for rule in subject.rules(thresholds)]
    return tuple(sorted(found, key=lambda rule: rule.severity.rank))
