"""
Who may do what with a connected app: known roles are enforced, unknown ones are allowed and said to be unverified.

Somebody may stand in several places towards one company: on its own staff, and in each firm that sees it. What any of
these places permits is permitted, because it can be done there in QuickBooks.

Source: Intuit help, "Transfer app ownership or disconnect apps" (France, 12 February 2024): in QuickBooks Online
Accountant the management of an app is handed to the primary admin, "pour votre cabinet ou pour un client en tant
qu'administrateur principal"; in QuickBooks an admin hands it over. Intuit help, "Disconnect an app" (Canada): admins
manage the apps of a company and of a firm's own books, and only the firm's owner those of its clients
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final

import attrs

from qbapps.domain.events import Detail
from qbapps.domain.parties import Level, Person, Role
from qbapps.errors import NotPermitted


class Undertaking(StrEnum):
    """
    What somebody wants to do with a connected app.

    ``transfer`` is to become its new owner; ``hand_over`` is to ask for such a transfer.
    """

    DISCONNECT = "disconnect"
    TRANSFER = "transfer"
    HAND_OVER = "hand_over"


class Verdict(StrEnum):
    """Whether somebody may do it, as far as we know."""

    GRANTED = "granted"
    UNVERIFIED = "unverified"
    REFUSED = "refused"


_PRIMARY: Final = frozenset({Role.PRIMARY_ADMIN})
_ADMINS: Final = frozenset({Role.PRIMARY_ADMIN, Role.ADMIN})

_WHO_MAY: Final[Mapping[Undertaking, Mapping[Level, frozenset[Role]]]] = {
    Undertaking.DISCONNECT: {Level.COMPANY: _ADMINS, Level.FIRM: _ADMINS, Level.CLIENT: _PRIMARY},
    Undertaking.TRANSFER: {Level.COMPANY: _ADMINS, Level.FIRM: _PRIMARY, Level.CLIENT: _PRIMARY},
    # Intuit tells whoever is not the primary admin to hand the app to them, so any admin may ask.
    Undertaking.HAND_OVER: {Level.COMPANY: _ADMINS, Level.FIRM: _ADMINS, Level.CLIENT: _ADMINS},
}


@attrs.frozen(kw_only=True)
class Hat:
    """
    Somebody, and where they stand towards one company.

    Attributes:
        level: ``company`` for its own staff, ``firm`` or ``client`` for somebody who sees it from
            an accounting firm; None when it is not known which company it is.
    """

    person: Person
    level: Level | None


@attrs.frozen(kw_only=True)
class Permission:
    """
    Whether somebody may do something.

    Attributes:
        who: As they were named; None when nobody was.
        role: The best role they are known by there.
        needed: The roles that would do.
        message: Why it is refused; empty otherwise.
        hint: What to do first; empty unless it is refused.
    """

    action: Undertaking
    who: str | None
    verdict: Verdict
    role: Role
    needed: tuple[Role, ...]
    message: str = ""
    hint: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether something that we know forbids it."""
        return self.verdict is Verdict.REFUSED

    @property
    def details(self) -> dict[str, Detail]:
        """What an event says of it; nothing when nobody was named."""
        return {} if self.who is None else {"permission": self.verdict, "role": self.role}


def who_may(action: Undertaking, level: Level) -> frozenset[Role]:
    """Return the roles that may do *action* at *level*: in the company itself, or in the firm that sees it."""
    return _WHO_MAY[action][level]


def level_of(realm_id: str | None, *, firm_realm_id: str | None, is_client: bool) -> Level:
    """Return how a firm sees the company *realm_id*."""
    if realm_id is not None and realm_id == firm_realm_id:
        return Level.FIRM
    return Level.CLIENT if is_client else Level.COMPANY


def hat_of(
    person: Person, realm_id: str | None, *, firm_realm_id: str | None = None, is_client: bool = False
) -> Hat | None:
    """
    Return where *person* stands towards the company *realm_id*; None when they have nothing to do with it.

    Args:
        realm_id: None when it is not known: whoever works for a firm may have to do with it.

        firm_realm_id: The own books of the firm they work for. For somebody known in a company
            alone: that company, if it is a firm's own books.

        is_client: Whether the company is a client of the firm they work for.
    """
    if person.realm_id is not None:
        if person.realm_id != realm_id:
            return None
        return Hat(person=person, level=level_of(realm_id, firm_realm_id=firm_realm_id, is_client=False))
    if realm_id is None:
        return Hat(person=person, level=None)
    level = level_of(realm_id, firm_realm_id=firm_realm_id, is_client=is_client)
    return None if level is Level.COMPANY else Hat(person=person, level=level)


def judge(
    action: Undertaking,
    who: str | None,
    hats: Iterable[Hat],
    *,
    level: Level,
    on: date,
    others: Iterable[Hat] = (),
) -> Permission:
    """
    Say whether *who* may do *action* on an app of one company; raises nothing.

    Somebody who has left one of their places may do nothing.

    Args:
        hats: Where *who* stands towards the company; empty when nothing is known.

        level: How the company is seen; counts when nothing is known of *who*.

        on: The day it is asked.

        others: Where colleagues stand, to name in the hint one who could.
    """
    worn = tuple(hats)
    places = tuple(dict.fromkeys(hat.level for hat in worn)) or (level,)
    role = min((hat.person.role for hat in worn), key=_rank, default=Role.UNKNOWN)
    found = Permission(
        action=action,
        who=who,
        verdict=Verdict.UNVERIFIED,
        role=role,
        needed=_in_order({each for place in places for each in _enough(action, place)}),
    )
    gone = next((hat for hat in worn if hat.person.is_gone(on)), None)
    if gone is not None:
        return attrs.evolve(
            found,
            verdict=Verdict.REFUSED,
            role=gone.person.role,
            message=f"{gone.person.email} left on {gone.person.left_on}.",
            hint=_instead(action, gone, others, on) + ", or correct the date with add_person.",
        )
    known = tuple(hat for hat in worn if hat.person.role is not Role.UNKNOWN)
    granting = tuple(hat for hat in known if _surely(action, hat))
    if granting:
        best = min((hat.person.role for hat in granting), key=_rank)
        return attrs.evolve(found, verdict=Verdict.GRANTED, role=best)
    if not known or any(hat.person.role in _enough(action, hat.level) for hat in known):
        return found
    nearest = min(known, key=lambda hat: _rank(hat.person.role))
    return attrs.evolve(
        found,
        verdict=Verdict.REFUSED,
        role=nearest.person.role,
        message=_why(action, nearest),
        hint=_instead(action, nearest, others, on) + f", or {_promotion(action, nearest)}, "
        "then record it with add_person.",
    )


def require(permission: Permission, *, connection_id: str | None, realm_id: str | None) -> Permission:
    """
    Return *permission* unless it is refused.

    Raises:
        NotPermitted: It is refused; the hint says what to do first.
    """
    if permission.is_refused:
        raise NotPermitted(
            permission.message,
            hint=permission.hint,
            role=permission.role,
            needed=permission.needed,
            connection_id=connection_id,
            realm_id=realm_id,
        )
    return permission


def _enough(action: Undertaking, level: Level | None) -> frozenset[Role]:
    """Return the roles that may do; where the level is not known, those that may at some level."""
    levels = tuple(Level) if level is None else (level,)
    return frozenset().union(*(who_may(action, each) for each in levels))


def _surely(action: Undertaking, hat: Hat) -> bool:
    levels = tuple(Level) if hat.level is None else (hat.level,)
    return all(hat.person.role in who_may(action, each) for each in levels)


def _rank(role: Role) -> int:
    return tuple(Role).index(role)


def _in_order(roles: Iterable[Role]) -> tuple[Role, ...]:
    return tuple(sorted(roles, key=_rank))


def _why(action: Undertaking, hat: Hat) -> str:
    app = {
        Level.FIRM: "an app of the firm's own books",
        Level.CLIENT: "an app of a firm's client",
    }.get(hat.level or Level.COMPANY, "an app of the company")
    verb = {
        Undertaking.DISCONNECT: f"disconnect {app}",
        Undertaking.TRANSFER: f"take over {app}",
        Undertaking.HAND_OVER: f"ask for the transfer of {app}",
    }[action]
    role = hat.person.role.replace("_", " ")
    return f"{hat.person.email} is known as {role}, and only {_needed(action, hat)} may {verb}."


def _instead(action: Undertaking, refused: Hat, others: Iterable[Hat], on: date) -> str:
    """Return whom to turn to, by name when one is known."""
    around = tuple(others)
    out = {hat.person.email for hat in around if hat.person.is_gone(on)} | {refused.person.email}
    able = [hat for hat in around if hat.person.email not in out and _surely(action, hat)]
    colleague = min(
        able, key=lambda hat: (hat.person.firm_id != refused.person.firm_id, _rank(hat.person.role)), default=None
    )
    if colleague is None:
        name = _needed(action, refused)
    else:
        person = colleague.person
        called = person.email if person.name is None else f"{person.name} ({person.email})"
        name = f"{called}, {_title(colleague, primary=person.role is Role.PRIMARY_ADMIN)}"
    return f"Name {name}" if action is Undertaking.TRANSFER else f"Ask {name}"


def _needed(action: Undertaking, hat: Hat) -> str:
    return _title(hat, primary=_enough(action, hat.level) == _PRIMARY)


def _title(hat: Hat, *, primary: bool) -> str:
    where = "company" if _is_staff(hat) else "firm"
    return f"the {where}'s primary admin" if primary else f"an admin of the {where}"


def _promotion(action: Undertaking, hat: Hat) -> str:
    rank = "primary admin" if _enough(action, hat.level) == _PRIMARY else "an admin"
    where = "QuickBooks" if _is_staff(hat) else "QuickBooks Online Accountant"
    return f"make {hat.person.email} {rank} in {where}"


def _is_staff(hat: Hat) -> bool:
    """Tell whether they stand in the company itself, and not in a firm."""
    return hat.level is Level.COMPANY or (hat.level is None and hat.person.firm_id is None)
