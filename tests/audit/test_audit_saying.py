"""The sentences of an audit read well where the owner or the cause is not known, too."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import click
import polars as pl
import pytest
from audit_frames import AT, SCOPES, TODAY, audit, connection, found

from qbapps import Rule
from qbapps.audit.rules import built_in
from qbapps.cli.program import cli
from qbapps.domain.findings import Thresholds

NOBODY = {"owner_email": None, "owner_sub": None, "owner_name": None}
LATER: dict[str, dict[str, Any]] = {
    "needs_reconnect": {"state": "needs_reconnect", "cause": None},
    "owner_no_admin": {"state": "needs_reconnect", "cause": "owner_lost_access"},
    "access_ended": {"refresh_expires_at": AT - timedelta(days=1)},
    "token_ends": {"refresh_expires_at": AT + timedelta(days=20)},
    "cap_ends": {"refresh_hard_expires_at": AT + timedelta(days=20)},
    "extra_scopes": {"scopes": [*SCOPES, "com.intuit.quickbooks.payment"]},
    "unused": {"last_used_on": TODAY - timedelta(days=300)},
}


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("rule", LATER)
def test_no_sentence_has_a_dash_in_the_place_of_an_owner_or_a_cause(rule: str, lang: str) -> None:
    told = found(connection(**{**LATER[rule], **NOBODY}), lang=lang)

    assert {"owner_unknown", rule} <= set(told)
    assert not [finding.rule for finding in told.values() if "—" in finding.what + finding.do]


@pytest.mark.parametrize(
    ("rule", "what", "do"),
    [
        (
            "needs_reconnect",
            "Dext at Boulangerie Martin needs a reconnect.",
            "Have its owner reconnect it; qbapps explain con_1 says why, and how.",
        ),
        (
            "owner_no_admin",
            "The owner of Dext at Boulangerie Martin is no admin there any more.",
            "Transfer it to an admin of the company, or let the company make its owner one again.",
        ),
        (
            "unused",
            "Nobody has used Dext at Boulangerie Martin since ",
            "Ask its owner whether it is still needed; disconnect it if not.",
        ),
    ],
)
def test_an_owner_whom_nobody_knows_is_still_whom_to_ask(rule: str, what: str, do: str) -> None:
    told = found(connection(**{**LATER[rule], **NOBODY}))[rule]

    assert told.what.startswith(what)
    assert told.do == do


def test_the_same_in_french() -> None:
    told = {rule: found(connection(**{**LATER[rule], **NOBODY}), lang="fr")[rule] for rule in LATER}

    assert told["needs_reconnect"].what == "Dext chez Boulangerie Martin est à reconnecter."
    assert told["access_ended"].do.startswith("Faites reconnecter l’appli par son propriétaire\u00a0: ")
    assert told["cap_ends"].do.startswith("Envoyez à son propriétaire un lien de reconnexion")
    assert told["unused"].do.startswith("Demandez à son propriétaire si elle sert encore")


@pytest.mark.parametrize(
    ("lang", "what"),
    [
        ("en", "Dext at Boulangerie Martin needs a reconnect. No access to the company any more."),
        ("fr", "Dext chez Boulangerie Martin est à reconnecter. Plus d’accès à l’entreprise."),
    ],
)
def test_a_cause_is_a_sentence_of_its_own(lang: str, what: str) -> None:
    row = connection(state="needs_reconnect", cause="access_gone")

    assert found(row, lang=lang)["needs_reconnect"].what == what


def test_a_known_owner_is_named() -> None:
    rows = [connection(**LATER[rule]) for rule in ("owner_no_admin", "unused")]
    told = [found(row) for row in rows]

    assert told[0]["owner_no_admin"].what == (
        "The owner of Dext at Boulangerie Martin (jean@durand.example) is no admin there any more."
    )
    assert told[1]["unused"].do == "Ask jean@durand.example whether it is still needed; disconnect it if not."


@pytest.mark.parametrize(
    ("do", "per", "said"),
    [
        ("{owner} should reconnect it.", (), "Its owner should reconnect it."),
        ("Ask {owner}.", ("app_id",), "Ask their owners."),
        ("See {reference} ({reference}). {reference}. {owner}.", (), "See —."),
    ],
)
def test_a_rule_of_ones_own_reads_as_well(do: str, per: tuple[str, ...], said: str) -> None:
    rule = Rule(name="own", severity="low", when=pl.col("is_alive"), what="{owner} owns it.", do=do, per=per)

    (finding,) = audit(connection(**NOBODY), rules=[rule]).findings

    assert (finding.what, finding.do) == ("— owns it.", said)


@pytest.mark.parametrize("rule", built_in(Thresholds()), ids=lambda rule: rule.name)
def test_every_command_that_a_finding_names_is_one(rule: Rule) -> None:
    for path in re.findall(r"qbapps ((?:bank |desktop )?\w+)", rule.do):
        found: click.Command | None = cli
        for name in path.split():
            assert isinstance(found, click.Group)
            found = found.get_command(click.Context(found), name)
        assert found is not None, path
