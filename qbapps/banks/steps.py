"""What a person does in QuickBooks and at the bank for a repair, with the dates to type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final

from qbapps.banks.actions import RepairAction, StopCause
from qbapps.banks.reasons import days_in_words
from qbapps.banks.windows import Window, WindowCode
from qbapps.domain.banks.regimes import Renewal
from qbapps.guides.steps import one_line
from qbapps.language import N_, Language, Words, words

AS_OF: Final = date(2024, 1, 29)
"""Day of the newest page of Intuit's whose English labels the steps have."""

LEFT_FRANCE: Final = date(2023, 12, 29)
"""
Day on which QuickBooks left France: no French page of Intuit's is newer than the labels the steps have.

Source: Intuit, notice on its French help pages
"""

SOURCE: Final = (
    "A guide of Intuit's French customers of December 2021; Intuit help, “Comment connecter mon compte bancaire dans "
    "QuickBooks et gérer mes opérations ?” (France), “How to re-consent your bank feed connection in QuickBooks "
    "Online” (United Kingdom, 29 January 2024), “How to re-authorise your bank connection” (United Kingdom), “Renew "
    "your bank feed connection in QuickBooks” (Australia)"
)

_WHO: Final = N_("To be done by whoever has the login at {bank}: nobody else can give this consent.")
_AT_BANK_FIRST: Final = N_("First sign in on the bank's own site, and do what it asks for.")
_TILE: Final = N_("In QuickBooks, open “Bank transactions”, and find the tile of {bank}.")
_CONNECTIONS: Final = N_(
    "In QuickBooks, open “Bank transactions”, the ▼ menu next to “Link account”, then “Manage connections”."
)
_SIGN_IN: Final = N_("On the bank's site, sign in with the user name and password of your online banking.")
_ACCEPT: Final = N_("Note until which day you give your consent, then select “Accept”.")
_ARRIVED: Final = N_("Check that new operations have arrived in the tab “For review”.")
_REVIEW: Final = N_("Look through the operations before you validate them.")

_TO_RENEW: Final[dict[Renewal, tuple[str, ...]]] = {
    Renewal.REAUTHENTICATE: (
        _TILE,
        N_("Below its balance select “Update”, then “Reconnect”."),
        _ACCEPT,
        _SIGN_IN,
        _ARRIVED,
    ),
    Renewal.UPDATE: (
        _CONNECTIONS,
        N_("Next to {bank}, open the ⋮ menu, then “Manage consent”, and select “Renew”."),
        _SIGN_IN,
        _ARRIVED,
    ),
    Renewal.RECONFIRM: (
        _CONNECTIONS,
        N_("Next to {bank}, open the ⋮ menu, then “Manage consent”; select “Reconfirm”, then “OK”."),
        N_("The bank asks for nothing. One confirmation is for all accounts of this consent."),
        _ARRIVED,
        N_("If “Reconfirm” is not offered, select “Update” on the tile of {bank}, and sign in at the bank."),
    ),
}

_CREDENTIALS: Final = (
    _TILE,
    N_("Select the pencil ✎ on it, then “Edit sign-in info”."),
    N_("Type the new user name or password, then select “Save and connect”."),
)

_NOTE: Final = N_(
    "For each account, note the date of the newest operation in the tabs “For review” and “Categorised”, and in "
    "“Excluded”: the latest of them counts."
)
_NOT_YET: Final = N_(
    "Do not disconnect the old connection while operations wait in “For review”: QuickBooks would delete them. "
    "Validate or exclude them first."
)
_IF_NOT: Final = (
    N_(
        "If that is not possible, connect the bank anew. First note, for each account, the date of the newest "
        "operation in the tabs “For review” and “Categorised”, and in “Excluded”: the latest of them counts."
    ),
    _NOT_YET,
    N_(
        "Then select “Link account” at the top right, take the bank's entry without a region after its name, and give "
        "each of your accounts the account of the chart of accounts that it had before; do not add a new one."
    ),
)
_LINK: Final = (
    N_("In QuickBooks, open “Bank transactions” and select “Link account” at the top right."),
    N_(
        "Type the name of {bank}, and take the entry without a region after its name and without “Other specialised "
        "accounts”. In doubt, sign in at your bank and paste the address of its site instead."
    ),
    N_("Select “Continue”."),
    _ACCEPT,
    _SIGN_IN,
)
_MAP: Final = N_(
    "Tick your accounts, and give each the account of the chart of accounts that it had before; do not add a new one."
)
_MAP_NAMED: Final = N_(
    "Tick your accounts, and give each the account of the chart of accounts that it had before ({accounts}); do not "
    "add a new one."
)
_CUSTOM: Final = N_(
    "QuickBooks proposes the operations since 1 January. Do not accept that, or they come twice: choose “Custom date”."
)
_AFTER_NEWEST: Final = N_("As the date, type the day after the newest operation that you noted.")
_HISTORY: Final = N_(
    "Select “Connect”, and wait until the operations have come. Banks give those of the last 90 days to 24 months, and "
    "some give old ones in the first minutes only."
)


def told(
    action: RepairAction,
    windows: Mapping[str, Window],
    lang: str | None,
    *,
    bank: str | None,
    renewal: Renewal | None,
    cause: StopCause,
    stopped_on: date | None,
) -> tuple[str, ...]:
    """
    Return the steps of *action* in order; none for ``nothing``.

    Args:
        windows: By ledger account; names are put in as they are, on one line.

    Raises:
        ConfigurationError: It is a language the library does not speak.

    Source: see ``SOURCE``
    """
    _ = words(lang)
    if action is RepairAction.NOTHING:
        return ()
    name = _.quoted(one_line(bank)) if bank and one_line(bank) else _("the bank")
    made = [(one_line(account), window) for account, window in windows.items()]
    lines = [_.text(_WHO, bank=name)]
    if cause is StopCause.ACTION_NEEDED:
        lines.append(_.text(_AT_BANK_FIRST))
    if action is RepairAction.RECONNECT:
        lines.extend(_reconnecting(made, _, name, disconnected=cause is StopCause.DISCONNECTED))
    else:
        lines.extend(_.text(key, bank=name) for key in _renewing(action, renewal))
        if action is not RepairAction.RECONFIRM or made:
            lines.extend(_.text(key) for key in (*_IF_NOT, _CUSTOM))
            lines.extend(_dates(made, _) if made else [_.text(_AFTER_NEWEST)])
    lines.extend(line for account, window in made for line in _left(account, window, stopped_on, _))
    return (*lines, _.text(_REVIEW))


def labels_as_of(lang: str | None) -> str:
    """Return the sentence that says how old the names of menus in the steps are: in French they are of France."""
    _ = words(lang)
    if _.language is Language.FR:
        return _(
            "QuickBooks moves its menus: the names in these steps are those of France, from a guide of December 2021 "
            "and Intuit's help there. QuickBooks left France on {day}.",
            day=_.day(LEFT_FRANCE),
        )
    return _("QuickBooks moves its menus: the names in these steps are those of {day}.", day=_.day(AS_OF))


def _renewing(action: RepairAction, renewal: Renewal | None) -> tuple[str, ...]:
    """Return what is done in place, each once: new credentials come before the renewal they are needed for."""
    keys = () if renewal is None else _TO_RENEW.get(renewal, ())
    if action is RepairAction.EDIT_CREDENTIALS:
        return tuple(dict.fromkeys((*_CREDENTIALS, *(keys or (_ARRIVED,)))))
    return keys


def _reconnecting(made: list[tuple[str, Window]], _: Words, bank: str, *, disconnected: bool) -> Iterator[str]:
    yield _.text(_NOTE)
    for account, window in made:
        if window.newest is not None:
            yield _(
                "{account}: the newest on record is of {day}. If you see a later one, plan the repair again with it.",
                account=account,
                day=_.day(window.newest),
            )
    if not disconnected:
        yield _.text(_NOT_YET)
    for key in _LINK:
        yield _.text(key, bank=bank)
    accounts = ", ".join(account for account, _window in made)
    yield _.text(_MAP_NAMED, accounts=accounts) if made else _.text(_MAP)
    yield _.text(_CUSTOM)
    yield from _dates(made, _)
    if not made:
        yield _.text(_AFTER_NEWEST)
    yield _.text(_HISTORY)


def _dates(made: list[tuple[str, Window]], _: Words) -> Iterator[str]:
    for account, window in made:
        yield _("{account}: as the date, type {date}.", account=account, date=_typed(window.start, _))
        if (window.start.month, window.start.day) == (1, 1):
            yield _(
                "{account}: that is 1 January because it was computed for this account, not because QuickBooks "
                "proposes it. Type it under “Custom date” all the same.",
                account=account,
            )
    starts = {window.start for _account, window in made}
    if len(starts) > 1:
        yield _(
            "If there is one date for all accounts, type the earliest, {date}, and exclude what comes twice.",
            date=_typed(min(starts), _),
        )


def _left(account: str, window: Window, stopped_on: date | None, _: Words) -> Iterator[str]:
    """Give what is left to do once the operations have come."""
    if window.gap is not None:
        yield _(
            "{account}: the bank does not give the operations {days}. Download them from its site, and upload them "
            "as a CSV file.",
            account=account,
            days=days_in_words(window.gap, _),
        )
    if window.overlap is not None:
        yield _(
            "{account}: the operations {days} come again. Match them with those that are there, or exclude them; do "
            "not add them.",
            account=account,
            days=days_in_words(window.overlap, _),
        )
    if WindowCode.LAST_DAY_MAY_BE_PARTIAL in window.codes and stopped_on is not None:
        yield _(
            "{account}: count the operations {days} on the bank's site, and add those that QuickBooks lacks.",
            account=account,
            days=days_in_words((stopped_on, stopped_on), _),
        )


def _typed(day: date, _: Words) -> str:
    """Return *day* with its name of the month, and in French also as QuickBooks' field wants it."""
    return f"{_.day(day)} ({day:%d/%m/%Y})" if _.language is Language.FR else _.day(day)
