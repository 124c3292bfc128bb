"""A message set, carried out request by request."""

from collections.abc import Callable
from datetime import datetime
from xml.etree.ElementTree import Element

import attrs

from qbapps.simulator.desktop import entering, host, hours, listing, schema, writing
from qbapps.simulator.desktop.reading import MessageSet
from qbapps.simulator.desktop.setting import Answer, RefusedRequest, Setting

_HANDLERS: dict[str, Callable[[Setting, Element], Answer]] = {
    "HostQuery": host.host_query,
    "CompanyQuery": host.company_query,
    "PreferencesQuery": host.preferences_query,
    "TimeTrackingQuery": hours.time_query,
    "TimeTrackingAdd": hours.time_add,
    "TimeTrackingMod": hours.time_mod,
    "TxnDel": hours.txn_del,
    "CustomerAdd": entering.list_add,
    "CustomerMod": entering.list_mod,
    "VendorAdd": entering.list_add,
    "ListDel": entering.list_del,
}
_LONGEST_REQUEST_ID = 50


@attrs.frozen(kw_only=True)
class Executed:
    """
    One request that QuickBooks really carried out; an answer given again is not among them.

    Attributes:
        name: Without the ending, such as `TimeTrackingAdd`.

        status: The statusCode it ended with; 1000 and above changed nothing.
    """

    at: datetime
    app: str
    company: str
    name: str
    request_id: str | None
    message_set_id: str | None
    status: int

    @property
    def is_write(self) -> bool:
        """Tell whether it was to change something."""
        return self.name in schema.WRITES


def carry_out(asked: MessageSet, setting: Setting, status: str | None) -> tuple[str, list[Executed]]:
    """
    Carry out *asked* and give the response, and what was carried out.

    Args:
        status: `messageSetStatusCode` of the response, if it has one.
    """
    parts: list[str] = []
    executed: list[Executed] = []
    has_stopped = False
    for request in asked.requests:
        name, request_id = request.tag.removesuffix("Rq"), request.get("requestID")
        if has_stopped:
            answer = Answer(status=3231, message="The request has not been processed.")
        else:
            answer = _answer(setting, request, name)
            executed.append(
                Executed(
                    at=setting.now,
                    app=setting.certificate.app.name,
                    company=setting.company.name,
                    name=name,
                    request_id=request_id,
                    message_set_id=asked.new_id,
                    status=answer.status,
                )
            )
            has_stopped = answer.is_error and asked.stops_on_error
        parts.append(_written(name, request_id, answer, asked.has_data))
    return response("".join(parts), asked, status), executed


def response(body: str, asked: MessageSet, status: str | None) -> str:
    """Write a response document; the attributes of error recovery come only to who used them."""
    ids = {"newMessageSetID": asked.new_id, "messageSetStatusCode": status} if asked.has_recovery else {}
    return f'<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs{writing.attributes(ids)}>\n{body}</QBXMLMsgsRs>\n</QBXML>\n'


def _answer(setting: Setting, request: Element, name: str) -> Answer:
    if len(request.get("requestID", "")) > _LONGEST_REQUEST_ID:
        return Answer(status=1060, message="The request ID is invalid, possibly too long, max 50 chars.")
    subject = name.removesuffix("Query").removesuffix("Add").removesuffix("Mod").removesuffix("Del")
    if subject in setting.company.user_may_not:
        return Answer(status=3260, message="Insufficient permission level of the user to perform this action.")
    if name in schema.WRITES and setting.certificate.is_read_only:
        return Answer(status=3261, message="This application has no permission to change this company file.")
    try:
        return _HANDLERS.get(name, listing.list_query)(setting, request)
    except RefusedRequest as refused:
        return refused.answer


def _written(name: str, request_id: str | None, answer: Answer, has_data: bool) -> str:
    attributes = writing.attributes(
        {
            "requestID": request_id,
            "statusCode": str(answer.status),
            "statusSeverity": answer.severity,
            "statusMessage": answer.message,
            **answer.attributes,
        }
    )
    if not answer.body or not has_data:
        return f"<{name}Rs{attributes} />\n"
    return f"<{name}Rs{attributes}>\n{answer.body}</{name}Rs>\n"
