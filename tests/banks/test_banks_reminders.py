"""Reminders as a calendar reads them: real days, stable ids, and a file that the standard allows."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from qbapps import banks
from qbapps.banks import Consent, Renewal, calendar_lines
from qbapps.domain.banks import consent as consents
from qbapps.errors import ConfigurationError


def consent(**changes: object) -> Consent:
    given_on = {"id": "con_1", "name": "Crédit Agricole", "authenticated_on": date(2022, 5, 31)}
    return Consent(**{**given_on, **changes})  # type: ignore[arg-type]


def events(text: str) -> list[Event]:
    return list(Calendar.from_ical(text).walk("VEVENT"))


def days(text: str) -> list[date]:
    return [event["DTSTART"].dt for event in events(text)]


def uids(text: str) -> list[str]:
    return [str(event["UID"]) for event in events(text)]


def test_a_consent_of_ninety_days_is_reminded_of_in_time() -> None:
    found = days(banks.reminders_ics([consent()]))

    # Three months after 31 May 2022 would be 31 August: two days late.
    assert found == [date(2022, 8, 15), date(2022, 8, 22), date(2022, 8, 28), date(2022, 8, 29)]


def test_an_entry_is_a_whole_day_with_an_alarm_on_it() -> None:
    event = events(banks.reminders_ics([consent()], leads=(7,)))[0]
    alarm = event.walk("VALARM")[0]

    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2022, 8, 22), date(2022, 8, 23))
    assert alarm["TRIGGER"].dt == timedelta(hours=9)
    assert str(alarm["DESCRIPTION"]) == str(event["SUMMARY"]) == "Crédit Agricole: renew bank access by 29 August 2022"
    assert (str(event["STATUS"]), int(event["SEQUENCE"]), str(event["TRANSP"])) == ("CONFIRMED", 0, "TRANSPARENT")


def test_nothing_recurs() -> None:
    assert "RRULE" not in banks.reminders_ics([consent(), consent(id="con_2")])


@pytest.mark.parametrize(
    ("lang", "title", "todo"),
    [
        ("en", "Crédit Agricole: last day of bank access", "select “Update” on the tile"),
        ("fr", "Crédit Agricole\u00a0: dernier jour de l’accès bancaire", "cliquez sur «\u00a0Mettre à jour\u00a0»"),
    ],
)
def test_an_entry_says_what_to_do_in_the_user_s_language(lang: str, title: str, todo: str) -> None:
    event = events(banks.reminders_ics([consent()], leads=[0], lang=lang))[0]

    assert str(event["SUMMARY"]) == title
    assert todo in str(event["DESCRIPTION"])


@pytest.mark.parametrize(("regime", "label"), [("UK", "“Reconfirm”"), ("AU", "“Renew”")])
def test_what_to_do_is_what_the_law_of_the_consent_wants(regime: str, label: str) -> None:
    assert label in str(events(banks.reminders_ics([consent(regime=regime)], leads=[0]))[0]["DESCRIPTION"])


def test_a_renewal_moves_the_same_entries() -> None:
    before = consent()
    after = consents.renewed(before, date(2022, 8, 20), by=Renewal.REAUTHENTICATE)

    old, new = banks.reminders_ics([before]), banks.reminders_ics([after])

    assert uids(old) == uids(new)
    assert [int(event["SEQUENCE"]) for event in events(new)] == [1, 1, 1, 1]
    assert max(days(new)) == date(2022, 11, 18)


def test_an_entry_s_id_is_of_its_connection_and_lead_alone() -> None:
    both = banks.reminders_ics([consent(), consent(id="con_2", name="LCL")])

    assert len(set(uids(both))) == 8
    assert set(uids(banks.reminders_ics([consent(name="Other name")]))) < set(uids(both))
    assert set(uids(banks.reminders_ics([consent()], leads=(1,)))) < set(uids(both))


def test_what_was_revoked_is_cancelled() -> None:
    found = events(banks.reminders_ics([consents.ended(consent(), date(2022, 7, 1))]))

    assert [str(event["STATUS"]) for event in found] == ["CANCELLED"] * 4
    assert [int(event["SEQUENCE"]) for event in found] == [1] * 4
    assert not any(event.walk("VALARM") for event in found)


def test_a_reminder_before_the_consent_began_is_none() -> None:
    short = consent(stated_end=date(2022, 6, 7))

    found = events(banks.reminders_ics([short]))

    assert [(event["DTSTART"].dt, str(event["STATUS"])) for event in found] == [
        (date(2022, 5, 24), "CANCELLED"),
        (date(2022, 5, 31), "CONFIRMED"),
        (date(2022, 6, 6), "CONFIRMED"),
        (date(2022, 6, 7), "CONFIRMED"),
    ]


def test_an_end_that_is_not_known_has_no_entry() -> None:
    assert events(banks.reminders_ics([consent(regime="OTHER")])) == []
    assert events(banks.reminders_ics([])) == []


def test_an_end_that_is_not_known_any_more_takes_its_entries_back() -> None:
    before = consent(regime="OTHER", stated_end=date(2022, 8, 29))
    after = consents.renewed(before, date(2022, 8, 20), by=Renewal.REAUTHENTICATE)

    old, new = events(banks.reminders_ics([before])), events(banks.reminders_ics([after]))

    assert [str(event["UID"]) for event in new] != []
    assert {str(event["UID"]) for event in new} == {str(event["UID"]) for event in old}
    assert {str(event["STATUS"]) for event in new} == {"CANCELLED"}
    assert {int(event["SEQUENCE"]) for event in new} == {1}
    assert {event["DTSTART"].dt for event in new} == {date(2022, 8, 20)}
    assert str(new[0]["SUMMARY"]) == "Crédit Agricole: last day of bank access not known"
    assert not any(event.walk("VALARM") for event in new)


@attrs.frozen
class Known:
    """A consent of a client, as a firm's list has it."""

    id: str = "con_1"
    name: str = "Crédit Agricole"
    consent_end: date | None = date(2024, 3, 1)
    company: str | None = None
    granted_by: str | None = None
    accounts: tuple[str, ...] = ()


@pytest.mark.parametrize(
    ("lang", "lines"),
    [
        (
            "en",
            (
                "Company: Menuiserie Petit.",
                "The consent is of jean@durand.example: nobody else can renew it.",
                "Accounts: 512000, 512100.",
            ),
        ),
        (
            "fr",
            (
                "Entreprise\u00a0: Menuiserie Petit.",
                "Le consentement est celui de jean@durand.example\u00a0: personne d’autre ne peut le renouveler.",
                "Comptes\u00a0: 512000, 512100.",
            ),
        ),
    ],
)
def test_the_clients_of_one_bank_are_told_apart(lang: str, lines: tuple[str, ...]) -> None:
    one = Known(company="Menuiserie Petit", granted_by="jean@durand.example", accounts=("512000", "512100"))
    two = Known(id="con_2", company="Boulangerie\r\nMartin")

    found = events(banks.reminders_ics([one, two], leads=[7], lang=lang))
    titles = {str(event["SUMMARY"]).replace("\u00a0", " ").partition(":")[0].strip() for event in found}

    assert titles == {"Crédit Agricole, Menuiserie Petit", "Crédit Agricole, Boulangerie Martin"}
    told = next(str(event["DESCRIPTION"]) for event in found if "Petit" in str(event["SUMMARY"]))
    assert tuple(told.split("\n")[-3:]) == lines


def test_what_is_not_known_of_a_consent_is_left_out() -> None:
    event = events(banks.reminders_ics([Known()], leads=[0]))[0]

    assert str(event["SUMMARY"]) == "Crédit Agricole: last day of bank access"
    assert len(str(event["DESCRIPTION"]).split("\n")) == 2


def test_anything_with_an_end_will_do() -> None:
    @attrs.frozen
    class Plain:
        id: str
        name: str
        consent_end: date | None

    first = banks.reminders_ics([Plain("con_9", "LCL", date(2024, 3, 1))], leads=[1, 1, 0])
    later = banks.reminders_ics([Plain("con_9", "LCL", date(2024, 5, 1))], leads=[0])

    assert days(first) == [date(2024, 2, 29), date(2024, 3, 1)]
    assert int(events(later)[0]["SEQUENCE"]) > int(events(first)[0]["SEQUENCE"])


@pytest.mark.parametrize("leads", [(-1,), (1.5,), ("7",), (True,), (timedelta(days=1),)])
def test_a_lead_is_a_number_of_days_before(leads: tuple[object, ...]) -> None:
    with pytest.raises(ConfigurationError, match="no number of days"):
        banks.reminders_ics([consent()], leads=leads)  # type: ignore[arg-type]


def test_two_connections_of_one_id_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="con_1"):
        banks.reminders_ics([consent(), consent(name="LCL")])


def test_the_same_consents_make_the_same_file_in_any_order() -> None:
    one, other = consent(), consent(id="con_2", name="LCL", authenticated_on=date(2022, 5, 1))

    assert banks.reminders_ics([one, other], leads=(0, 7)) == banks.reminders_ics([other, one], leads=(7, 0))


def test_it_is_stamped_with_when_it_was_written_where_that_is_given() -> None:
    at = datetime(2022, 6, 1, 12, 30, tzinfo=UTC)

    assert events(banks.reminders_ics([consent()], leads=[0], written_at=at))[0]["DTSTAMP"].dt == at
    assert events(banks.reminders_ics([consent()], leads=[0]))[0]["DTSTAMP"].dt == datetime(2022, 5, 31, tzinfo=UTC)


NAMES = st.text(min_size=1, max_size=200).filter(lambda text: text.strip())


@given(
    NAMES,
    NAMES,
    st.dates(date(2019, 9, 14), date(2090, 1, 1)),
    st.sets(st.integers(0, 400), max_size=5),
    st.sampled_from(["en", "fr"]),
)
def test_whatever_the_names_are_the_file_is_sound(ident: str, name: str, day: date, leads: set[int], lang: str) -> None:
    one = consent(id=ident, name=name, authenticated_on=day)

    text = banks.reminders_ics([one], leads=leads, lang=lang)

    assert all(len(line.encode("utf-8")) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    assert text.endswith("END:VCALENDAR\r\n")
    found = events(text)
    assert len(found) == len(leads)
    assert all(one.consent_end is not None and event["DTSTART"].dt <= one.consent_end for event in found)
    assert all("\n" not in str(event["SUMMARY"]) for event in found)


@given(st.text(max_size=300))
def test_a_line_folds_without_losing_a_character(text: str) -> None:
    line = "SUMMARY:" + calendar_lines.text(text)
    folded = calendar_lines.folded(line)

    assert re.sub("\r\n ", "", folded) == line
    assert all(len(piece.encode("utf-8")) <= 75 for piece in folded.split("\r\n"))
