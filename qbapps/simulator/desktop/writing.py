"""qbXML as QuickBooks writes it: one element a line, and ASCII only."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo

from qbapps.simulator.desktop.behaviour import Times
from qbapps.simulator.desktop.entries import Reference, Value

_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def escape(text: str) -> str:
    """Escape markup, and everything beyond ASCII as numeric references."""
    return text.translate(_MARKUP).encode("ascii", "xmlcharrefreplace").decode("ascii")


def element(name: str, value: "Value | Reference | None") -> str:
    """Write one element, or one for each item of a list, or nothing for `None`."""
    if value is None:
        return ""
    if isinstance(value, Reference):
        value = {"ListID": value.list_id, "FullName": value.full_name}
    if isinstance(value, list):
        return "".join(element(name, one) for one in value)
    if isinstance(value, dict):
        return f"<{name}>\n{''.join(element(inner, one) for inner, one in value.items())}</{name}>\n"
    return f"<{name}>{escape(value)}</{name}>\n"


def aggregate(name: str, fields: Mapping[str, "Value | Reference | None"]) -> str:
    """Write an element of elements, without those that are `None`."""
    return f"<{name}>\n{''.join(element(inner, value) for inner, value in fields.items())}</{name}>\n"


def attributes(given: Mapping[str, str | None]) -> str:
    """Write attributes, each with a space before it, without those that are `None`."""
    return "".join(f' {name}="{escape(value)}"' for name, value in given.items() if value is not None)


def instant(at: datetime, zone: tzinfo, form: Times) -> str:
    """Write an instant as the local time of the computer, with the offset QuickBooks gives it."""
    local = at.astimezone(zone)
    wall = f"{local:%Y-%m-%dT%H:%M:%S}"
    if form == Times.NO_OFFSET:
        return wall
    offset = local.utcoffset() or timedelta(0)
    if form == Times.STANDARD_OFFSET:
        offset -= local.dst() or timedelta(0)
    minutes = int(offset.total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"{wall}{'-' if minutes < 0 else '+'}{hours:02}:{rest:02}"


def wall_time(text: str, zone: tzinfo, form: Times) -> datetime:
    """
    Read an instant of a filter as QuickBooks does: as local time of the computer, naive.

    Raises:
        ValueError: It is no instant.
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        return at
    local = at.astimezone(zone)
    wall = local.replace(tzinfo=None)
    return wall - (local.dst() or timedelta(0)) if form == Times.STANDARD_OFFSET else wall
