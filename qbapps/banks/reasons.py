"""Why a repair is what it is, in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import attrs

from qbapps.banks.windows import Days, WindowCode
from qbapps.language import N_, Words, words


class RepairReason(StrEnum):
    """One thing that a repair was decided by."""

    NOT_DUE = "not_due"
    END_NOT_KNOWN = "end_not_known"
    EXPIRES_SOON = "expires_soon"
    CONSENT_ENDED = "consent_ended"
    STOPPED_WITHIN_LIMIT = "stopped_within_limit"
    ON_THE_LIMIT = "on_the_limit"
    STOPPED_BEYOND_LIMIT = "stopped_beyond_limit"
    STOP_DAY_UNKNOWN = "stop_day_unknown"
    RECONFIRM_IS_ENOUGH = "reconfirm_is_enough"
    GRACE_OVER = "grace_over"
    UPDATE_FAILED = "update_failed"
    DISCONNECTED = "disconnected"
    REVIEW_ROWS_GONE = "review_rows_gone"
    REVIEW_ROWS_LOST = "review_rows_lost"
    REVOKED = "revoked"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a reason, not a password
    RENEW_BESIDES = "renew_besides"
    ACT_AT_BANK = "act_at_bank"
    ROWS_MAY_BE_MISSING = "rows_may_be_missing"
    FAILING_SINCE = "failing_since"
    SUSPENDED = "suspended"
    NO_TIME_TO_WAIT = "no_time_to_wait"
    WAIT = "wait"


Value = date | Days | str | int

SENTENCES: Final[Mapping[RepairReason | WindowCode, str]] = MappingProxyType(
    {
        RepairReason.NOT_DUE: N_("Access is good until {day}; there is nothing to do before {notice}."),
        RepairReason.END_NOT_KNOWN: N_(
            "It works, but until which day the consent is good is not known: look for that day in QuickBooks, and "
            "state it."
        ),
        RepairReason.EXPIRES_SOON: N_("Access ends soon: {day} is its last day."),
        RepairReason.CONSENT_ENDED: N_("The consent has ended: {day} was its last good day."),
        RepairReason.STOPPED_WITHIN_LIMIT: N_("It stopped on {day}: until {limit} it can be updated in place."),
        RepairReason.ON_THE_LIMIT: N_("Today, {limit}, is the last day on which it may still be updated in place."),
        RepairReason.STOPPED_BEYOND_LIMIT: N_(
            "It stopped on {day}, and could be updated until {limit}: now the bank has to be connected anew."
        ),
        RepairReason.STOP_DAY_UNKNOWN: N_(
            "It is not known since when it has stopped: an update does no harm, and if it fails the bank is connected "
            "anew."
        ),
        RepairReason.RECONFIRM_IS_ENOUGH: N_(
            "Until {limit}, confirming in QuickBooks that access goes on is enough: the bank does not ask."
        ),
        RepairReason.GRACE_OVER: N_(
            "It could be confirmed in QuickBooks alone until {limit}: now the bank asks again."
        ),
        RepairReason.UPDATE_FAILED: N_("An update was tried, and did not work."),
        RepairReason.DISCONNECTED: N_("It was disconnected in QuickBooks: there is nothing left to update."),
        RepairReason.REVIEW_ROWS_GONE: N_(
            "A disconnect deletes the operations that still wait for review. If there were some, name their dates, "
            "above all the oldest: they have to be fetched again."
        ),
        RepairReason.REVIEW_ROWS_LOST: N_(
            "Operations that waited for review as it was disconnected, and were deleted: {count}. Name their dates, "
            "above all the oldest: they have to be fetched again."
        ),
        RepairReason.REVOKED: N_("The consent was withdrawn, at the bank or in QuickBooks."),
        RepairReason.PASSWORD_CHANGED: N_("The bank does not accept the user name or password that QuickBooks has."),
        RepairReason.RENEW_BESIDES: N_(
            "The new user name or password alone is not enough: the consent has to be renewed too."
        ),
        RepairReason.ROWS_MAY_BE_MISSING: N_(
            "It stopped on {day}, which is long ago: check that all operations since then arrive, and fill in from a "
            "file those that do not."
        ),
        RepairReason.ACT_AT_BANK: N_("The bank wants its customer to do something on its own site first."),
        RepairReason.FAILING_SINCE: N_("It has been failing since {day}: that does not pass by itself any more."),
        RepairReason.SUSPENDED: N_("Too many tries in a row have failed: QuickBooks does not try again by itself."),
        RepairReason.NO_TIME_TO_WAIT: N_(
            "QuickBooks has not reached the bank since {day}: waiting would go past the end of the consent."
        ),
        RepairReason.WAIT: N_(
            "QuickBooks could not reach the bank, and tries again by itself: leave it alone until {limit}."
        ),
        WindowCode.NO_PRIOR_ROWS: N_(
            "QuickBooks has no operations of this account: they are fetched as far back as the bank gives them."
        ),
        WindowCode.GAP: N_("The bank does not give the operations {gap} any more: fill them in from a file."),
        WindowCode.CLAMPED: N_("There are operations of today already: those of today will come again."),
        WindowCode.LAST_DAY_MAY_BE_PARTIAL: N_(
            "It stopped on {stop}, and may lack some of that day's operations: count them on the bank's site."
        ),
        WindowCode.REVIEW_ROWS_DELETED: N_(
            "Operations that waited for review were deleted: those since {start} are fetched again."
        ),
        WindowCode.REVIEW_ROWS_OUT_OF_REACH: N_(
            "Operations that waited for review were deleted, and the bank does not give those before {start} any more."
        ),
        WindowCode.ROWS_AFTER_STOP: N_(
            "QuickBooks has operations up to {newest}, after it stopped on {stop}: check that those between were not "
            "typed in one by one, for then some are missing."
        ),
        WindowCode.FUTURE_ROWS_IGNORED: N_("Operations dated after today do not count."),
        WindowCode.FROM_THE_LEDGER: N_(
            "The dates come from the ledger, not from the bank's feed: compare with the newest operation in "
            "QuickBooks' tabs."
        ),
        WindowCode.HISTORY_MAY_BE_SHORTER: N_(
            "Some banks go back 90 days only: if the first operation offered is later than {start}, fill in the rest "
            "from a file."
        ),
    }
)


def days_in_words(days: Days, _: Words) -> str:
    """Return ``from 16 January 2022 to 1 April 2022``, or ``of 1 April 2022``, as what operations are."""
    first, last = days
    if first == last:
        return _("of {day}", day=_.day(first))
    return _("from {first} to {last}", first=_.day(first), last=_.day(last))


def _said(value: Value, _: Words) -> str:
    if isinstance(value, tuple):
        return days_in_words(value, _)
    if isinstance(value, int):
        return _.number(value)
    return _.day(value) if isinstance(value, date) else value


def _freeze(values: Mapping[str, Value]) -> Mapping[str, Value]:
    return MappingProxyType(dict(values))


@attrs.frozen(kw_only=True)
class Because:
    """
    One reason.

    Attributes:
        values: The days and names in its sentence.
        account: The account it is about; None for the whole connection.
    """

    code: RepairReason | WindowCode
    values: Mapping[str, Value] = attrs.field(factory=dict, converter=_freeze, hash=False)
    account: str | None = None

    def said(self, lang: str | None = None) -> str:
        """
        Return the sentence, with its account.

        Raises:
            ConfigurationError: It is a language the library does not speak.
        """
        _ = words(lang)
        values = {name: _said(one, _) for name, one in self.values.items()}
        sentence = _.text(SENTENCES[self.code], **values)
        return sentence if self.account is None else _("{account}: {text}", account=self.account, text=sentence)

    def __str__(self) -> str:
        return self.said()
