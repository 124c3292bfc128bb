"""How fast a long run may be: limits that all processes and hosts on one store share."""

from __future__ import annotations

import math
from typing import Final

import attrs

from qbapps.errors import ConfigurationError

SLOWEST: Final = 1 / 3600
"""Rows in a second: one an hour. A run that is slower still is better made as several plans. Our choice."""


def _limit(_: object, field: attrs.Attribute[float], value: object) -> None:
    if not isinstance(value, int | float) or isinstance(value, bool) or math.isnan(value) or value <= 0:
        raise ConfigurationError(
            f"{field.name} is {value!r}, and a limit is a number above zero.", hint="Give math.inf to have none."
        )
    if value < SLOWEST:
        raise ConfigurationError(
            f"{field.name} is {value!r}: less than one row an hour.", hint="Give at least 1 / 3600."
        )


@attrs.frozen(kw_only=True)
class Limits:
    """
    Rows that may begin in a second.

    They are spread evenly: no more begin together than a tenth of a second allows, and one always may.
    A disconnect makes two calls at Intuit, a revoke and the refresh that must be refused; a transfer makes none.

    Attributes:
        per_app: For all rows of one app.
        per_company: For the rows of one app and one company.

    Raises:
        ConfigurationError: One is no number, not above zero, or less than one an hour.

    Source: Intuit, "Limits and throttles", has 10 requests a second for one app in one company, and nothing for the
    token endpoint, so five rows a second is our idea of polite
    """

    per_app: float = attrs.field(default=5.0, validator=_limit)
    per_company: float = attrs.field(default=5.0, validator=_limit)


UNLIMITED = Limits(per_app=math.inf, per_company=math.inf)
"""No limits, for a simulator or a bench."""
