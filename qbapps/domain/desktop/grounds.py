"""The closed set of what evidence on a checklist is made of."""

from __future__ import annotations

from enum import StrEnum

from qbapps.domain.desktop.checklist import CheckState, Evidence, Finding
from qbapps.domain.events import Detail


class Ground(StrEnum):
    """What evidence is made of; the words for people are in ``qbapps.desktop.checklist_words``."""

    PRODUCT = "product"
    PRODUCT_WITHOUT_APPS = "product_without_apps"
    PRODUCT_NOT_SUPPORTED = "product_not_supported"
    CALLED = "called"
    FILE_ANSWERED = "file_answered"
    NOT_ADMIN = "not_admin"
    OTHER_FILE_OPEN = "other_file_open"
    SINGLE_USER_MODE = "single_user_mode"
    MULTI_USER_MODE = "multi_user_mode"
    OTHER_MODE = "other_mode"
    LET_IN = "let_in"
    LET_IN_ALWAYS = "let_in_always"
    NOT_ALWAYS = "not_always"
    NOT_LET_IN = "not_let_in"
    STAMPED = "stamped"
    STAMPED_OTHERWISE = "stamped_otherwise"
    OPENED_BY_ITSELF = "opened_by_itself"
    PATH_KNOWN = "path_known"
    SAME_COMPUTER = "same_computer"
    OTHER_COMPUTER = "other_computer"
    SEEN = "seen"
    NOT_SEEN = "not_seen"
    HAS_PAYROLL_ITEMS = "has_payroll_items"
    PAYROLL_OFF = "payroll_off"
    SAME_WEEK = "same_week"
    OTHER_WEEK = "other_week"
    ALL_USE_TIME = "all_use_time"
    SOME_WITHOUT_TIME = "some_without_time"
    ALL_HAVE_ITEMS = "all_have_items"
    SOME_WITHOUT_ITEMS = "some_without_items"
    ALL_KNOWN = "all_known"
    SOME_UNKNOWN = "some_unknown"


def good(ground: Ground, **values: Detail) -> Finding:
    """Return that it is as it should be, and why."""
    return CheckState.VERIFIED, Evidence(ground=ground, values=values)


def bad(ground: Ground, **values: Detail) -> Finding:
    """Return that it is not, and why."""
    return CheckState.FAILED, Evidence(ground=ground, values=values)
