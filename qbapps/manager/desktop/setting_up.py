"""Apps of QuickBooks Desktop, and setting their connections up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from qbapps.desktop import connecting, registering, standing
from qbapps.domain.connection import Connection
from qbapps.domain.desktop.apps import EVERY, DesktopApp, QBType
from qbapps.domain.desktop.status import ChecklistItem
from qbapps.manager.room import Room
from qbapps.values import Secret


class SettingUp(Room):
    """Apps of QuickBooks Desktop, and setting their connections up."""

    def register_app(
        self,
        app_id: str,
        *,
        name: str | None = None,
        owner_id: str | None = None,
        base_url: str,
        support_url: str,
        description: str,
        every: timedelta = EVERY,
        qbtype: str = QBType.FINANCIAL,
        unattended: bool = True,
        personal_data: bool = False,
        editions: Iterable[str] = (),
        qbxml: str = "13.0",
        requires: Iterable[str] = (),
        week_start: str | None = None,
        deletes_first: bool = False,
        needs_mapping: bool = False,
        developer_contact: str | None = None,
    ) -> DesktopApp:
        """
        Add an app that works with QuickBooks Desktop, or bring a known one up to date; ``apps`` shows it too.

        Args:
            owner_id: GUID in braces, for an app that is in use already; made once and for ever otherwise.

            base_url: Where connectors call: https, or http on localhost, with a host name.

            support_url: A page for its users on the same host; it has to answer 200.

            description: What the connector shows, at most 80 characters.

            every: How often connectors ask; whole minutes.

            unattended: Whether it has to work while QuickBooks is closed.

            personal_data: Whether it needs personal data, such as how employees are paid; ``requires`` of
                ``time_data`` or ``payroll_items`` needs it.

            editions: Such as ``pro``, ``premier``, ``enterprise``; none means all.

            requires: Items of the checklist that it needs beyond those of every connector: ``payroll_on``,
                ``week_start``, ``time_data_company``, ``time_data``, ``payroll_items``, ``people_exist``. What
                evidence shows to be wrong keeps its connections from the first sync.

            week_start: First day of its week, such as ``monday``, to be compared with QuickBooks'.

            deletes_first: Its first sync deletes what its users had before: somebody has to confirm that.

            needs_mapping: People need a payroll item before their hours can be transferred; see ``report_people``.

        Raises:
            ConfigurationError: What was given does not fit together, or would change the app's OwnerID.
        """
        wanted = registering.Wanted(
            name=name,
            owner_id=owner_id,
            base_url=base_url,
            support_url=support_url,
            description=description,
            every=every,
            qbtype=qbtype,
            unattended=unattended,
            personal_data=personal_data,
            editions=editions,
            qbxml=qbxml,
            requires=requires,
            week_start=week_start,
            deletes_first=deletes_first,
            needs_mapping=needs_mapping,
            developer_contact=developer_contact,
        )
        return registering.register(self._ports, app_id, wanted)

    def apps(self) -> tuple[DesktopApp, ...]:
        """Return the apps that work with QuickBooks Desktop."""
        return self._ports.desktop.apps()

    def app(self, app_id: str) -> DesktopApp:
        """
        Return one app.

        Raises:
            NotFoundError: There is none of that id.
        """
        return registering.app(self._ports, app_id)

    def connect(
        self,
        app_id: str,
        *,
        company: str,
        mode: str = "continuous",
        firm: str | None = None,
        level: str = "client",
        reference: str | None = None,
        lang: str | None = None,
    ) -> tuple[Connection, Secret]:
        """
        Make a connection of an app to a company file, to be set up on the computer where QuickBooks is.

        Args:
            company: The company, for people; the file itself is known by the stamp of the connector.

            mode: ``continuous``, or ``once`` for a connection that ends by itself after its first sync.

            firm: The accounting firm whose list it belongs to.

            level: How that firm sees the company: ``client``, or ``firm`` for its own books.

            reference: Your own id, kept on the connection.

            lang: Language of what the connector shows its user, ``en`` or ``fr``.

        Returns:
            The connection, and the password that its user types into the connector. Show it once, for only its hash is
            kept. ``reissue`` makes another.

        Raises:
            NotFoundError: There is no such app or firm.
            ConfigurationError: *company* is empty, or *mode* or *level* is none.
        """
        return connecting.connect(
            self._ports, app_id, company=company, mode=mode, firm=firm, level=level, reference=reference, lang=lang
        )

    def reissue(self, connection_id: str, *, by: str | None = None) -> Secret:
        """
        Return a new password, for one that was lost, another computer, or a connection that had ended.

        The old one stops working at once. OwnerID and FileID stay, so that QuickBooks need not let the app in anew.
        """
        return connecting.reissue(self._ports, connection_id, by=by)

    def qwc(self, connection_id: str) -> bytes:
        """
        Return the .qwc file that adds the connection to a Web Connector; there is no password in it.

        Raises:
            TransitionError: The connection has ended; ``reissue`` begins it anew.

        Source: Intuit, QuickBooks Web Connector Programmer's Guide (2009), "QWC file"
        """
        return connecting.qwc(self._ports, connection_id)

    def steps(self, connection_id: str, *, lang: str | None = None) -> tuple[str, ...]:
        """Return what people have to do now to set a connection up, step by step."""
        return standing.steps(self._ports, connection_id, lang)

    def checklist(self, connection_id: str, *, lang: str | None = None) -> tuple[ChecklistItem, ...]:
        """Return what has to be right, what evidence showed or people attested, and what is open."""
        return standing.checklist(self._ports, connection_id, lang)

    def attest(
        self, connection_id: str, item: str, *, by: str, note: str | None = None, lang: str | None = None
    ) -> tuple[ChecklistItem, ...]:
        """
        Keep a person's word for one item of the checklist, and return the checklist.

        Evidence outranks it, whenever it comes.

        Raises:
            ConfigurationError: There is no such item, or *by* is empty.
            TransitionError: Only a session can show it, or somebody else has given their word.
        """
        standing.attested(self._ports, connection_id, item, by=by, note=note)
        return standing.checklist(self._ports, connection_id, lang)
