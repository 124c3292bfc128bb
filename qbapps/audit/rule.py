"""What a rule of an audit is."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from qbapps.domain.connection import Kind
from qbapps.domain.findings import Severity
from qbapps.domain.plan import PlanAction
from qbapps.errors import ConfigurationError

if TYPE_CHECKING:
    import polars as pl


def fields_of(sentence: str) -> tuple[str, ...]:
    """Return the names in braces of *sentence*, each once."""
    named = (name for _, name, _, _ in string.Formatter().parse(sentence) if name)
    return tuple(dict.fromkeys(named))


def _sentence(_rule: object, attribute: attrs.Attribute[str], value: str) -> None:
    """Refuse what is no sentence with names of columns in braces."""
    try:
        parts = list(string.Formatter().parse(value))
    except (TypeError, ValueError):
        parts = None
    plain = parts is not None and all(
        name is None or (name.isidentifier() and not spec and not conversion) for _, name, spec, conversion in parts
    )
    if not plain or "{{" in value or "}}" in value:
        raise ConfigurationError(
            f"A rule's {attribute.name} cannot be said: {value!r}.",
            hint="Write a sentence with names of columns in braces, such as {app_name}, and no other braces.",
        )


def _expression(_rule: object, attribute: attrs.Attribute[Any], value: Any) -> None:
    if value is not None and not hasattr(value, "meta"):
        raise ConfigurationError(
            f"A rule's {attribute.name} is {value!r}, not an expression.", hint='Use one of polars: pl.col("is_alive").'
        )


def _severity(value: str) -> Severity:
    try:
        return Severity(value)
    except ValueError:
        raise ConfigurationError(
            f"There is no severity {value!r}.", hint=f"Use one of: {', '.join(Severity)}."
        ) from None


def _action(value: str) -> PlanAction:
    try:
        return PlanAction(value)
    except ValueError:
        raise ConfigurationError(f"No plan does {value!r}.", hint=f"Use one of: {', '.join(PlanAction)}.") from None


def _kind(value: str) -> Kind:
    try:
        return Kind(value)
    except ValueError:
        raise ConfigurationError(f"There is no kind {value!r}.", hint=f"Use one of: {', '.join(Kind)}.") from None


def _named(_rule: object, _attribute: attrs.Attribute[str], value: str) -> None:
    if not value.strip():
        raise ConfigurationError("A rule has no name.", hint="Give it one that findings and skip can use.")


def _texts(names: Iterable[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


@attrs.frozen(kw_only=True)
class PlanFor:
    """
    The plan that does what a rule asks for.

    Attributes:
        takes: Which column of the view gives each argument. Where one has no value there is no plan: without it,
            the plan would be of more than what was found.
        may_lack: Arguments that are left out where they have no value.
    """

    action: PlanAction = attrs.field(converter=_action)
    takes: Mapping[str, str]
    may_lack: tuple[str, ...] = attrs.field(default=("to", "firm"), converter=_texts)


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
        kind: Which kind of connection it is about, such as ``desktop``; None: any.
    """

    name: str = attrs.field(validator=_named)
    severity: Severity = attrs.field(converter=_severity)
    when: pl.Expr = attrs.field(validator=_expression)
    what: str = attrs.field(validator=_sentence)
    do: str = attrs.field(validator=_sentence)
    urgent: pl.Expr | None = attrs.field(default=None, validator=_expression)
    per: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    at_least: int = 1
    evidence: tuple[str, ...] = attrs.field(default=(), converter=_texts)
    plan: PlanFor | None = None
    kind: Kind | None = attrs.field(default=None, converter=attrs.converters.optional(_kind))

    @property
    def facts(self) -> tuple[str, ...]:
        """The columns that its findings carry as evidence."""
        return tuple(dict.fromkeys((*fields_of(self.what), *fields_of(self.do), *self.evidence)))
