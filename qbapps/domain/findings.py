"""Findings: what an audit says is about to break, on what evidence, and what to do."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

import attrs

from qbapps.domain import policies
from qbapps.domain.plan import PlanAction


class Severity(StrEnum):
    """How much a finding matters: what breaks soon or already has, what should change, what is good to know."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the gravest."""
        return tuple(Severity).index(self)

    def reaches(self, other: Severity) -> bool:
        """Tell whether this is as grave as *other*, or graver."""
        return self.rank <= other.rank


@attrs.frozen(kw_only=True)
class PlanHint:
    """
    The plan that would do what a finding asks for.

    Attributes:
        action: ``transfer`` or ``disconnect``.
        arguments: For ``QBApps.plan_transfer`` or ``QBApps.plan_disconnect``. A transfer without ``to``
            needs a new owner, whom nobody but you can name.
    """

    action: PlanAction
    arguments: Mapping[str, str] = attrs.field(converter=dict, hash=False)

    @property
    def command(self) -> str:
        """What makes it on the command line; nothing happens before ``qbapps apply``. Put the new owner for WHOM."""
        given = dict(self.arguments)
        if self.action is PlanAction.TRANSFER:
            given = {"to": "WHOM", **given}
        options = (f"--{name.removesuffix('_id')} {shlex.quote(value)}" for name, value in given.items())
        return " ".join((f"qbapps plan {self.action}", *options))


@attrs.frozen(kw_only=True)
class Finding:
    """
    One thing that an audit found.

    Attributes:
        rule: Which rule found it.
        connection_id: None when it is about several, such as all that one person owns.
        what: What is so, as a sentence.
        do: The next action, as a sentence.
        evidence: The values it rests on; days and instants as ISO texts.
        plan: The plan that would do it; None when no plan can.
        company_name: Its name, or its number where nobody knows the name.
        owner: E-mail address of the owner in lower case, else the OpenID subject.
    """

    rule: str
    severity: Severity
    connection_id: str | None = None
    what: str
    do: str
    evidence: Mapping[str, object] = attrs.field(factory=dict, converter=dict, hash=False)
    plan: PlanHint | None = None
    app_id: str | None = None
    realm_id: str | None = None
    company_name: str | None = None
    owner: str | None = None


def _positive(_instance: object, attribute: attrs.Attribute[timedelta], value: timedelta) -> None:
    if value < timedelta(0):
        raise ValueError(f"{attribute.name} is negative")


@attrs.frozen(kw_only=True)
class Thresholds:
    """
    From when on an audit speaks.

    Attributes:
        unused_for: A connection that nobody used for this long; a bank of which nothing was heard.
        token_ends_in: A refresh token that ends this soon unless it is used.
        token_urgent_in: The same, when it becomes grave.
        cap_ends_in: A consent that ends for good this soon.
        cap_urgent_in: The same, when it becomes grave.
        consent_ends_in: A bank's consent that ends this soon, or that can be updated no longer than this.
        consent_urgent_in: The same, when it becomes grave.
        owned: One person who owns more connections than this.
        setup_for: A Desktop or bank connection that nobody has finished setting up for this long.
        silent_for: A Web Connector that has not called for this long, and has missed three of its runs.
        silent_urgent_for: The same, when it becomes grave.
        paused_for: A Desktop connection that has been paused for this long.
        removal_for: A Desktop connection that ended this long ago, and is still on its computer as far as is known.
    """

    unused_for: timedelta = attrs.field(default=policies.UNUSED_FOR, validator=_positive)
    token_ends_in: timedelta = attrs.field(default=policies.KEEP_ALIVE_WITHIN, validator=_positive)
    token_urgent_in: timedelta = attrs.field(default=policies.TOKEN_URGENT, validator=_positive)
    cap_ends_in: timedelta = attrs.field(default=policies.CAP_IN_SIGHT, validator=_positive)
    cap_urgent_in: timedelta = attrs.field(default=policies.HARD_CAP_ALERTS[1], validator=_positive)
    consent_ends_in: timedelta = attrs.field(default=policies.CONSENT_IN_SIGHT, validator=_positive)
    consent_urgent_in: timedelta = attrs.field(default=policies.CONSENT_URGENT, validator=_positive)
    owned: int = attrs.field(default=policies.OWNED_BY_ONE, validator=attrs.validators.ge(1))
    setup_for: timedelta = attrs.field(default=policies.SETUP_FOR, validator=_positive)
    silent_for: timedelta = attrs.field(default=policies.SILENT_FOR, validator=_positive)
    silent_urgent_for: timedelta = attrs.field(default=policies.SILENT_URGENT, validator=_positive)
    paused_for: timedelta = attrs.field(default=policies.PAUSED_FOR, validator=_positive)
    removal_for: timedelta = attrs.field(default=policies.REMOVAL_FOR, validator=_positive)
