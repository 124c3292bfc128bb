"""How fast a long run may be: limits that all processes and hosts on one store share."""

from __future__ import annotations

import math

import attrs

from qbapps.errors import ConfigurationError


def _positive(_: object, field: attrs.Attribute[float], value: float) -> None:
    if not value > 0 or math.isnan(value):
        raise ConfigurationError(
            f"{field.name} is {value}, and a limit is more than zero.", hint="Give math.inf to have none."
        )


@attrs.frozen(kw_only=True)
class Limits:
    """
    Rows that may begin in a second.

    A disconnect makes two calls at Intuit, a revoke and the refresh that must be refused; a transfer makes none.

    Attributes:
        per_app: For all rows of one app.
        per_company: For the rows of one app and one company.

    Source: Intuit, "Limits and throttles", has 10 requests a second for one app in one company, and nothing for the
    token endpoint, so five rows a second is our idea of polite
    """

    per_app: float = attrs.field(default=5.0, validator=_positive)
    per_company: float = attrs.field(default=5.0, validator=_positive)


UNLIMITED = Limits(per_app=math.inf, per_company=math.inf)
"""No limits, for a simulator or a bench."""
