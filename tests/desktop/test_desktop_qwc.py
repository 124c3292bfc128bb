"""Configuration files: to the letter, read back, and refused before they exist."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps.desktop import qwc
from qbapps.desktop.qwc import ConnectorFile, Edition, PersonalData, QBType, Style, Unattended, check_urls
from qbapps.errors import ConfigurationError

LEAST: dict[str, Any] = {
    "app_name": "QuickBooks Time",
    "app_url": "https://apps.example/qbwc/con_1",
    "app_description": "Hours of employees",
    "app_support": "https://apps.example/support",
    "user_name": "petit-7",
    "owner_id": "{6f1c2a6e-0b1d-4c57-9c0e-0d7a1f1f7a10}",
    "file_id": "{B2A97C3F-4E55-4D53-8F5D-3B8F3F0B6A01}",
}

GOLDEN = b"""<?xml version="1.0" encoding="utf-8"?>
<QBWCXML>
  <AppName>QuickBooks Time</AppName>
  <AppID></AppID>
  <AppURL>https://apps.example/qbwc/con_1</AppURL>
  <AppDescription>Hours of employees</AppDescription>
  <AppSupport>https://apps.example/support</AppSupport>
  <UserName>petit-7</UserName>
  <OwnerID>{6f1c2a6e-0b1d-4c57-9c0e-0d7a1f1f7a10}</OwnerID>
  <FileID>{B2A97C3F-4E55-4D53-8F5D-3B8F3F0B6A01}</FileID>
  <QBType>QBFS</QBType>
  <IsReadOnly>false</IsReadOnly>
</QBWCXML>
"""

FULL_GOLDEN = b"""<?xml version="1.0" encoding="utf-8"?>
<QBWCXML>
  <AppName>Caf&#233; &amp; Fils</AppName>
  <AppID>7</AppID>
  <AppURL>https://apps.example:8443/qbwc?c=1&amp;d=2</AppURL>
  <AppDescription>Heures &#215; paie</AppDescription>
  <AppSupport>https://APPS.example/support</AppSupport>
  <UserName>petit-7</UserName>
  <OwnerID>{6f1c2a6e-0b1d-4c57-9c0e-0d7a1f1f7a10}</OwnerID>
  <FileID>{B2A97C3F-4E55-4D53-8F5D-3B8F3F0B6A01}</FileID>
  <QBType>QBPOS</QBType>
  <AppDisplayName>Caf&#233;</AppDisplayName>
  <AppUniqueName>Caf&#233;-1</AppUniqueName>
  <CertURL>https://apps.example/</CertURL>
  <AuthFlags>0xE</AuthFlags>
  <IsReadOnly>true</IsReadOnly>
  <Notify>true</Notify>
  <PersonalDataPref>pdpRequired</PersonalDataPref>
  <Style>RPC</Style>
  <UnattendedModePref>umpOptional</UnattendedModePref>
  <Scheduler>
    <RunEveryNMinutes>15</RunEveryNMinutes>
  </Scheduler>
</QBWCXML>
"""


def file(**changes: Any) -> ConnectorFile:
    return ConnectorFile(**{**LEAST, **changes})


def found(made: ConnectorFile) -> dict[str, str]:
    """What a reader of the file finds."""
    root = ET.fromstring(qwc.to_xml(made))  # noqa: S314 - our own
    assert root.tag == "QBWCXML"
    return {element.tag: element.text or "" for element in root.iter() if not len(element)}


def test_the_least_file_is_this_one() -> None:
    assert qwc.to_xml(file()) == GOLDEN


def test_a_file_with_everything_is_this_one() -> None:
    made = file(
        app_name="Café & Fils",
        app_id="7",
        app_url="https://apps.example:8443/qbwc?c=1&d=2",
        app_description="Heures × paie",
        app_support="https://APPS.example/support",
        qb_type=QBType.POINT_OF_SALE,
        app_display_name="Café",
        app_unique_name="Café-1",
        cert_url="https://apps.example/",
        editions=qwc.editions(["pro", "premier", "Enterprise"]),
        is_read_only=True,
        notify=True,
        personal_data=PersonalData.REQUIRED,
        every=timedelta(minutes=15),
        style=Style.RPC,
        unattended=Unattended.OPTIONAL,
    )

    assert qwc.to_xml(made) == FULL_GOLDEN
    assert found(made)["AppName"] == "Café & Fils"
    assert found(made)["AppURL"] == "https://apps.example:8443/qbwc?c=1&d=2"


def test_there_is_no_place_for_a_password() -> None:
    assert not [name for name in ConnectorFile.__slots__ if "pass" in name.lower()]
    assert "app_name" in ConnectorFile.__slots__


def test_what_is_left_to_the_web_connector_is_left_out() -> None:
    assert "IsReadOnly" not in found(file(is_read_only=None))
    assert found(file(notify=False))["Notify"] == "false"


@pytest.mark.parametrize(
    ("every", "element", "number"),
    [
        (timedelta(minutes=1), "RunEveryNMinutes", "1"),
        (timedelta(hours=2), "RunEveryNMinutes", "120"),
        (timedelta(seconds=61), "RunEveryNSeconds", "61"),
    ],
)
def test_the_interval_is_written_once_in_minutes_or_in_seconds(every: timedelta, element: str, number: str) -> None:
    scheduler = {name: text for name, text in found(file(every=every)).items() if name.startswith("RunEvery")}

    assert scheduler == {element: number}


@pytest.mark.parametrize(
    ("names", "edition"),
    [
        ([], Edition(0)),
        (["simple_start"], Edition.SIMPLE_START),
        (["pro", "pro", "enterprise"], Edition.PRO | Edition.ENTERPRISE),
    ],
)
def test_editions_are_added_up(names: list[str], edition: Edition) -> None:
    assert qwc.editions(names) == edition


def test_an_edition_that_there_is_not_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'gold'") as caught:
        qwc.editions(["pro", "gold"])

    assert caught.value.hint == "Use simple_start, pro, premier, enterprise."


PRINTABLE = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp"), exclude_characters="\ufffe\uffff"),
    min_size=1,
    max_size=80,
).filter(lambda text: text == text.strip())


@given(name=PRINTABLE, description=PRINTABLE, user=PRINTABLE)
def test_any_text_that_can_be_shown_comes_back(name: str, description: str, user: str) -> None:
    made = file(app_name=name, app_description=description, user_name=user, app_display_name=name)

    texts = found(made)
    assert (texts["AppName"], texts["AppDescription"], texts["UserName"]) == (name, description, user)
    assert texts["AppDisplayName"] == name
    assert qwc.to_xml(made).isascii()


REFUSED: list[tuple[str, Any, str]] = [
    ("app_name", "", "AppName is empty"),
    ("app_name", " ", "AppName is empty"),
    ("app_name", "a\nb", "AppName holds a character"),
    ("user_name", "petit\x00", "UserName holds a character"),
    ("user_name", "petit ", "UserName is empty or has blanks"),
    ("user_name", "\ud800", "UserName holds a character"),
    ("app_description", "", "AppDescription is empty"),
    ("app_description", "x" * 81, "AppDescription has 81 characters"),
    ("app_id", "\t7", "AppID is empty or has blanks"),
    ("app_display_name", "", "AppDisplayName is empty"),
    ("app_unique_name", "a\u2028b", "AppUniqueName holds a character"),
    ("app_url", "http://apps.example/qbwc", "AppURL is not https"),
    ("app_url", "https://10.0.0.7/qbwc", "AppURL names an IP address"),
    ("app_support", "https://[::1]/", "AppSupport names an IP address"),
    ("app_support", "https://help.apps.example/", "AppURL is at apps.example and AppSupport at help.apps.example"),
    ("app_support", "", "AppSupport is not a web address"),
    ("cert_url", "http://apps.example/", "CertURL is not https"),
    ("cert_url", "https://127.0.0.1/", "CertURL names an IP address"),
    ("owner_id", "6f1c2a6e-0b1d-4c57-9c0e-0d7a1f1f7a10", "OwnerID is not a GUID in braces"),
    ("owner_id", "{6f1c2a6e0b1d4c579c0e0d7a1f1f7a10}", "OwnerID is not a GUID in braces"),
    ("file_id", "{6f1c2a6e-0b1d-4c57-9c0e-0d7a1f1f7a1g}", "FileID is not a GUID in braces"),
    ("file_id", "{6f1c2a6e-0b1d-4c57-9c0e-0d7a1f1f7a10}\n", "FileID is not a GUID in braces"),
    ("qb_type", "QBO", "QBType cannot be 'QBO'"),
    ("qb_type", None, "QBType cannot be None"),
    ("style", "rpc", "Style cannot be 'rpc'"),
    ("personal_data", "yes", "PersonalDataPref cannot be 'yes'"),
    ("unattended", "no", "UnattendedModePref cannot be 'no'"),
    ("every", timedelta(seconds=59), "Scheduler cannot run every"),
    ("every", timedelta(0), "Scheduler cannot run every"),
    ("every", timedelta(minutes=1, milliseconds=500), "Scheduler cannot run every"),
]


@pytest.mark.parametrize(("field", "value", "message"), REFUSED)
def test_what_the_web_connector_refuses_is_refused_by_its_element(field: str, value: Any, message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        file(**{field: value})

    assert caught.value.message.startswith(message)
    element = message.split(maxsplit=1)[0]
    assert element in caught.value.hint or "AppSupport" in caught.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "https://apps.example", "https://apps.example:8443/a/b", "http://localhost", "http://LOCALHOST:8000/qbwc/",
        "https://server1/qbwc", "https://xn--caf-dma.example/", "https://localhost/",
    ],
)  # fmt: skip
def test_addresses_that_are_taken(url: str) -> None:
    check_urls(url, url)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "not a web address"),
        ("apps.example/qbwc", "not a web address"),
        ("ftp://apps.example/", "not a web address"),
        ("https://", "not a web address"),
        ("https://apps.example/a b", "not a web address"),
        ("https://apps.example/\n", "not a web address"),
        ("https://apps.example\\@evil.example/", "not a web address"),
        ("https://café.example/", "not a web address"),
        ("https://apps.example:port/", "not a web address"),
        ("https://[::1/", "not a web address"),
        ("https://jean:canary@apps.example/", "user name or a fragment"),
        ("https://apps.example/#top", "user name or a fragment"),
        ("https://apps.example/#", "user name or a fragment"),
        ("https://192.168.1.10/", "names an IP address"),
        ("http://127.0.0.1:8000/", "names an IP address"),
        ("http://[::1]:8000/", "names an IP address"),
        ("https://3232235786/", "names an IP address"),
        ("https://0xC0A8010A/", "names an IP address"),
        ("https://10.0.0.0x7/", "names an IP address"),
        ("https://192.168.1.10./", "names an IP address"),
        ("https://-apps.example/", "does not name a host"),
        ("https://apps..example/", "does not name a host"),
        ("https://my_apps.example/", "does not name a host"),
        ("https://" + "a" * 64 + ".example/", "does not name a host"),
        ("https://" + "a." * 130 + "example/", "does not name a host"),
        ("http://apps.example/", "is not https"),
        ("http://localhost.example/", "is not https"),
    ],
)
def test_addresses_that_the_web_connector_refuses(url: str, message: str) -> None:
    for setting, arguments in (
        ("base_url", (url, "https://apps.example")),
        ("support_url", ("https://apps.example", url)),
    ):
        with pytest.raises(ConfigurationError, match=message) as caught:
            check_urls(*arguments)
        assert caught.value.message.startswith(setting)
        assert "canary" not in str(caught.value)


def test_a_query_cannot_be_followed_by_a_connections_id() -> None:
    for url in ("https://apps.example/qbwc?x=1", "https://apps.example/qbwc?"):
        with pytest.raises(ConfigurationError, match="base_url has a query"):
            check_urls(url, "https://apps.example/")


def test_both_addresses_are_on_one_host() -> None:
    check_urls("https://Apps.example/qbwc", "https://apps.example:444/help?topic=desktop")
    with pytest.raises(ConfigurationError, match=r"base_url is at apps\.example and support_url at www\."):
        check_urls("https://apps.example/qbwc", "https://www.apps.example/help")
