"""Which country a text says, and what is kept of what Intuit says of a company."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from qbapps.domain.companies import COUNTRIES, as_intuit_said, country_code
from qbapps.domain.parties import CompanyFacts, KnownCompany, Source
from qbapps.values import Environment

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FR", "FR"),
        (" fr ", "FR"),
        ("France", "FR"),
        ("BELGIQUE", "BE"),
        ("Belgium", "BE"),
        ("États-Unis", "US"),
        ("etats unis", "US"),
        ("United Kingdom", "GB"),
        ("UK", "GB"),
        ("Pays-Bas", "NL"),
        ("RE", "RE"),
        ("Atlantide", None),
        ("XX", None),
        ("F", None),
        ("", None),
    ],
)
def test_a_country_is_known_by_its_code_and_by_its_name(text: str, code: str | None) -> None:
    assert country_code(text) == code


def test_the_codes_are_two_capital_letters_each() -> None:
    assert len(COUNTRIES) == 249
    assert {(len(code), code.isascii(), code.isupper()) for code in COUNTRIES} == {(2, True, True)}


@pytest.mark.parametrize(("said", "kept"), [("fr", "FR"), ("United States", "US"), ("Nowhere", None), (None, None)])
def test_what_intuit_says_is_kept_as_its_word(said: str | None, kept: str | None) -> None:
    facts = CompanyFacts(realm_id="12", name="Martin", country=said, subscription_status="TRIAL", intuit_tid="1-a")

    assert as_intuit_said(facts, Environment.SANDBOX, NOW) == KnownCompany(
        environment=Environment.SANDBOX,
        realm_id="12",
        country=kept,
        subscription_status="TRIAL",
        seen_at=NOW,
        source=Source.INTUIT,
    )
