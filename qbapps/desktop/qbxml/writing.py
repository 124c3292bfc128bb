"""From Python values to qbXML elements."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Final

from qbapps.desktop.qbxml.sequences import NESTED
from qbapps.errors import ConfigurationError

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
# Not even a character reference can bring these into XML 1.0 (section 2.2).
_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCES: Final = {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
    # Readers turn a bare one into a line feed.
    ord("\r"): "&#13;",
}
_DEEPEST: Final = 20
"""How many mappings may lie within each other. qbXML needs six; more is a mapping that holds itself."""

_REFERENCE: Final = ("ListID", "FullName")


def element(name: str, value: object, *, path: str, is_known: bool = False) -> str:
    """
    Return *value* as elements called *name*: none for None, one for each member of a list, else one.

    ``True`` is ``true``; a Decimal is written plainly, never with an exponent; a datetime has whole seconds and keeps
    its offset, or has none when it is naive, which means the time of the QuickBooks computer; a timedelta is
    ``PT8H30M``; a text for what ends with ``Ref`` names something by its full name.

    Args:
        path: Where it stands, for messages, such as ``CustomerAdd.BillAddress.City``.

        is_known: Whether the order of elements within is looked up; else it stays as given.

    Raises:
        ConfigurationError: A value has no form in qbXML. It names the field, and never shows the value.

    Source: Intuit, QuickBooks SDK, data types of qbXML; on offsets, users report that QuickBooks goes on with the
    standard offset in summer, so that naive local times are the safer ones to compare with
    """
    check_name(name, path)
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return "".join(_one(name, member, path, is_known) for member in _flat(value, path))
    return _one(name, value, path, is_known)


def elements(
    fields: Mapping[str, object], *, path: str, order: Sequence[str] | None = None, is_known: bool = False
) -> str:
    """
    Return the elements for *fields*, in *order* where there is one.

    Raises:
        ConfigurationError: A value has no form in qbXML, or *order* does not have a field.
    """
    if not isinstance(fields, Mapping):
        raise ConfigurationError(f"{path} takes a mapping of fields.", hint="Give a dict: {element: value}.")
    if path.count(".") >= _DEEPEST:
        raise ConfigurationError(f"{path[:120]} goes too deep.", hint="Give fields that do not hold themselves.")
    names = list(fields)
    if order is not None:
        check_known(names, order, path)
        names = [name for name in order if name in fields]
    return "".join(element(name, fields[name], path=f"{path}.{name}", is_known=is_known) for name in names)


def check_known(names: Sequence[str], known: Sequence[str], path: str) -> None:
    """Refuse the first of *names* that is not in *known*, and list what is."""
    for name in names:
        if name not in known:
            raise ConfigurationError(
                f"{path} has no element {_shown(name)}.",
                hint=f"Use these: {', '.join(known)}; or write the request yourself with qbxml.raw.",
            )


def check_name(name: object, path: str) -> None:
    """Refuse what cannot be the name of a qbXML element."""
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise ConfigurationError(
            f"{path} is no name of a qbXML element.", hint="Use letters and digits, as in FullName."
        )


def ascii_text(text: str, path: str) -> str:
    """
    Return *text* as it stands in XML, in ASCII: whatever encodings it passes through, it arrives.

    Raises:
        ConfigurationError: It holds a character that XML cannot.
    """
    found = _ILLEGAL.search(text)
    if found is not None:
        raise ConfigurationError(
            f"{path} holds the character U+{ord(found[0]):04X}, which XML cannot carry.",
            hint="Take control characters and broken emoji out of the text.",
        )
    return text.translate(_REFERENCES).encode("ascii", "xmlcharrefreplace").decode("ascii")


def _flat(values: Sequence[object], path: str) -> Iterator[object]:
    for value in values:
        if isinstance(value, list | tuple):
            raise ConfigurationError(f"{path} has a list within a list.", hint="Give one list of values.")
        if value is not None:
            yield value


def _one(name: str, value: object, path: str, is_known: bool) -> str:
    if name.endswith("Ref") and isinstance(value, str):
        value = _reference(name, value, path)
    if isinstance(value, Mapping):
        inner = elements(value, path=path, order=_order(name, is_known), is_known=is_known)
    else:
        inner = ascii_text(_text(value, path), path)
    return f"<{name}>{inner}</{name}>"


def _order(name: str, is_known: bool) -> Sequence[str] | None:
    if name.endswith("Ref"):
        return NESTED.get(name, _REFERENCE)
    return NESTED.get(name) if is_known else None


def _reference(name: str, value: str, path: str) -> dict[str, str]:
    if name in NESTED:  # no reference, in spite of its name
        raise ConfigurationError(f"{path} is no name.", hint=f"Give a dict with {' and '.join(NESTED[name])}.")
    if not value:
        raise ConfigurationError(f"{path} is empty.", hint="Give a full name, a dict with a ListID, or None.")
    return {"FullName": value}


def _text(value: object, path: str) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return str(value.value) if isinstance(value, Enum) else value
        case int():
            return str(int(value))
        case Decimal():
            return _decimal(value, path)
        case date():
            return instant(value) if isinstance(value, datetime) else value.isoformat()
        case timedelta():
            return _duration(value, path)
        case _:
            raise _without_form(value, path)


def _decimal(value: Decimal, path: str) -> str:
    if not value.is_finite() or abs(value.adjusted()) > 30:
        raise ConfigurationError(f"{path} is no amount.", hint="Give a finite Decimal.")
    return format(abs(value) if value.is_zero() else value, "f")


def instant(value: datetime) -> str:
    """Return *value* to the second as qbXML writes it: with its offset, or without one when it is naive."""
    offset = value.utcoffset()
    if offset is not None and offset % timedelta(minutes=1):  # local mean time of long ago
        value = value.astimezone(UTC)
    return value.replace(microsecond=0).isoformat()


def _duration(value: timedelta, path: str) -> str:
    if value < timedelta(0):
        raise ConfigurationError(f"{path} is a negative duration.", hint="Give zero or more.")
    minutes, rest = divmod(value, timedelta(minutes=1))
    if rest:
        raise ConfigurationError(
            f"{path} has seconds, and nothing says that QuickBooks keeps them.", hint="Round it to minutes."
        )
    return f"PT{minutes // 60}H{minutes % 60}M"


def _without_form(value: object, path: str) -> ConfigurationError:
    if isinstance(value, float):
        return ConfigurationError(f"{path} is a float, and money must be exact.", hint="Give a Decimal or a str.")
    return ConfigurationError(
        f"{path} is of the type {type(value).__name__}, which has no form in qbXML.",
        hint="Give str, int, Decimal, bool, date, datetime, timedelta, a dict, a list, or None.",
    )


def _shown(name: object) -> str:
    return repr(name)[:60]
