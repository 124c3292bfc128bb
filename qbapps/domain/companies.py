"""What is known of companies themselves: their country, and their subscription to QuickBooks."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Final

from qbapps.domain.parties import CompanyFacts, KnownCompany, Source
from qbapps.values import Environment

_CODES: Final = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)
COUNTRIES: Final = frozenset(_CODES.split())
"""The codes of ISO 3166-1 alpha-2."""

_NAMES: Final = {
    "france": "FR",
    "belgique": "BE",
    "belgium": "BE",
    "suisse": "CH",
    "switzerland": "CH",
    "luxembourg": "LU",
    "monaco": "MC",
    "canada": "CA",
    "etats unis": "US",
    "united states": "US",
    "united states of america": "US",
    "usa": "US",
    "royaume uni": "GB",
    "united kingdom": "GB",
    "uk": "GB",
    "irlande": "IE",
    "ireland": "IE",
    "allemagne": "DE",
    "germany": "DE",
    "espagne": "ES",
    "spain": "ES",
    "italie": "IT",
    "italy": "IT",
    "portugal": "PT",
    "pays bas": "NL",
    "netherlands": "NL",
    "maroc": "MA",
    "morocco": "MA",
    "tunisie": "TN",
    "tunisia": "TN",
    "australie": "AU",
    "australia": "AU",
}
"""As people write them in French and English, without accents and punctuation."""


def country_code(text: str) -> str | None:
    """
    Return the ISO 3166-1 alpha-2 code that *text* says, as a code or as a name; None when it says none.

    >>> country_code("États-Unis"), country_code("fr"), country_code("Atlantide")
    ('US', 'FR', None)
    """
    code = text.strip().upper()
    if code in COUNTRIES:
        return code
    flat = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return _NAMES.get(" ".join("".join(c if c.isalnum() else " " for c in flat).split()))


def as_intuit_said(facts: CompanyFacts, environment: Environment, at: datetime) -> KnownCompany:
    """Return what CompanyInfo said at *at* as it is kept; a country that cannot be understood is not known."""
    return KnownCompany(
        environment=environment,
        realm_id=facts.realm_id,
        country=None if facts.country is None else country_code(facts.country),
        subscription_status=facts.subscription_status,
        seen_at=at,
        source=Source.INTUIT,
    )
