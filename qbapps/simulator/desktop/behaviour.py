"""What nobody outside Intuit knows of QuickBooks Desktop and the Web Connector, as switches that can each be played."""

from collections.abc import Iterator
from typing import Any, TypeVar

import attrs

from qbapps.simulator.behaviour import Choice


class MessageSets(Choice):
    """What becomes of the response of a message set that has a `newMessageSetID`."""

    AS_DOCUMENTED = "as_documented"
    FORGOTTEN_AFTER_SESSION = "forgotten_after_session"
    NOT_STORED = "not_stored"
    REFUSED = "refused_9005"


class Checksum(Choice):
    """What has to be the same for a message set with a known id to count as the same."""

    WHOLE_TEXT = "whole_text"
    REQUESTS = "requests"


class UnknownOldId(Choice):
    """Whether the requests of a message set are carried out that releases an id nobody stored (600)."""

    NOT_PROCESSED = "not_processed"
    PROCESSED = "processed"


class Iterators(Choice):
    """How long an iterator can be continued."""

    DIE_WITH_SESSION = "die_with_session"
    LIVE_10_MINUTES = "live_10_minutes"


class Times(Choice):
    """How QuickBooks writes an instant."""

    TRUE_OFFSET = "true_offset"
    STANDARD_OFFSET = "standard_offset"
    NO_OFFSET = "no_offset"


class PersonalData(Choice):
    """What an app without access to personal data gets for employees and payroll items."""

    LEFT_OUT = "left_out"
    REFUSED = "refused_3261"


class RemovedCertificate(Choice):
    """How an app is met whose certificate was removed from the company file."""

    REFUSED = "0x80040420"
    NO_PERMISSION = "0x8004041A"
    ASKED_AGAIN = "asked_again"


class ServerVersion(Choice):
    """Whether `serverVersion` comes with a parameter."""

    NO_PARAMETER = "no_parameter"
    WITH_PARAMETER = "with_parameter"


class NoOp(Choice):
    """Which answer makes the connector wait: `getLastError` after "", or `sendRequestXML` itself."""

    AFTER_EMPTY = "after_empty"
    INSTEAD_OF_REQUEST = "instead_of_request"


class EmptyStrings(Choice):
    """How an empty argument is written."""

    SELF_CLOSED = "self_closed"
    PAIR = "pair"
    LEFT_OUT = "left_out"


class Probe(Choice):
    """Whether the addresses of a .qwc file are asked with GET before it is added."""

    BEFORE_ADDING = "before_adding"
    NEVER = "never"


class LostReply(Choice):
    """What the connector does when the reply to a POST did not arrive."""

    GIVES_UP = "gives_up"
    ASKS_ONCE_MORE = "asks_once_more"


class Hcp(Choice):
    """When the first `sendRequestXML` carries what QuickBooks says of host, company and preferences."""

    ALWAYS = "always"
    NEVER = "never"
    WITH_COMPANY_PATH = "with_company_path"


class FileIdCase(Choice):
    """How the GUID that is stamped into the company file is spelled."""

    AS_GIVEN = "as_given"
    UPPER = "upper"
    LOWER = "lower"


class SameStamp(Choice):
    """What happens when a .qwc file is added whose stamp the company file has already."""

    ACCEPTED = "accepted"
    REFUSED = "refused_1039"


_YES_OR_NO = attrs.validators.instance_of(bool)


@attrs.frozen(kw_only=True)
class QuickBooksBehaviour:
    """
    One way in which QuickBooks may behave; the defaults are what is documented, or likeliest.

    Attributes:
        message_sets: Default `as_documented`: kept until released. Source: Intuit, Desktop SDK, "Error recovery";
            nobody outside has measured how long.

        checksum: Default `whole_text`, the strictest reading of "the same message set" for 9001.

        unknown_old_id: Default `not_processed`. Source: Intuit, status code 600, says only that no state was cleared.

        iterators: Default `die_with_session`. Source: Intuit, Desktop SDK, iterators are valid for the same session.

        times: Default `true_offset`. Source: the README of quickbooks-sync reports standard time's offset in summer.

        personal_data: Default `left_out`. Source: undocumented for the payroll part of an employee.

        removed_certificate: Default `0x80040420`. Source: undocumented which of the two codes comes.
    """

    message_sets: MessageSets = attrs.field(default=MessageSets.AS_DOCUMENTED, converter=MessageSets)
    checksum: Checksum = attrs.field(default=Checksum.WHOLE_TEXT, converter=Checksum)
    unknown_old_id: UnknownOldId = attrs.field(default=UnknownOldId.NOT_PROCESSED, converter=UnknownOldId)
    iterators: Iterators = attrs.field(default=Iterators.DIE_WITH_SESSION, converter=Iterators)
    times: Times = attrs.field(default=Times.TRUE_OFFSET, converter=Times)
    personal_data: PersonalData = attrs.field(default=PersonalData.LEFT_OUT, converter=PersonalData)
    removed_certificate: RemovedCertificate = attrs.field(
        default=RemovedCertificate.REFUSED, converter=RemovedCertificate
    )

    @classmethod
    def each(cls) -> tuple["QuickBooksBehaviour", ...]:
        """List the defaults, then every other position of every switch, one at a time."""
        return tuple(_each(cls))

    @property
    def label(self) -> str:
        """Say which positions differ from the defaults, fit for the name of a test."""
        return _label(self)


@attrs.frozen(kw_only=True)
class ConnectorBehaviour:
    """
    One way in which the Web Connector may behave; the defaults are what is documented, or likeliest.

    Attributes:
        server_version: Default `no_parameter`, as seen on the wire; published WSDL copies have one.

        no_op: Default `after_empty`. Source: Intuit, QBWC Programmer's Guide, says both.

        empty_strings: Default `self_closed`, as .NET writes them.

        probe: Default `before_adding`. Source: Intuit, QBWC Programmer's Guide, for AppSupport and the certificate.

        lost_reply: Default `gives_up`. Source: undocumented.

        closes_after_error: Whether `closeConnection` follows an error. Default yes. Source: undocumented.

        hcp: Default `always`. Source: Intuit, QBWC Programmer's Guide, sendRequestXML.

        data_ext: Whether the company part of it has the stamps. Default yes, as in captured traffic.

        file_id_case: Default `as_given`. Source: undocumented.

        same_stamp: Default `accepted`. Source: support pages of app makers show QBWC1039 for the second computer.

        checks_file_id: Whether a session is refused (QBWC1026) when the open file has another stamp or none.
            Default no: then only the server can notice. Source: undocumented.
    """

    server_version: ServerVersion = attrs.field(default=ServerVersion.NO_PARAMETER, converter=ServerVersion)
    no_op: NoOp = attrs.field(default=NoOp.AFTER_EMPTY, converter=NoOp)
    empty_strings: EmptyStrings = attrs.field(default=EmptyStrings.SELF_CLOSED, converter=EmptyStrings)
    probe: Probe = attrs.field(default=Probe.BEFORE_ADDING, converter=Probe)
    lost_reply: LostReply = attrs.field(default=LostReply.GIVES_UP, converter=LostReply)
    closes_after_error: bool = attrs.field(default=True, validator=_YES_OR_NO)
    hcp: Hcp = attrs.field(default=Hcp.ALWAYS, converter=Hcp)
    data_ext: bool = attrs.field(default=True, validator=_YES_OR_NO)
    file_id_case: FileIdCase = attrs.field(default=FileIdCase.AS_GIVEN, converter=FileIdCase)
    same_stamp: SameStamp = attrs.field(default=SameStamp.ACCEPTED, converter=SameStamp)
    checks_file_id: bool = attrs.field(default=False, validator=_YES_OR_NO)

    @classmethod
    def each(cls) -> tuple["ConnectorBehaviour", ...]:
        """List the defaults, then every other position of every switch, one at a time."""
        return tuple(_each(cls))

    @property
    def label(self) -> str:
        """Say which positions differ from the defaults, fit for the name of a test."""
        return _label(self)


_Behaviour = TypeVar("_Behaviour", QuickBooksBehaviour, ConnectorBehaviour)


def _each(kind: type[_Behaviour]) -> Iterator[_Behaviour]:
    ordinary = kind()
    yield ordinary
    for name in attrs.fields_dict(kind):
        position = getattr(ordinary, name)
        switch: Any = type(position)
        positions: list[Any] = [True, False] if switch is bool else list(switch)
        for other in (one for one in positions if one != position):
            yield attrs.evolve(ordinary, **{name: other})


def _label(behaviour: QuickBooksBehaviour | ConnectorBehaviour) -> str:
    ordinary = type(behaviour)()
    moved = (
        f"{name}={getattr(behaviour, name)}"
        for name in attrs.fields_dict(type(behaviour))
        if getattr(behaviour, name) != getattr(ordinary, name)
    )
    return " ".join(moved) or "defaults"
