"""Who may come into a company file, and with which code others are turned away."""

from collections.abc import Callable

import attrs

from qbapps.simulator.desktop.behaviour import QuickBooksBehaviour, RemovedCertificate
from qbapps.simulator.desktop.certificates import Access, App, Certificate
from qbapps.simulator.desktop.company import CompanyFile
from qbapps.simulator.desktop.hresults import HResult, refusal

_EDITIONS = {"Simple Start": 1, "Pro": 2, "Premier": 4, "Enterprise": 8}


@attrs.frozen(kw_only=True)
class Consent:
    """What the person at QuickBooks answers in the certificate dialog."""

    access: Access = attrs.field(default=Access.ALWAYS, converter=Access)
    personal_data: bool = True
    is_read_only: bool = False


@attrs.frozen(kw_only=True)
class Arrival:
    """An app at the door of a company file."""

    app: App
    company: CompanyFile
    is_unattended: bool
    edition: str
    consent: Callable[[App], Consent]
    behaviour: QuickBooksBehaviour


def let_in(arrival: Arrival) -> Certificate | HResult:
    """Find the certificate of the app, or ask the person for one, or turn the app away."""
    app, company = arrival.app, arrival.company
    if app.auth_flags and not app.auth_flags & _EDITIONS.get(arrival.edition, 0):
        return refusal("0x80040401")  # which code an excluded edition gets is undocumented
    known = company.certificates.get(app.key)
    if known is None or known.access == Access.ONCE:
        return _ask(arrival)
    if known.access == Access.REMOVED and arrival.behaviour.removed_certificate == RemovedCertificate.ASKED_AGAIN:
        return _ask(arrival)
    code = _turned_away(known.access, arrival)
    return refusal(code) if code else known


def _turned_away(access: Access, arrival: Arrival) -> str | None:
    match access:
        case Access.WHILE_OPEN:
            return "0x8004041D" if arrival.is_unattended else None
        case Access.NO_PERMISSION:
            return "0x8004041A"
        case Access.REMOVED:
            return str(arrival.behaviour.removed_certificate)
        case Access.NO:
            return "0x80040420"
        case _:
            return None


def _ask(arrival: Arrival) -> Certificate | HResult:
    company = arrival.company
    if arrival.is_unattended or company.user != company.admin:
        return refusal("0x80040418")
    consent = arrival.consent(arrival.app)
    certificate = Certificate(
        app=arrival.app,
        access=consent.access,
        personal_data=consent.personal_data and arrival.app.personal_data != "pdpNotNeeded",
        login_user=company.user,
        is_read_only=consent.is_read_only,
    )
    company.certificates[arrival.app.key] = certificate
    return refusal("0x80040420") if consent.access == Access.NO else certificate
