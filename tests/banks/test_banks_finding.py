"""Finding a bank by name or address: cases with their answers, and addresses that pretend."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qbapps import banks
from qbapps.banks import FindCode, Institution
from qbapps.errors import ConfigurationError

LISTED = [
    Institution("Crédit Agricole Toulouse 31", "https://www.credit-agricole.fr/ca-toulouse31/"),
    Institution("Crédit Agricole", "https://www.credit-agricole.fr/"),
    Institution("Crédit Agricole - Autres comptes spécialisés"),
    Institution("Crédit Mutuel"),
    Institution("Crédit Mutuel de Bretagne"),
    Institution("Crédit du Nord"),
    Institution("Banque de Savoie"),
    Institution("Caisse d'Épargne"),
    Institution("Caisse d'Epargne Ile-de-France"),
    Institution("CIC"),
    Institution("CIC Ouest"),
    Institution("SG"),
    Institution("LCL"),
    Institution("BoursoBank"),
    Institution("La Banque Postale"),
    Institution("HSBC"),
    Institution("HSBC UK Business", "https://www.business.hsbc.uk/"),
]


def best(query: str, listed: list[Institution] | None = None) -> str | None:
    found = banks.find_institution(query, LISTED if listed is None else listed).best
    return None if found is None else found.name


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("crédit agricole", "Crédit Agricole"),
        ("CREDIT AGRICOLE", "Crédit Agricole"),
        ("credit agricol", "Crédit Agricole"),
        ("Crédit Agricole Toulouse 31", "Crédit Agricole"),
        ("caisse d’epargne", "Caisse d'Épargne"),
        ("Caisse d'Epargne Ile-de-France", "Caisse d'Épargne"),
        ("cic ouest", "CIC"),
        ("crédit mutuel", "Crédit Mutuel"),
        ("Crédit Mutuel de Bretagne", "Crédit Mutuel de Bretagne"),
        ("credit du nord", "Crédit du Nord"),
        ("banque de savoie", "Banque de Savoie"),
        ("Société Générale", "SG"),
        ("Crédit Lyonnais", "LCL"),
        ("L.C.L.", "LCL"),
        ("Boursorama", "BoursoBank"),
        ("bourso bank", "BoursoBank"),
        ("banque postale", "La Banque Postale"),
        ("hsbc", "HSBC"),
        ("hsbc uk business", "HSBC UK Business"),
    ],
)
def test_a_name_finds_its_bank(query: str, wanted: str) -> None:
    assert best(query) == wanted


@pytest.mark.parametrize("query", ["crédit", "banque", "xyz", "toulouse"])
def test_a_name_that_may_be_several_or_none_chooses_none(query: str) -> None:
    found = banks.find_institution(query, LISTED)

    assert found.best is None
    assert found.reasons[0].code in {FindCode.AMBIGUOUS, FindCode.TOO_FAR}
    assert len(found.ranked) == len(LISTED)


def test_regional_and_special_entries_rank_below() -> None:
    found = banks.find_institution("crédit agricole", LISTED).ranked
    place = {one.institution.name: number for number, one in enumerate(found)}

    assert found[0].institution.name == "Crédit Agricole"
    codes = {one.institution.name: [reason.code for reason in one.reasons] for one in found}
    assert FindCode.REGIONAL in codes["Crédit Agricole Toulouse 31"]
    assert FindCode.SPECIAL_ACCOUNTS in codes["Crédit Agricole - Autres comptes spécialisés"]
    assert place["Crédit Agricole"] < place["Crédit Agricole Toulouse 31"]


def test_what_speaks_against_an_entry_adds_up() -> None:
    found = banks.find_institution("credit-agricole.fr", LISTED).ranked

    assert [(one.institution.name, round(one.score, 3)) for one in found] == [
        ("Crédit Agricole", 1.0),
        ("Crédit Agricole Toulouse 31", 0.7),
        ("Crédit Agricole - Autres comptes spécialisés", 0.2),
    ]


def test_a_regional_entry_is_not_taken_for_a_network_that_is_not_listed() -> None:
    assert best("crédit agricole", LISTED[:1]) is None
    assert best("Crédit Lyonnais", [Institution("Crédit du Nord")]) is None
    assert best("Crédit Mutuel de Bretagne", [Institution("Crédit Mutuel")]) is None


TOULOUSE = Institution("Crédit Agricole Toulouse 31")


@pytest.mark.parametrize(
    ("address", "url", "wanted"),
    [
        ("https://www.credit-agricole.fr/ca-paris/", None, None),
        ("https://www.credit-agricole.fr/ca-paris/", "https://www.credit-agricole.fr/", None),
        ("https://www.credit-agricole.fr/ca-paris/", "https://www.credit-agricole.fr/ca-toulouse31/", None),
        ("https://www.credit-agricole.fr/", "https://www.credit-agricole.fr/ca-toulouse31/", None),
        ("https://www.credit-agricole.fr/ca-toulouse31x/", "https://www.credit-agricole.fr/ca-toulouse31/", None),
        (
            "https://www.credit-agricole.fr/ca-toulouse31/particulier.html",
            "https://www.credit-agricole.fr/ca-toulouse31/",
            TOULOUSE.name,
        ),
        ("https://toulouse31.credit-agricole.fr/", "https://toulouse31.credit-agricole.fr/", TOULOUSE.name),
        ("https://paris.credit-agricole.fr/", "https://toulouse31.credit-agricole.fr/", None),
    ],
)
def test_a_regional_bank_is_only_chosen_by_an_address_of_its_own(address: str, url: str | None, wanted: str) -> None:
    found = banks.find_institution(address, [Institution(TOULOUSE.name, url)])

    assert (None if found.best is None else found.best.name) == wanted
    if wanted is None:
        assert [str(reason) for reason in found.reasons] == ["Crédit Agricole is not in the list."]
        assert [one.institution.name for one in found.ranked] == [TOULOUSE.name]


@pytest.mark.parametrize("place", ["professionnels", "particuliers"])
def test_the_very_host_comes_before_another_of_the_same_network(place: str) -> None:
    listed = [
        Institution("Société Générale Particuliers", "https://particuliers.sg.fr"),
        Institution("Société Générale Professionnels", "https://professionnels.sg.fr"),
        Institution("Société Générale", "https://sg.fr"),
        Institution("SG"),
    ]

    assert best(f"https://{place}.sg.fr/login", listed) == f"Société Générale {place.capitalize()}"
    assert best(f"https://{place}.sg.fr/login", listed[:2]) == f"Société Générale {place.capitalize()}"


def test_the_very_host_of_a_regional_bank_does_not_come_before_its_network() -> None:
    listed = [Institution(TOULOUSE.name, "https://toulouse31.credit-agricole.fr/"), Institution("Crédit Agricole")]

    assert best("https://toulouse31.credit-agricole.fr/", listed) == "Crédit Agricole"


def test_the_beginning_of_several_banks_names_chooses_none() -> None:
    two = [Institution("Société Générale"), Institution("Société Marseillaise de Crédit")]

    for listed in (two, None):
        found = banks.find_institution("société", listed)
        assert (found.best, found.reasons[0].code) == (None, FindCode.AMBIGUOUS)
        assert str(found.reasons[0]).startswith("It may be Société Générale or Société Marseillaise de Crédit")
    assert best("société générale", two) == "Société Générale"
    assert best("société g", two) == "Société Générale"
    assert best("société", [*two[:1], Institution("Société Générale Professionnels")]) == "Société Générale"


def test_the_same_name_twice_is_ambiguous() -> None:
    twice = [Institution("HSBC", "https://hsbc.fr/"), Institution("HSBC", "https://hsbc.co.uk/")]

    assert best("HSBC", twice) is None
    assert best("https://www.hsbc.co.uk/login", twice) == "HSBC"


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("https://www.credit-agricole.fr/ca-toulouse31/particulier.html", "Crédit Agricole"),
        ("http://CREDIT-AGRICOLE.FR", "Crédit Agricole"),
        ("credit-agricole.fr.", "Crédit Agricole"),
        ("https://toulouse31.credit-agricole.fr:443/?a=b#c", "Crédit Agricole"),
        ("www.cmb.fr", "Crédit Mutuel de Bretagne"),
        ("https://www.creditmutuel.fr/fr/authentification.html", "Crédit Mutuel"),
        ("https://particuliers.sg.fr/", "SG"),
        ("clients.boursobank.com", "BoursoBank"),
        ("https://www.business.hsbc.uk/en-gb", "HSBC UK Business"),
    ],
)
def test_an_address_finds_its_bank(address: str, wanted: str) -> None:
    assert best(address) == wanted


@pytest.mark.parametrize(
    "address",
    [
        "https://credit-agricole.fr.evil.example/",
        "https://evil.example/credit-agricole.fr",
        "https://evil.example/?https://credit-agricole.fr",
        "https://evil.example#credit-agricole.fr",
        "https://notcredit-agricole.fr/",
        "https://credit-agricole.fr@evil.example/",
        "https://evil@credit-agricole.fr/",
        "evil@credit-agricole.fr",
        "https://user:word@credit-agricole.fr/",
        "https://credit-agricole.fr\\@evil.example/",
        "https:\\\\credit-agricole.fr",
        "https://credit-agricole.fr\t.evil.example/",
        "https://credit-agricole.fr evil.example",
        "https://credit-agricole.fr%2eevil.example/",
        "https://xn--crdit-agricole-ihb.fr/",
        "xn--lcl-abc.fr",
        "https://cr\u0435dit-agricole.fr/",
        "https://credit-agricole\u3002fr/",
        "https://boursoban\u212a.com/",
        "https://xn--a.credit-agricole.fr/",
        "https://credit-agricole.fr/\\evil.example",
        "https://credit-agricole.fr/ evil.example",
        "https://credit-agricole.fr:8443/",
        "ftp://credit-agricole.fr/",
        "javascript:credit-agricole.fr",
        "file:///credit-agricole.fr",
        "https://127.0.0.1/",
        "https://[::1]/credit-agricole.fr",
        "https://fr/",
        "https:///credit-agricole.fr",
        "//credit-agricole.fr@evil.example",
        "https://credit-agricole.fr:80:80/",
        "https://business.hsbc.uk.evil.example/",
        "https://hsbc.uk/",
    ],
)
def test_an_address_that_pretends_finds_none(address: str) -> None:
    found = banks.find_institution(address, LISTED)

    assert (found.best, found.ranked) == (None, ())
    assert found.reasons[0].code in {FindCode.SUSPICIOUS_ADDRESS, FindCode.UNKNOWN_SITE}


@given(before=st.text(max_size=12), after=st.text(max_size=12))
def test_nothing_put_around_an_address_finds_another_bank(before: str, after: str) -> None:
    try:
        found = banks.find_institution(f"https://{before}lcl.fr{after}.evil.example/", LISTED)
    except ConfigurationError:
        return
    host_ends = any(mark in after for mark in "/?#") or (not before.strip(".") and after.startswith(":"))
    assert found.best is None or (host_ends and found.best.name == "LCL") or any(mark in before for mark in "/?#")


def test_a_known_site_that_is_not_listed_is_said_by_name() -> None:
    found = banks.find_institution("https://www.qonto.com/", LISTED)

    assert (found.best, [reason.code for reason in found.reasons]) == (None, [FindCode.NOT_LISTED])
    assert str(found.reasons[0]) == "Qonto is not in the list."


def test_without_a_list_the_known_networks_are_it() -> None:
    assert banks.find_institution("BRED").best == Institution("BRED", "https://bred.fr/")
    assert banks.find_institution("fortuneo.fr").best == Institution("Fortuneo", "https://fortuneo.fr/")


@pytest.mark.parametrize("query", ["", "  ", "!?", "x" * 5000])
def test_no_name_at_all_is_refused(query: str) -> None:
    with pytest.raises(ConfigurationError, match="empty or too long"):
        banks.find_institution(query, LISTED)


def test_an_empty_list_has_none() -> None:
    assert banks.find_institution("LCL", []).best is None


@given(query=st.text(min_size=1, max_size=40), order=st.permutations(LISTED))
def test_the_order_of_the_list_does_not_matter(query: str, order: list[Institution]) -> None:
    try:
        assert banks.find_institution(query, order) == banks.find_institution(query, LISTED)
    except ConfigurationError:
        return
