"""What a rule of an audit is."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import attrs

from qbapps.domain.findings import Severity
from qbapps.domain.plan import PlanAction

if TYPE_CHECKING:
    import polars as pl


def fields_of(sentence: str) -> tuple[str, ...]:
    """Return the names in braces of *sentence*, each once."""
    named = (name for _, name, _, _ in string.Formatter().parse(sentence) if name)
    return tuple(dict.fromkeys(named))


@attrs.frozen(kw_only=True)
class PlanFor:
    """
    The plan that does what a rule asks for.

    Attributes:
        takes: Which column of the view gives each argument; an argument without a value is left out.
    """

    action: PlanAction
    takes: Mapping[str, str]


def _texts(names: Iterable[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


@attrs.frozen(kw_only=True)
class Rule:
    """
    One thing that an audit looks for.

    ::

        Rule(
            name="no_tenant",
            severity="low",
            when=pl.col("is_alive") & pl.col("reference").is_null(),
            what="{app_name} at {company_name} belongs to no tenant.",
            do="Give a reference at its next consent.",
        )

    Attributes:
        name: Says in a word what is wrong; ``skip`` and findings name it.
        when: Which connections it is true of: a polars expression over the columns of ``Audit.view``.
        what: What is so, as a sentence; ``{column}`` is that column of the view, and ``{count}`` and ``{apps}``
            are the size of a group and its apps. Translated when a catalogue knows it.
        do: The next action, in the imperative.
        urgent: Where this is true as well, the finding is ``high``.
        per: One finding for each group with the same values here, instead of one for each connection.
        at_least: Groups with fewer connections are none.
        evidence: Columns that the finding carries besides those of its sentences.
        plan: The plan that would do it.
    """

    name: str = attrs.field(validator=attrs.validators.min_len(1))
    severity: Severity = attrs.field(converter=Severity)
    when: pl.Expr
    what: str
    do: str
    urgent: pl.Expr | None = None
    per: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    at_least: int = 1
    evidence: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    plan: PlanFor | None = None

    @property
    def facts(self) -> tuple[str, ...]:
        """The columns that its findings carry as evidence."""
        return tuple(dict.fromkeys((*fields_of(self.what), *fields_of(self.do), *self.evidence)))
