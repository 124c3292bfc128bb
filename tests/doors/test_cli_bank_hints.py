"""``qbapps bank hints``, and the hints of ``plan`` and ``repair``: from the simulator's books over HTTP."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from cli_bank import Shell
from cli_people import CLIENT_REALM, JEAN

import qbapps
from qbapps.cli import bank_options
from qbapps.cli.bank_hints import Asked
from qbapps.cli.bank_known import Known
from qbapps.simulator import Fault, Intuit
from qbapps.vault import new_key

TODAY = bank_options.today()
BEGUN = TODAY - timedelta(days=300)
CALLBACK = "http://localhost:8400/callback"
ANY_DAY = date(2022, 3, 11)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@attrs.frozen
class House:
    """A company with books in the simulator, an app that is connected to it, and a bank that is noted."""

    shell: Shell
    intuit: Intuit
    bank: str
    online: str
    url: str
    key: str

    def enter(self, entity: str, days: int, account: str, name: str, cleared: str = "", **body: Any) -> None:
        reference = {name: {"value": account}}
        self.intuit.enter(CLIENT_REALM, entity, {"TxnDate": f"{ago(days)}", **reference, **body}, cleared=cleared)

    def connect(self, app: str) -> str:
        """Connect another app to the same company."""
        with qbapps.open(self.url, key=self.key) as qb:
            return connected(qb, self.intuit, app)


def connected(qb: qbapps.QBApps, intuit: Intuit, app: str) -> str:
    intuit.add_app(app, f"{app}-secret", redirect_uris=[CALLBACK])
    qb.register_app(
        app,
        client_id=app,
        client_secret=f"{app}-secret",
        redirect_uri=CALLBACK,
        discovery_url=intuit.discovery_url,
        api_url=intuit.api_url,
    )
    return qb.complete(intuit.consent(qb.begin_connect(app).url, user=JEAN, realm_id=CLIENT_REALM)).id


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    key, url = new_key().reveal(), f"sqlite:///{tmp_path / 'qbapps.db'}"
    monkeypatch.setenv("QBAPPS_KEY", key)
    monkeypatch.setenv("QBAPPS_STORE", url)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)
    with Intuit() as intuit:
        intuit.add_user(JEAN, name="Jean Durand")
        intuit.add_company(CLIENT_REALM, name="Menuiserie Petit", admins=[JEAN])
        intuit.add_account(CLIENT_REALM, "Banque", number="512000")
        intuit.add_account(CLIENT_REALM, "Carte", number="512900", kind="Credit Card")
        with qbapps.open(url, key=key) as qb:
            online = connected(qb, intuit, "dext")
            bank = qb.banks.connect(
                "Crédit Agricole",
                realm_id=CLIENT_REALM,
                authenticated_on=BEGUN,
                accounts={"512000": "4821", "512900": "9313"},
                history="24 months",
            )
        made = House(Shell(tmp_path), intuit, bank.id, online, url, key)
        made.enter("Purchase", 130, "1", "AccountRef", "C", TotalAmt=12)
        made.enter("Deposit", 40, "1", "DepositToAccountRef", TotalAmt=1250.5)
        made.enter("Purchase", 90, "2", "AccountRef", TotalAmt=9)
        made.enter("Purchase", -30, "2", "AccountRef", TotalAmt=30)
        yield made


def test_the_newest_entries_are_shown_with_what_they_are_worth(house: House) -> None:
    result = house.shell.run("hints", house.bank)
    told = " ".join(result.stdout.split())

    assert result.exit_code == 0, result.output
    assert "Account 512000 In the chart of accounts 512000 Banque (id 1)" in told
    assert "(bank deposit 2, 1,250.50)" in told
    assert "(Expense 1)" in told
    assert "512900: no entry is marked as cleared" in told
    assert "These dates are hints: QuickBooks' API gives the entries of the books" in told
    (command,) = [line for line in result.stdout.splitlines() if line.startswith("  qbapps bank plan")]
    assert command == (
        f"  qbapps bank plan {house.bank} --booked 512000={ago(130)} --booked 512900={ago(90)},{ago(-30)} "
        "--source api_any"
    )


def test_what_it_says_to_type_makes_the_plan_that_the_hints_make(house: House) -> None:
    command = house.shell.done("hints", house.bank)["command"]

    typed = house.shell.done(*shlex.split(command)[2:])
    found = house.shell.done("plan", house.bank, "--hints")

    assert {**found, "hints": None} == {**typed, "hints": None}
    assert typed["accounts"]["512000"]["start"] == f"{ago(129)}"
    assert "from_the_ledger" in typed["accounts"]["512000"]["codes"]


def test_as_json_every_entry_is_there_with_its_source(house: House) -> None:
    found = house.shell.done("hints", house.bank, "--today", f"{ago(0)}")

    assert (found["connection_id"], found["online"], found["unread"]) == (house.bank, house.online, [])
    assert found["why"].startswith("These dates are hints")
    bank, card = found["accounts"]["512000"], found["accounts"]["512900"]
    assert bank["newest"] == {"day": f"{ago(40)}", "kind": "Deposit", "id": "2", "amount": "1250.50"}
    assert (bank["newest_cleared"]["day"], bank["source"], bank["booked"]) == (
        f"{ago(130)}",
        "api_cleared",
        [f"{ago(130)}"],
    )
    assert (card["newest_cleared"], card["source"], card["future"]["day"]) == (None, "api_any", f"{ago(-30)}")
    assert found["command"].endswith(f"--today {TODAY}")


def test_what_the_chart_calls_otherwise_is_named(house: House) -> None:
    with qbapps.open(house.url, key=house.key) as qb:
        other = qb.banks.connect(
            "BRED", realm_id=CLIENT_REALM, authenticated_on=BEGUN, accounts={"512001": "1"}, history="24 months"
        ).id

    unknown = house.shell.refused("hints", other)
    named = house.shell.done("hints", other, "--account", "512001=banque")
    planned = house.shell.done("plan", other, "--hints", "--named", "512001=1")

    assert "512000 Banque (id 1)" in unknown["hint"]
    assert named["accounts"]["512001"]["ledger"]["id"] == "1"
    assert planned["hints"]["accounts"].keys() == planned["accounts"].keys() == {"512001"}
    assert house.shell.refused("hints", other, "--account", "512002=1")["code"] == "configuration_error"
    assert "names 512001 twice" in house.shell.refused("hints", other, *(["--account", "512001=1"] * 2))["message"]


def test_days_before_the_first_one_are_not_looked_at(house: House) -> None:
    found = house.shell.done("hints", house.bank, "--since", f"{ago(60)}")["accounts"]

    assert found["512000"]["newest_cleared"] is None
    assert (found["512900"]["newest"], found["512900"]["since"]) == (None, f"{ago(60)}")


def test_where_several_can_be_asked_one_is_named(house: House) -> None:
    other = house.connect("zapier")

    several = house.shell.refused("hints", house.bank)

    assert (several["code"], other in several["hint"]) == ("configuration_error", True)
    assert house.shell.done("hints", house.bank, "--online", other)["online"] == other
    assert house.shell.done("plan", house.bank, "--hints", "--online", other)["hints"]["online"] == other
    assert house.shell.refused("plan", house.bank, "--hints")["code"] == "configuration_error"
    assert house.shell.refused("repair", house.bank, "--hints", stdin="1\n")["code"] == "configuration_error"


def test_errors_come_out_as_elsewhere(house: House) -> None:
    assert house.shell.refused("hints", "con_nobody")["code"] == "not_found"
    assert house.shell.refused("hints", house.bank, "--online", "con_nobody")["code"] == "not_found"
    with qbapps.open(house.url, key=house.key) as qb:
        qb.pause(house.online)
    paused = house.shell.refused("hints", house.bank)
    assert (paused["code"], "paused" in paused["hint"]) == ("configuration_error", True)
    assert house.shell.refused("hints", house.bank, "--online", house.online, code=5)["code"] == "transition_refused"
    with qbapps.open(house.url, key=house.key) as qb:
        qb.resume(house.online)
    house.intuit.disconnect("dext", CLIENT_REALM)
    ended = house.shell.refused("hints", house.bank, code=5)
    assert ended["code"] == "reconnect_required"


def test_what_could_not_be_read_is_said_and_leaves_something_to_do(house: House) -> None:
    refusal = Fault("query", "api_fault", after=3, code="5020", status=400, type="ValidationFault")
    house.intuit.inject(refusal)
    result = house.shell.run("hints", house.bank)
    assert result.exit_code == 3
    assert "What could not be read" in result.stdout

    house.intuit.inject(refusal)
    (unread,) = house.shell.done("hints", house.bank, code=3)["unread"]
    assert unread["code"] == "not_read"
    assert "5020" in unread["text"]


def test_a_plan_takes_hints_for_what_was_not_typed_and_says_so(house: House) -> None:
    shown = house.shell.run("plan", house.bank, "--hints")
    told = " ".join(shown.stdout.split())

    # It stopped as the consent ended: what is newer in the books was typed there.
    without = house.shell.done("plan", house.bank)
    assert without["accounts"] == {}
    assert "Hints from the books" in told
    assert "These dates are hints" in told
    assert "The dates come from the ledger, not from the bank's feed" in told


def test_typed_days_win_over_hints(house: House) -> None:
    typed = ago(125)
    found = house.shell.done("plan", house.bank, "--hints", "--booked", f"512000={typed}")["accounts"]
    none = house.shell.done("plan", house.bank, "--hints", "--booked", "512000=")["accounts"]
    review = house.shell.done("plan", house.bank, "--hints", "--review", f"512000={ago(121)}")["accounts"]

    assert found["512000"]["newest"] == f"{typed}"
    assert "from_the_ledger" not in found["512000"]["codes"]
    assert "no_prior_rows" in none["512000"]["codes"]
    assert "from_the_ledger" in found["512900"]["codes"]
    assert review["512000"]["newest"] == f"{ago(121)}", "the newest of all tabs"


def test_hints_need_a_connection_and_their_options_need_them(house: House) -> None:
    for command in ("plan", "repair"):
        assert house.shell.refused(command, "--hints")["message"] == "--hints needs CONNECTION"
        alone = house.shell.refused(command, house.bank, "--online", house.online)
        assert alone["message"] == "--online and --named need --hints"
        assert "need --hints" in house.shell.refused(command, house.bank, "--named", "512000=1")["message"]
    assert "does not go with" in house.shell.refused("plan", house.bank, "--hints", "--bank", "LCL")["message"]
    assert "query" not in {one.operation for one in house.intuit.requests}


@pytest.mark.parametrize(
    ("lang", "why", "hint", "question"),
    [
        (
            "en",
            "These dates are hints",
            "512000: the newest cleared entry is of",
            "512000: of which day is the newest in “Categorised”?",
        ),
        (
            "fr",
            "Ces dates ne sont que des indices",
            "512000\u00a0: l’écriture compensée ou rapprochée la plus récente est du",
            "512000\u00a0: de quelle date est la plus récente de «\u00a0Dans QuickBooks\u00a0»\u00a0?",
        ),
    ],
)
def test_a_repair_shows_the_hint_just_before_its_question(
    house: House, lang: str, why: str, hint: str, question: str
) -> None:
    result = house.shell.run("repair", house.bank, "--hints", lang=lang, stdin="y\n\n\n\n\n\n\n\n")

    told = " ".join(result.stderr.replace("\u00a0", "~").split()).replace("~", "\u00a0")
    assert result.exit_code == 0, result.output
    assert (told.count(why), told.count(hint)) == (1, 1)
    assert told.index(why) < told.index(hint) < told.index(question)
    assert "512900" in told.partition(question)[2]
    assert "512900" not in told.partition(question)[0]


def test_a_repair_takes_no_hint_for_an_answer(house: House) -> None:
    found = house.shell.done("repair", house.bank, "--hints", stdin="y\n\n\n\n\n\n\n\n")

    for account in ("512000", "512900"):
        assert "no_prior_rows" in found["accounts"][account]["codes"], "Enter says that there is none"
        assert "from_the_ledger" not in found["accounts"][account]["codes"]


def test_no_hint_is_shown_where_the_question_was_answered_beforehand(house: House) -> None:
    booked = ("--booked", f"512000={ago(125)}", "--booked", "512900=")

    result = house.shell.run("repair", house.bank, "--hints", *booked, stdin="y\n\n\n\n\n\n")

    assert "hints" not in result.stderr
    assert "newest entry" not in result.stderr


def test_to_go_on_the_books_are_asked_again() -> None:
    asked = Asked(online="con_2", named={"512000": "Compte courant"})
    known = Known(today=ANY_DAY, connection="con_1", cause="revoked", asked=asked)

    assert known.command("repair") == (
        "qbapps bank repair con_1 --cause revoked --hints --online con_2 --named '512000=Compte courant' "
        "--today 2022-03-11"
    )
    assert "--hints" not in known.command("plan"), "what was answered is in it"
