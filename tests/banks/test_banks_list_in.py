"""Taking in a firm's list of bank connections: what is new is noted, what is there stays as it is."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import attrs
import pytest
from banks_house import BAKERY, BEGIN, END, FIRM, FIRM_REALM, JEAN, MARIE, WORKSHOP, Banks, opened
from hypothesis import given, settings
from hypothesis import strategies as st

from qbapps.banks import BankImport
from qbapps.domain.parties import Role
from qbapps.domain.states import ConnectionState
from qbapps.errors import NotFoundError

HEADER = (
    "Société;N° d'entreprise;Banque;Propriétaire;Identifié le;Dernier jour valable;"
    "Comptes;Régime;Identifiant;Historique"
)
COLUMNS = tuple(HEADER.split(";"))
NEW = "9130350000000009"


@attrs.frozen
class Lister:
    """Imports lists into a house."""

    house: Banks
    folder: Path

    def take(self, *lines: str, dry_run: bool = False) -> BankImport:
        path = self.folder / "banques.csv"
        path.write_text("\n".join((HEADER, *lines)) + "\n", encoding="utf-8")
        return self.house.qb.banks.import_list(path, firm=FIRM, dry_run=dry_run)

    def contents(self) -> tuple[object, ...]:
        """Return all that the store shows of connections, clients and the trail."""
        qb = self.house.qb
        return (
            [*qb.connections()],
            qb.clients(FIRM),
            qb.apps(),
            qb.banks.statuses(),
            [(one.kind, one.stream) for one in qb.events()],
        )


@pytest.fixture
def lister(house: Banks, tmp_path: Path) -> Lister:
    return Lister(house, tmp_path)


def line(
    company: str = "Menuiserie Petit",
    realm: str = WORKSHOP,
    bank: str = "Crédit Agricole",
    owner: str = JEAN,
    begun: str = "10/12/2021",
    stated: str = "",
    accounts: str = "512000=FR76 4821; 512100=4822",
    regime: str = "EEE",
    login: str = "",
    history: str = "90 jours",
) -> str:
    return ";".join((company, realm, bank, owner, begun, stated, f'"{accounts}"', regime, login, history))


def reasons(found: BankImport) -> list[tuple[int, str | None, str]]:
    return [(one.line, one.column, str(one.reason)) for one in found.refused]


def test_a_row_becomes_a_connection_as_if_it_were_connected(lister: Lister) -> None:
    qb = lister.house.qb
    qb.add_person(JEAN, name="Jean Durand", role="admin", firm=FIRM)

    found = lister.take(line())

    (taken,) = found.taken
    assert (found.refused, found.conflicts, found.unchanged, found.clients) == ((), (), (), ())
    assert taken == qb.connection(taken.id)
    assert (taken.state, taken.realm_id, taken.company_name) == (
        ConnectionState.CONNECTED,
        WORKSHOP,
        "Menuiserie Petit",
    )
    assert taken.owner is not None
    assert (taken.owner.email, taken.owner.name, taken.owner.role) == (JEAN, "Jean Durand", Role.ADMIN)
    status = qb.banks.status(taken.id)
    assert (status.bank, status.consent_end, status.history) == ("Crédit Agricole", END, "90 days")
    assert dict(status.accounts) == {"512000": "FR764821", "512100": "4822"}
    by_hand = lister.house.connect(bank="BRED", accounts={"512900": "1"}, history="90 days")
    assert [one.kind for one in qb.events(taken.id)] == [one.kind for one in qb.events(by_hand.id)]


def test_the_same_list_again_changes_nothing(lister: Lister) -> None:
    lines = (
        line(),
        line(bank="LCL", accounts="512300=1", begun="", owner="", regime="", history="").replace('"512300=1"', ""),
        line("Garage Étoile", "", "LCL", accounts="512000=1"),
        line("Fleurs Noir", NEW, "LCL"),
        line("Cabinet Durand", "", "LCL"),
    )
    first = lister.take(*lines)
    before = lister.contents()

    again = lister.take(*lines)

    assert (len(first.taken), first.refused, first.conflicts) == (5, (), ())
    assert (again.taken, again.refused, again.conflicts, again.clients) == ((), (), (), ())
    assert {one.id for one in again.unchanged} == {one.id for one in first.taken}
    assert lister.contents() == before


def test_a_trial_says_the_same_and_saves_nothing(lister: Lister) -> None:
    before = lister.contents()
    lines = (line(), line(), line("Fleurs Noir", NEW, "LCL"), line(bank="LCL", begun="31/02/2021"))

    trial = lister.take(*lines, dry_run=True)

    assert lister.contents() == before
    found = lister.take(*lines)
    assert (trial.is_saved, found.is_saved) == (False, True)
    assert [one.company_name for one in trial.taken] == [one.company_name for one in found.taken]
    assert (trial.refused, trial.clients) == (found.refused, found.clients)


def test_a_company_is_found_by_its_name_among_the_firm_s(lister: Lister) -> None:
    found = lister.take(
        line("MENUISERIE petit", "", "LCL"),
        line("cabinet durand", "", "LCL"),
        line("Garage Étoile", "", "LCL"),
    )

    assert [one.realm_id for one in found.taken] == [WORKSHOP, FIRM_REALM, None]
    listed = [one.id for one in lister.house.qb.connections(firm=FIRM, level="client")]
    assert listed.count(found.taken[2].id) == 1


def test_a_name_that_is_several_companies_is_not_guessed(lister: Lister) -> None:
    lister.house.qb.add_client(FIRM, realm_id=NEW, name="Boulangerie Martin")

    found = lister.take(line("Boulangerie Martin", ""), line("Boulangerie Martin", BAKERY))

    assert reasons(found) == [
        (2, "Société", f"several companies have this name: {BAKERY}, {NEW}; give the number"),
    ]
    assert [one.realm_id for one in found.taken] == [BAKERY]


def test_a_name_and_a_number_that_contradict_each_other_are_refused(lister: Lister) -> None:
    found = lister.take(line("Boulangerie Martin", WORKSHOP), line("Boulangerie Martin", NEW))

    assert found.taken == ()
    assert reasons(found) == [
        (number, "N° d'entreprise", f"Boulangerie Martin is known with the number {BAKERY}") for number in (2, 3)
    ]
    assert NEW not in {one.realm_id for one in lister.house.qb.clients(FIRM)}


def test_a_name_that_a_later_row_has_with_its_number_is_that_company(lister: Lister) -> None:
    lines = (line("Fleurs Noir", "", "LCL"), line("Fleurs Noir", NEW, "BRED", accounts="512900=1"))

    found = lister.take(*lines)

    assert [one.realm_id for one in found.taken] == [NEW, NEW]
    assert [(one.realm_id, one.name) for one in found.clients] == [(NEW, "Fleurs Noir")]
    assert len(lister.take(*lines).unchanged) == 2


def test_a_new_client_s_owner_is_known_as_in_the_firm(lister: Lister) -> None:
    lister.house.qb.add_person(MARIE, name="Marie Durand", role="team_member", firm=FIRM)

    (taken,) = lister.take(line("Fleurs Noir", NEW, owner=MARIE.upper())).taken

    assert taken.owner is not None
    assert (taken.owner.name, taken.owner.role) == ("Marie Durand", Role.TEAM_MEMBER)


def test_another_name_for_a_known_number_is_told_and_not_kept(lister: Lister) -> None:
    found = lister.take(line("Menuiserie Petit SARL"))

    assert [(one.line, one.connection_id, str(one.what)) for one in found.conflicts] == [
        (
            2,
            found.taken[0].id,
            "the list calls the company Menuiserie Petit SARL, we know it as Menuiserie Petit",
        )
    ]
    assert found.taken[0].company_name == "Menuiserie Petit"


def test_what_the_list_says_otherwise_is_told_and_not_kept(lister: Lister) -> None:
    known = lister.house.connect(history="24 months", stated=END)
    before = lister.contents()

    found = lister.take(
        line(
            owner=MARIE,
            begun="11/12/2021",
            stated="09/03/2022",
            accounts="512000=4821; 512200=4822",
            regime="Royaume-Uni",
            history="90 jours",
        )
    )

    assert [one.id for one in found.unchanged] == [known.id]
    assert [str(one.what) for one in found.conflicts] == [
        f"Propriétaire: the list says {MARIE}, we know {JEAN}",
        "Identifié le: the list says 2021-12-11, we know 2021-12-10",
        "Dernier jour valable: the list says 2022-03-09, we know 2022-03-10",
        "Comptes: the list says 512000=4821; 512200=4822, we know 512000=FR764821; 512100=4822",
        "Régime: the list says UK, we know EEA",
        "Historique: the list says 90 days, we know 24 months",
    ]
    assert {one.connection_id for one in found.conflicts} == {known.id}
    assert lister.contents() == before


def test_what_the_list_does_not_say_or_says_otherwise_in_form_only_is_no_difference(lister: Lister) -> None:
    lister.house.connect()

    short = lister.take(line(owner="", begun="", accounts="", regime="", history="").replace('""', ""))
    other = lister.take(
        line(
            owner=JEAN.upper(), begun="2021-12-10", stated="10/03/2022", accounts="512100=4822|512000=4821", history=""
        )
    )

    assert (short.conflicts, other.conflicts) == ((), ())
    assert (len(short.unchanged), len(other.unchanged)) == (1, 1)


def test_what_is_not_known_here_is_told_too(lister: Lister) -> None:
    lister.house.qb.banks.connect("Crédit Agricole", realm_id=WORKSHOP)

    found = lister.take(line())

    assert [str(one.what) for one in found.conflicts] == [
        f"Propriétaire: the list says {JEAN}, and nothing is recorded",
        "Identifié le: the list says 2021-12-10, and nothing is recorded",
        "Comptes: the list says 512000=FR764821; 512100=4822, and nothing is recorded",
        "Historique: the list says 90 days, and nothing is recorded",
    ]


def test_one_that_was_disconnected_is_not_noted_anew(lister: Lister) -> None:
    known = lister.house.connect(history="90 days")
    lister.house.qb.banks.record(known.id, "disconnected", on=BEGIN, in_review=0)

    found = lister.take(line())

    assert [one.id for one in found.unchanged] == [known.id]
    assert [str(one.what) for one in found.conflicts] == ["the list has it, and we know that it was disconnected"]


def test_one_that_was_known_by_name_alone_stays_it_when_the_list_learns_the_number(lister: Lister) -> None:
    (taken,) = lister.take(line("Garage Étoile", "", "LCL")).taken

    found = lister.take(line("Garage Étoile", NEW, "LCL"))

    assert ([one.id for one in found.unchanged], found.taken, found.clients) == ([taken.id], (), ())
    assert [str(one.what) for one in found.conflicts] == [
        f"N° d'entreprise: the list says {NEW}, and nothing is recorded"
    ]


def test_a_second_login_at_the_same_bank_is_another_connection(lister: Lister) -> None:
    found = lister.take(line(), line(login="carte", accounts="512900=9313"))

    assert len({one.app_id for one in found.taken}) == 2
    assert [one.name for one in lister.house.qb.apps()] == ["Crédit Agricole", "Crédit Agricole (carte)"]


def test_a_row_that_repeats_another_is_refused(lister: Lister) -> None:
    found = lister.take(line(), line(bank="credit agricole", owner=MARIE))

    assert reasons(found) == [(3, None, "repeats line 2")]
    assert len(found.taken) == 1
    assert len(lister.take(line(), line()).unchanged) == 1


def test_a_refused_row_stands_in_no_other_s_way(lister: Lister) -> None:
    found = lister.take(line(begun="12/12/2021"), line(accounts="512000=4821"))

    assert reasons(found) == [(2, "Identifié le", "this day is still to come")]
    assert len(found.taken) == 1


@pytest.mark.parametrize(
    ("changes", "column", "reason"),
    [
        ({"begun": "12/12/2021"}, "Identifié le", "this day is still to come"),
        ({"stated": "09/12/2021"}, "Dernier jour valable", "this is before the day of the login at the bank"),
        (
            {"begun": "", "accounts": "512000=1"},
            "Comptes",
            "the day of the login at the bank is missing, without which nothing else is known",
        ),
        (
            {"begun": "", "accounts": "", "stated": "10/03/2022"},
            "Dernier jour valable",
            "the day of the login at the bank is missing, without which nothing else is known",
        ),
    ],
)
def test_what_does_not_fit_together_is_refused(
    lister: Lister, changes: dict[str, str], column: str, reason: str
) -> None:
    assert reasons(lister.take(line(**changes))) == [(2, column, reason)]


def test_the_day_may_be_tomorrow_somewhere(lister: Lister) -> None:
    assert len(lister.take(line(begun=f"{BEGIN + timedelta(days=1):%d/%m/%Y}")).taken) == 1


def test_one_ledger_account_is_fed_by_one_connection(lister: Lister) -> None:
    lister.house.connect(bank="BRED", accounts={"512100": "77"})

    found = lister.take(line(), line(bank="LCL", accounts="512900=1"), line(bank="CIC", accounts="512300=4; 512900=2"))

    assert reasons(found) == [(2, "Comptes", "BRED feeds 512100 already"), (4, "Comptes", "LCL feeds 512900 already")]
    assert [one.app_id for one in found.taken] == ["bank-lcl"]


def test_one_account_of_the_bank_is_read_by_one_connection(lister: Lister) -> None:
    lister.house.connect(bank="BRED", accounts={"512900": "FR7630006000011234567890189"})

    found = lister.take(line(accounts="512000=FR7630006000011234567890189"))

    ((number, column, reason),) = reasons(found)
    assert (number, column) == (2, None)
    assert "another connection reads it already" in reason


def test_what_the_ledger_was_fed_by_once_is_free_again(lister: Lister) -> None:
    known = lister.house.connect(bank="BRED", accounts={"512000": "77"})
    lister.house.qb.banks.record(known.id, "disconnected", on=BEGIN, in_review=0)

    assert len(lister.take(line()).taken) == 1


def test_a_long_list_is_saved_in_batches_and_an_interrupted_one_goes_on(lister: Lister) -> None:
    lines = [line(f"Client {n}", str(9130350000001000 + n), accounts="") for n in range(300)]
    lister.take(*lines[:200])

    found = lister.take(*lines)

    assert (len(found.taken), len(found.unchanged), len(found.clients)) == (100, 200, 100)
    assert len(lister.house.qb.banks.statuses(firm=FIRM)) == 300
    assert lister.house.qb.verify_events() == ()


def test_without_the_firm_nothing_is_read(lister: Lister, tmp_path: Path) -> None:
    (tmp_path / "banques.csv").write_text(f"{HEADER}\n{line()}\n", encoding="utf-8")

    with pytest.raises(NotFoundError):
        lister.house.qb.banks.import_list(tmp_path / "banques.csv", firm="nobody")


_LINES = st.builds(
    line,
    company=st.sampled_from(["Menuiserie Petit", "Boulangerie Martin", "Fleurs Noir", "Garage Étoile", ""]),
    realm=st.sampled_from([WORKSHOP, BAKERY, NEW, FIRM_REALM, ""]),
    bank=st.sampled_from(["LCL", "lcl", "Crédit Agricole", ""]),
    owner=st.sampled_from([JEAN, MARIE, "", "Jean"]),
    begun=st.sampled_from(["10/12/2021", "2021-12-01", "12/12/2021", ""]),
    stated=st.sampled_from(["", "10/03/2022", "01/01/2020"]),
    accounts=st.sampled_from(["", "512000=4821", "512000=4822; 512100=4821", "512000"]),
    regime=st.sampled_from(["EEE", "", "UK", "?"]),
    login=st.sampled_from(["", "carte"]),
)


@settings(max_examples=25, deadline=None)
@given(lines=st.lists(_LINES, max_size=8))
def test_each_row_is_taken_there_or_refused_and_a_second_time_adds_nothing(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    with opened() as house:
        lister = Lister(house, tmp_path_factory.mktemp("list"))
        trial = lister.take(*lines, dry_run=True)
        first = lister.take(*lines)
        before = lister.contents()
        again = lister.take(*lines)

        for found in (trial, first, again):
            assert len(found.taken) + len(found.unchanged) + len({one.line for one in found.refused}) == len(lines)
        assert trial.refused == first.refused
        assert again.taken == again.clients == ()
        assert lister.contents() == before
        fed = Counter((one.realm_id, ledger) for one in house.qb.banks.statuses() for ledger in one.accounts)
        assert max(fed.values(), default=0) <= 1
