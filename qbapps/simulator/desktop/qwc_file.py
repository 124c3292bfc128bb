"""A .qwc file as the Web Connector reads it."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

import attrs

from qbapps.simulator.desktop.certificates import App
from qbapps.simulator.desktop.reading import parse

_REQUIRED = (
    "AppName",
    "AppID",
    "AppURL",
    "AppDescription",
    "AppSupport",
    "UserName",
    "OwnerID",
    "FileID",
    "QBType",
)
_OPTIONAL = (
    "AppDisplayName",
    "AppUniqueName",
    "AuthFlags",
    "CertURL",
    "IsReadOnly",
    "Notify",
    "PersonalDataPref",
    "Scheduler",
    "Style",
    "UnattendedModePref",
)
_MAY_BE_EMPTY = frozenset({"AppID", "AppDescription"})
_GUID = re.compile(r"\{[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")
_CHOICES = {
    "QBType": {"QBFS", "QBPOS"},
    "Style": {"Document", "DocWrapped", "RPC"},
    "PersonalDataPref": {"pdpNotNeeded", "pdpOptional", "pdpRequired"},
    "UnattendedModePref": {"umpRequired", "umpOptional"},
    "IsReadOnly": {"true", "false"},
}


class ConnectorError(Exception):
    """
    The Web Connector shows an error and does nothing.

    Attributes:
        code: Such as `QBWC1039`. Which of 1001, 1002 and 1010 belongs to which fault of an address is our guess.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


@attrs.frozen(kw_only=True)
class QwcFile:
    """
    What a .qwc file says.

    Attributes:
        every_seconds: How often to run by itself; `None` is never.
    """

    app_name: str
    app_url: str
    app_support: str
    user_name: str
    owner_id: str
    file_id: str
    cert_url: str
    style: str
    every_seconds: int | None
    app: App


def read(content: bytes | str) -> QwcFile:
    """
    Read a .qwc file.

    Raises:
        ConnectorError: An element is missing, unknown or wrong, or an address would be refused.
    """
    values, scheduler = _elements(content)
    for name, choices in _CHOICES.items():
        if name in values and values[name] not in choices:
            raise ConnectorError("QBWC1039", f"{name} cannot be {values[name]!r}")
    for name in ("OwnerID", "FileID"):
        if not _GUID.fullmatch(values[name]):
            raise ConnectorError("QBWC1039", f"{name} is not a GUID in braces")
    _check_address("AppURL", values["AppURL"])
    _check_address("AppSupport", values["AppSupport"])
    if _host(values["AppURL"]) != _host(values["AppSupport"]):
        raise ConnectorError("QBWC1004", "AppURL and AppSupport are not of the same domain")
    return QwcFile(
        app_name=values["AppName"],
        app_url=values["AppURL"],
        app_support=values["AppSupport"],
        user_name=values["UserName"],
        owner_id=values["OwnerID"],
        file_id=values["FileID"],
        cert_url=values.get("CertURL", ""),
        style=values.get("Style", "Document"),
        every_seconds=_every(scheduler),
        app=App(
            name=values["AppName"],
            owner_id=values["OwnerID"],
            auth_flags=_flags(values.get("AuthFlags", "0x0")),
            personal_data=values.get("PersonalDataPref", "pdpNotNeeded"),
        ),
    )


def _elements(content: bytes | str) -> tuple[dict[str, str], dict[str, str]]:
    try:
        root = parse(content)
    except ValueError as error:
        raise ConnectorError("QBWC1039", f"the .qwc file cannot be read: {error}") from error
    if root.tag != "QBWCXML":
        raise ConnectorError("QBWC1039", "the .qwc file has another root than QBWCXML")
    values = {child.tag: (child.text or "").strip() for child in root}
    missing = [name for name in _REQUIRED if name not in values or not (values[name] or name in _MAY_BE_EMPTY)]
    unknown = [name for name in values if name not in {*_REQUIRED, *_OPTIONAL}]
    if missing or unknown or len(values) != len(root):
        raise ConnectorError("QBWC1039", f"elements missing: {missing}, unknown: {unknown}, or one twice")
    return values, {child.tag: (child.text or "").strip() for child in root.findall("Scheduler/*")}


def _every(scheduler: dict[str, str]) -> int | None:
    if not scheduler:
        return None
    name, said = next(iter(scheduler.items()))  # the first one wins
    factor = {"RunEveryNMinutes": 60, "RunEveryNSeconds": 1}.get(name)
    if factor is None or not said.isdigit() or not int(said):
        raise ConnectorError("QBWC1039", f"Scheduler with {name} {said!r}")
    return int(said) * factor


def _flags(said: str) -> int:
    try:
        return int(said, 0)
    except ValueError as error:
        raise ConnectorError("QBWC1039", f"AuthFlags cannot be {said!r}") from error


def _check_address(name: str, address: str) -> None:
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme not in {"https", "http"} or not host:
        raise ConnectorError("QBWC1010", f"{name} is not an address")
    if parts.scheme == "http" and host != "localhost":
        raise ConnectorError("QBWC1001", f"{name} has to begin with https")
    try:
        ip_address(host)
    except ValueError:
        return
    raise ConnectorError("QBWC1002", f"{name} has to have a host name")


def _host(address: str) -> str:
    return urlsplit(address).hostname or ""
