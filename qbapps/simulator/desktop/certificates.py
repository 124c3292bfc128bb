"""Which apps a company file lets in, and how far."""

import attrs

from qbapps.simulator.behaviour import Choice


class Access(Choice):
    """
    What the person at QuickBooks answered when an app asked to be let in.

    `while_open` is "Yes, whenever this QuickBooks company file is open"; `always` is the same with "even if
    QuickBooks is not running". `removed` is a certificate that was taken out of the preferences.
    """

    NO = "no"
    ONCE = "once"
    WHILE_OPEN = "while_open"
    ALWAYS = "always"
    REMOVED = "removed"
    NO_PERMISSION = "no_permission"


@attrs.frozen(kw_only=True)
class App:
    """
    An app as QuickBooks knows it.

    Attributes:
        auth_flags: Editions it supports, added up: 1 Simple Start, 2 Pro, 4 Premier, 8 Enterprise; 0 is all.

        personal_data: `pdpNotNeeded`, `pdpOptional` or `pdpRequired`.
    """

    name: str
    owner_id: str = ""
    auth_flags: int = 0
    personal_data: str = "pdpNotNeeded"

    @property
    def key(self) -> tuple[str, str]:
        """What makes it the same app for QuickBooks, whatever the case of the GUID."""
        return (self.owner_id.casefold(), self.name)


@attrs.define(kw_only=True)
class Certificate:
    """What a company file remembers of one app."""

    app: App
    access: Access = attrs.field(converter=Access, on_setattr=attrs.setters.convert)
    personal_data: bool = False
    login_user: str = "Admin"
    is_read_only: bool = False
