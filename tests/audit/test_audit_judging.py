"""Rules put to the view: one's own, wrong ones, and what is said in which language."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime, timedelta

import polars as pl
import pytest
from audit_frames import APPS, AT, CLIENT, FIRM, REALM, TODAY, audit, connection, found, listing, person

from qbapps import ConfigurationError, Rule, Severity, Thresholds
from qbapps.audit import PlanFor
from qbapps.domain.plan import PlanAction
from qbapps.language import words


def own(**changed: object) -> Rule:
    given = {
        "name": "no_tenant",
        "severity": "low",
        "when": pl.col("is_alive") & pl.col("reference").is_null(),
        "what": "{app_name} at {company_name} belongs to no tenant.",
        "do": "Give a reference at its next consent.",
    }
    return Rule(**{**given, **changed})  # type: ignore[arg-type]


def test_a_rule_of_ones_own_is_a_name_a_condition_and_two_sentences() -> None:
    (finding,) = audit(connection(1), connection(2, reference="tenant-7"), rules=[own()]).findings

    assert (finding.rule, finding.severity, finding.connection_id) == ("no_tenant", Severity.LOW, "con_1")
    assert finding.what == "Dext at Boulangerie Martin belongs to no tenant."
    assert finding.evidence == {"app_name": "Dext", "company_name": "Boulangerie Martin"}
    assert finding.plan is None


def test_a_rule_of_ones_own_may_have_a_plan_and_more_evidence() -> None:
    plan = PlanFor(action=PlanAction.DISCONNECT, takes={"app": "app_id", "realm_id": "realm_id", "firm": "firm_id"})

    (finding,) = audit(connection(), rules=[own(plan=plan, evidence="connected_at")]).findings

    assert finding.plan is not None
    assert finding.plan.arguments == {"app": "dext", "realm_id": REALM}, "what has no value is left out"
    assert finding.plan.command == f"qbapps plan disconnect --app dext --realm {REALM}"
    assert finding.evidence["connected_at"] == (AT - timedelta(days=200)).isoformat()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"when": pl.col("nonsense")}, "names nonsense, which the view does not have"),
        ({"what": "{nonsense} is wrong."}, "names nonsense, which the view does not have"),
        ({"urgent": pl.col("nonsense") > 3}, "names nonsense, which the view does not have"),
        ({"per": "nonsense"}, "names nonsense, which the view does not have"),
        ({"what": "{count} are wrong."}, "names count, which the view does not have"),
        ({"when": pl.col("grant")}, "'no_tenant' has a condition that is no yes or no, but Int64"),
        ({"when": pl.col("is_alive", "owner_is_gone")}, "no yes or no, but Boolean, Boolean"),
        ({"when": pl.col("app_id") > 3}, "'no_tenant' cannot be computed"),
    ],
)
def test_a_rule_that_cannot_be_put_says_which_and_why(wrong: dict[str, object], message: str) -> None:
    taken = audit(connection(), rules=[own(**wrong)])

    with pytest.raises(ConfigurationError, match=message) as told:
        _ = taken.findings
    assert told.value.hint


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"what": "a { b"}, "what cannot be said"),
        ({"what": "a {} b"}, "what cannot be said"),
        ({"what": "a {{app_name}} b"}, "what cannot be said"),
        ({"do": "{connected_at:%Y}"}, "do cannot be said"),
        ({"do": "{owner.name}"}, "do cannot be said"),
        ({"when": True}, "when is True, not an expression"),
        ({"urgent": "is_alive"}, "urgent is 'is_alive', not an expression"),
        ({"severity": "terrible"}, "no severity 'terrible'"),
        ({"name": " "}, "has no name"),
    ],
)
def test_a_rule_that_is_none_is_refused_where_it_is_made(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as told:
        own(**wrong)
    assert told.value.hint


def test_a_condition_over_several_columns_is_as_good_as_on_the_view() -> None:
    rule = own(when=pl.any_horizontal(pl.col("is_alive", "owner_is_gone")), what="{token_left} {app_scopes}")

    (finding,) = audit(connection(), rules=[rule]).findings

    assert finding.what == "99 com.intuit.quickbooks.accounting, openid, email"


def test_findings_can_be_sent_elsewhere_and_put_into_sets() -> None:
    taken = audit(connection(state="needs_reconnect"), connection(2, owner_role="standard"))
    findings = taken.findings

    again = pickle.loads(pickle.dumps(taken))  # noqa: S301 - our own

    assert again.findings == findings
    assert copy.deepcopy(findings) == findings
    assert len({*findings, *again.findings}) == len(findings)


def test_there_is_no_plan_where_it_would_be_of_more_than_was_found() -> None:
    old = TODAY - timedelta(days=300)
    row = connection(realm_id=None, reach="hand", last_used_on=old, owner_role="standard")

    told = found(row)

    assert told["unused"].plan is None
    assert told["owner_no_admin"].plan is None
    assert audit(row).to_polars("findings")["plan"].to_list() == [None] * len(told)


def test_nobody_is_told_to_transfer_to_themselves() -> None:
    people = [person("jean@durand.example", "primary_admin")]
    row = connection(state="needs_reconnect", cause="owner_lost_access")

    plan = found(row, firms=[FIRM], clients=[CLIENT], people=people)["owner_no_admin"].plan

    assert plan is not None
    assert "to" not in plan.arguments
    assert plan.command.startswith("qbapps plan transfer --to WHOM ")


def test_an_address_is_one_person_however_it_is_written() -> None:
    rows = [
        connection(
            n, owner_email="JEAN@durand.example" if n % 2 else "jean@durand.example", realm_id=f"91303500000{n:05}"
        )
        for n in range(4)
    ]

    taken = audit(*rows, thresholds=Thresholds(owned=3))

    assert [one.evidence["count"] for one in taken.findings if one.rule == "owns_many"] == [4]
    assert taken.summary.owners == 1


def test_what_is_known_of_somebody_counts_wherever_they_own() -> None:
    gone = person("jean@durand.example", left_on=TODAY)
    two_firms = [{**FIRM, "id": "blanc", "realm_id": None}, FIRM]
    both = [{**CLIENT, "firm_id": "blanc"}, CLIENT]
    by_hand = connection(2, realm_id=None, reach="hand", owner_sub=None)

    assert "owner_gone" in found(connection(), firms=two_firms, clients=both, people=[gone])
    assert "owner_gone" in found(by_hand, firms=[FIRM], people=[gone])
    stays = {**person("jean@durand.example"), "firm_id": "blanc"}
    assert "owner_gone" not in found(connection(), firms=two_firms, clients=both, people=[gone, stays])
    assert "owner_gone" in found(connection(), firms=two_firms, clients=[CLIENT], people=[gone, stays])
    assert "owner_gone" not in found(by_hand, firms=two_firms, people=[gone, stays])


def test_the_plan_is_of_the_firm_that_the_owner_left() -> None:
    gone = person("jean@durand.example", left_on=TODAY)
    firms = [{**FIRM, "id": "blanc", "realm_id": None}, FIRM]
    clients = [{**CLIENT, "firm_id": "blanc"}, CLIENT]

    plan = found(connection(), firms=firms, clients=clients, people=[gone])["owner_gone"].plan

    assert plan is not None
    assert plan.arguments == {"firm": "durand", "owner": "jean@durand.example"}


def test_one_company_is_one_whatever_it_is_called_and_so_is_a_purpose() -> None:
    apps = [{**app, "category": "receipts "} if app["id"] == "expensya" else app for app in APPS]
    rows = [connection(1), connection(2, app_id="expensya", company_name="BOULANGERIE MARTIN")]

    finding = found(*rows, apps=apps)["same_purpose"]

    assert (finding.realm_id, finding.company_name) == (REALM, "Boulangerie Martin")
    assert finding.what == "Boulangerie Martin has 2 apps for the same purpose (Receipts): Dext, Expensya."


def test_a_row_without_the_companys_number_is_of_the_one_company_of_that_name() -> None:
    by_hand = connection(2, app_id="expensya", realm_id=None, reach="hand", company_name="boulangerie martin ")
    namesake = connection(3, app_id="time", realm_id="9130350000000555")

    assert "same_purpose" in found(connection(1), by_hand)
    assert "same_purpose" not in found(connection(1), by_hand, namesake), "it may be either's"


def test_a_connection_that_was_just_connected_is_not_unused() -> None:
    row = connection(last_used_on=TODAY - timedelta(days=200), connected_at=AT - timedelta(days=1))

    assert "unused" not in found(row)


def test_what_a_list_had_imported_as_disconnected_and_has_again_is_found() -> None:
    row = connection(reach="hand", state="disconnected", disconnected_at=None)

    assert "still_listed" in found(row, listings=[listing()])


def test_the_plan_for_one_who_owns_many_stays_within_the_firm() -> None:
    rows = [connection(n, realm_id=f"91303500000{n:05}") for n in range(3)]
    clients = [{**CLIENT, "realm_id": row["realm_id"]} for row in rows]

    plan = found(*rows, firms=[FIRM], clients=clients, thresholds=Thresholds(owned=2))["owns_many"].plan

    assert plan is not None
    assert plan.arguments == {"firm": "durand", "owner": "jean@durand.example"}


def test_the_frame_of_findings_says_what_the_findings_say() -> None:
    people = [person("jean@durand.example", left_on=TODAY)]
    taken = audit(connection(company_name="Aux “deux” l'amis"), connection(2, state="needs_reconnect"), people=people)

    frame = taken.to_polars("findings")

    assert frame.columns == [
        *("severity", "rule", "what", "do", "connection_id", "app_id", "realm_id", "company_name", "owner"),
        *("count", "plan", "evidence"),
    ]
    for finding, row in zip(taken.findings, frame.iter_rows(named=True), strict=True):
        assert (finding.rule, finding.what, finding.do) == (row["rule"], row["what"], row["do"])
        assert row["plan"] == (finding.plan.command if finding.plan else None)


@pytest.mark.parametrize(
    "owner", ["l'ami@x.example", "a b@x.example", "$(rm)@x.example", "é@x.example", "-x@y.example"]
)
def test_a_command_is_quoted_alike_in_the_frame_and_in_the_finding(owner: str) -> None:
    people = [person(owner, left_on=TODAY)]
    taken = audit(connection(owner_email=owner), people=people, firms=[FIRM], clients=[CLIENT])

    (gone,) = [one for one in taken.findings if one.rule == "owner_gone"]
    (command,) = taken.to_polars("findings").filter(pl.col("rule") == "owner_gone")["plan"]

    assert gone.plan is not None
    assert command == gone.plan.command


def test_sentences_are_french_in_a_french_audit_with_days_as_french_writes_them() -> None:
    people = [person("jean@durand.example", left_on=date(2026, 1, 1), realm_id=REALM)]
    taken = audit(connection(), people=people, lang="fr")

    (gone,) = [one for one in taken.findings if one.rule == "owner_gone"]

    assert "1er janvier 2026" in gone.what
    assert "left on" not in gone.what
    assert [one.rule for one in taken.in_language("en").findings] == [one.rule for one in taken.findings]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_a_day_is_said_as_words_say_it(lang: str) -> None:
    days = [date(2023, 12, 29), date(2026, 2, 1), date(1999, 8, 31)]
    rows = [connection(n, last_used_on=day) for n, day in enumerate(days)]
    rule = own(when=pl.col("is_alive"), what="{last_used_on}")

    said = [finding.what for finding in audit(*rows, rules=[rule], lang=lang).findings]

    assert said == [words(lang).day(day) for day in days]


def test_an_instant_is_said_as_its_day_in_utc() -> None:
    rule = own(when=pl.col("is_alive"), what="{connected_at}")
    late = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)

    assert audit(connection(connected_at=late), rules=[rule]).findings[0].what == "31 January 2026"


def test_what_is_not_known_is_a_dash_and_words_have_their_labels() -> None:
    rule = own(when=pl.col("is_alive"), what="{reference} {state} {cause} {scopes}")
    row = connection(state="needs_reconnect", cause="refused", scopes=["a", "b"])

    assert audit(row, rules=[rule]).findings[0].what == "— To reconnect Intuit refuses the access a, b"
    assert audit(row, rules=[rule], lang="fr").findings[0].what == "— À reconnecter Intuit refuse l’accès a, b"


def test_a_company_is_called_by_its_name_else_as_the_firm_calls_it_else_by_its_number() -> None:
    assert found(connection(state="needs_reconnect"))["needs_reconnect"].company_name == "Boulangerie Martin"
    unnamed = connection(state="needs_reconnect", company_name=None)
    assert found(unnamed, firms=[FIRM], clients=[CLIENT])["needs_reconnect"].company_name == "Boulangerie Martin SARL"
    assert found(unnamed)["needs_reconnect"].company_name == REALM


def test_an_audit_without_rules_finds_nothing() -> None:
    taken = audit(connection(state="needs_reconnect"), rules=[])

    assert taken.findings == ()
    assert taken.to_polars("findings").height == 0
    assert set(taken.to_polars("risks")["severity"]) == {None}


def test_an_audit_of_nothing_finds_nothing() -> None:
    taken = audit()

    assert taken.findings == ()
    assert (len(taken), taken.summary.connections, taken.summary.at_risk) == (0, 0, 0)


def test_a_company_of_two_firms_is_shown_under_the_first_and_one_of_the_own_books_under_firm() -> None:
    firms = [{"id": "zeta", "realm_id": REALM, "name": "Z"}, {"id": "alpha", "realm_id": None, "name": "A"}]
    clients = [{**CLIENT, "firm_id": "alpha"}]

    row = audit(connection(), firms=firms, clients=clients).to_polars().row(0, named=True)

    assert (row["firm_id"], row["level"]) == ("alpha", "client")


def test_somebody_who_left_the_firm_but_works_at_the_company_has_not_left_there() -> None:
    people = [person("jean@durand.example", left_on=TODAY), person("jean@durand.example", "admin", realm_id=REALM)]

    assert "owner_gone" not in found(connection(), firms=[FIRM], clients=[CLIENT], people=people)
