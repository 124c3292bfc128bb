"""
Configuration files (.qwc): what a user opens so that the Web Connector knows an app and a connection.

There is no place for a password in one: the user types or pastes it into the Web Connector.

Source: Intuit, "QuickBooks Web Connector Programmer's Guide" 2.0, chapter 4
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

import attrs

from qbapps.desktop.addresses import check_same_domain, check_url, check_urls, domain_of
from qbapps.desktop.qwc_options import ALL, Edition, PersonalData, Style, Unattended, editions
from qbapps.desktop.soap.escaping import ILLEGAL, escaped
from qbapps.domain.desktop.apps import QBType
from qbapps.errors import ConfigurationError

__all__ = [
    "ConnectorFile", "Edition", "PersonalData", "QBType", "Style", "Unattended", "check_urls", "domain_of", "editions",
    "to_xml",
]  # fmt: skip

LONGEST_DESCRIPTION: Final = 80
"""Characters of AppDescription. Source: the same guide, which advises it."""

LEAST_INTERVAL: Final = timedelta(minutes=1)
"""Source: the shortest that the Web Connector's own window takes."""

_MINUTE: Final = timedelta(minutes=1)
_SECOND: Final = timedelta(seconds=1)
_GUID: Final = re.compile(r"\{[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\}", re.IGNORECASE)
_UNPRINTABLE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})

_CHOICES: Final[Mapping[str, tuple[str, type[StrEnum]]]] = {
    "qb_type": ("QBType", QBType),
    "personal_data": ("PersonalDataPref", PersonalData),
    "style": ("Style", Style),
    "unattended": ("UnattendedModePref", Unattended),
}


@attrs.frozen(kw_only=True)
class ConnectorFile:
    """
    What a configuration file says. One that exists can be written.

    Attributes:
        app_name: The app, for the user; unique for a company on one machine.
        app_url: Where the Web Connector calls. https, or http on localhost; a host name, never an IP address.
        app_description: At most 80 characters.
        app_support: A page for users; on the host of ``app_url``, answering 200.
        user_name: Who the Web Connector says it is; unique for each connection.
        owner_id: GUID of the app in braces, the same for ever.
        file_id: GUID of the connection in braces; QuickBooks keeps it in the company file.
        app_id: Mostly empty.
        app_display_name: Shown in place of ``app_name``.
        app_unique_name: Makes opening the file again replace the app of this name.
        cert_url: Asked for its certificate in place of ``app_url``.
        editions: None of them means all.
        is_read_only: None leaves it out.
        notify: Whether the Web Connector shows a message when it runs by itself.
        every: How often it runs by itself; whole seconds, at least a minute. The user may choose otherwise.

    Raises:
        ConfigurationError: The Web Connector would refuse the file. The message names the element.
    """

    app_name: str
    app_url: str
    app_description: str
    app_support: str
    user_name: str
    owner_id: str
    file_id: str
    qb_type: QBType = QBType.FINANCIAL
    app_id: str = ""
    app_display_name: str | None = None
    app_unique_name: str | None = None
    cert_url: str | None = None
    editions: Edition = ALL
    # The guide explains it against its name ("true if write access is needed"), so "true" may mean either. An app that
    # writes says "false": what the name asks for. Nothing of ours relies on it.
    is_read_only: bool | None = False
    notify: bool | None = None
    personal_data: PersonalData | None = None
    every: timedelta | None = None
    style: Style | None = None
    unattended: Unattended | None = None

    def __attrs_post_init__(self) -> None:
        for element, text in _texts(self):
            _check_text(element, text)
        for element, url in (("AppURL", self.app_url), ("AppSupport", self.app_support), ("CertURL", self.cert_url)):
            if url is not None:
                check_url(element, url)
        check_same_domain("AppURL", self.app_url, "AppSupport", self.app_support)
        for name, (element, kind) in _CHOICES.items():
            _check_choice(element, kind, getattr(self, name))
        _check_guid("OwnerID", self.owner_id)
        _check_guid("FileID", self.file_id)
        if len(self.app_description) > LONGEST_DESCRIPTION:
            raise ConfigurationError(
                f"AppDescription has {len(self.app_description)} characters; the Web Connector shows 80.",
                hint="Say AppDescription in at most 80 characters.",
            )
        if self.every is not None and (self.every < LEAST_INTERVAL or self.every % _SECOND):
            raise ConfigurationError(
                f"Scheduler cannot run every {self.every}.", hint="Give Scheduler whole seconds, at least one minute."
            )


def to_xml(file: ConnectorFile) -> bytes:
    """Return the file's content. It is plain ASCII: other characters are written as references."""
    lines = [f"  <{element}>{escaped(text)}</{element}>" for element, text in _elements(file)]
    if file.every is not None:
        number, unit = file.every // _SECOND, "Seconds"
        if not file.every % _MINUTE:
            number, unit = file.every // _MINUTE, "Minutes"
        element = f"RunEveryN{unit}"
        lines += ["  <Scheduler>", f"    <{element}>{number}</{element}>", "  </Scheduler>"]
    text = "\n".join(['<?xml version="1.0" encoding="utf-8"?>', "<QBWCXML>", *lines, "</QBWCXML>", ""])
    return text.encode("ascii", "xmlcharrefreplace")


def _texts(file: ConnectorFile) -> Iterator[tuple[str, str]]:
    yield "AppName", file.app_name
    yield "AppDescription", file.app_description
    yield "UserName", file.user_name
    for element, text in (
        ("AppID", file.app_id or None),
        ("AppDisplayName", file.app_display_name),
        ("AppUniqueName", file.app_unique_name),
    ):
        if text is not None:
            yield element, text


def _elements(file: ConnectorFile) -> Iterator[tuple[str, str]]:
    optional = (
        ("AppDisplayName", file.app_display_name),
        ("AppUniqueName", file.app_unique_name),
        ("CertURL", file.cert_url),
        ("AuthFlags", f"0x{file.editions:X}" if file.editions else None),
        ("IsReadOnly", _yes_or_no(file.is_read_only)),
        ("Notify", _yes_or_no(file.notify)),
        ("PersonalDataPref", file.personal_data),
        ("Style", file.style),
        ("UnattendedModePref", file.unattended),
    )
    yield "AppName", file.app_name
    yield "AppID", file.app_id
    yield "AppURL", file.app_url
    yield "AppDescription", file.app_description
    yield "AppSupport", file.app_support
    yield "UserName", file.user_name
    yield "OwnerID", file.owner_id
    yield "FileID", file.file_id
    yield "QBType", file.qb_type
    for element, text in optional:
        if text is not None:
            yield element, text


def _yes_or_no(value: bool | None) -> str | None:
    return None if value is None else str(value).lower()


def _check_text(element: str, text: str) -> None:
    if not text.strip() or text != text.strip():
        raise ConfigurationError(
            f"{element} is empty or has blanks around it.", hint=f"Give {element} a text without blanks around it."
        )
    if ILLEGAL.search(text) or any(unicodedata.category(character) in _UNPRINTABLE for character in text):
        raise ConfigurationError(
            f"{element} holds a character that cannot be shown.", hint=f"Write {element} in one line of plain text."
        )


def _check_choice(element: str, kind: type[StrEnum], value: str | None) -> None:
    if value not in {*kind, None} or (value is None and kind is QBType):
        raise ConfigurationError(f"{element} cannot be {value!r}.", hint=f"Give {element} one of: {', '.join(kind)}.")


def _check_guid(element: str, guid: str) -> None:
    if not _GUID.fullmatch(guid):
        raise ConfigurationError(
            f"{element} is not a GUID in braces.",
            hint=f"Give {element} as {{01234567-89ab-cdef-0123-456789abcdef}}, 32 hexadecimal digits.",
        )
