"""What can go wrong between an app, the Web Connector and QuickBooks Desktop: of which kind, and who can end it."""

from __future__ import annotations

from enum import StrEnum

import attrs

from qbapps.domain import checks


class Category(StrEnum):
    """
    Kinds of trouble.

    ``none``: it is none. ``warning``: QuickBooks did it, with a remark. ``not_running``: QuickBooks is closed, or
    does not start. ``mode``: single-user and multi-user mode. ``setup``: the app, or the connector, is not set up
    right on that computer. ``server``: our side of the wire. ``invalid``: QuickBooks does not accept the content.
    """

    NONE = "none"
    WARNING = "warning"
    PERMISSION = "permission"
    WRONG_COMPANY = "wrong_company"
    OTHER_COMPUTER = "other_computer"
    NOT_RUNNING = "not_running"
    STARTING = "starting"
    MODE = "mode"
    DIALOG = "dialog"
    BUSY = "busy"
    SESSION = "session"
    SILENT = "silent"
    VERSION = "version"
    REQUEST = "request"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    NAME_IN_USE = "name_in_use"
    CONFLICT = "conflict"
    STALE = "stale"
    FEATURE_OFF = "feature_off"
    USER_PERMISSION = "user_permission"
    RECOVERY = "recovery"
    ITERATOR = "iterator"
    PASSWORD = "password"  # noqa: S105 - the kind of trouble
    FILE_CLASH = "file_clash"
    CERTIFICATE = "certificate"
    NETWORK = "network"
    SERVER = "server"
    SETUP = "setup"
    INTERNAL = "internal"
    UNKNOWN = "unknown"


class Fixer(StrEnum):
    """
    Who can end a trouble.

    ``user``: whoever sits at the Windows computer. ``admin``: the Admin of the QuickBooks company file.
    ``developer``: who makes or runs the app. ``nobody``: it passes by itself.
    """

    USER = "user"
    ADMIN = "admin"
    DEVELOPER = "developer"
    NOBODY = "nobody"


class Reaction(StrEnum):
    """
    What the library does about it.

    ``reauthorise``: QuickBooks has to let the app in anew. ``try_again``: the same, later. ``wait_for_human``: work
    rests until somebody has seen to it. ``send_path``: names the company file, so that QuickBooks can open it.
    ``give_up``: the request fails for good. ``ignore``: nothing is wrong.
    """

    REAUTHORISE = "reauthorise"
    TRY_AGAIN = "try_again"
    WAIT_FOR_HUMAN = "wait_for_human"
    SEND_PATH = "send_path"
    GIVE_UP = "give_up"
    IGNORE = "ignore"


@attrs.frozen(kw_only=True)
class Trouble:
    """
    What a code means, and what ends it.

    Attributes:
        code: As support and logs name it: ``0x80040408``, ``3100``, ``QBWC1039``, or one of our own words.
        what: What happened: an English sentence, and the key of its translation.
        do: What to do next, in the imperative; the same.
        not_processed: Whether QuickBooks has certainly not carried out the request. Where this is False, what
            became of a write is not known, or it was carried out.
    """

    code: str = attrs.field(validator=checks.not_empty)
    category: Category
    fixer: Fixer
    reaction: Reaction
    what: str = attrs.field(validator=checks.not_empty)
    do: str = attrs.field(validator=checks.not_empty)
    not_processed: bool = False

    @property
    def is_retryable(self) -> bool:
        """Whether the same request may work later without anybody's doing."""
        return self.reaction in {Reaction.TRY_AGAIN, Reaction.SEND_PATH}

    @property
    def needs_person(self) -> bool:
        """Whether it stays until somebody has seen to it."""
        return self.reaction in {Reaction.REAUTHORISE, Reaction.WAIT_FOR_HUMAN}

    @property
    def is_success(self) -> bool:
        """Whether nothing is wrong: an answer without matches is one too."""
        return self.reaction is Reaction.IGNORE
