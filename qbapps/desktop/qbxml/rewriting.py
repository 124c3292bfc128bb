"""A request that somebody wrote as text, written anew the one way that all requests are written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from qbapps.desktop.qbxml.parsing import DEEPEST, NotQbxml, fed, parser
from qbapps.desktop.qbxml.writing import ascii_text, check_name
from qbapps.errors import ConfigurationError

_GIVEN_BY_SESSIONS: Final = frozenset({"requestID", "iterator", "iteratorID"})


def rewritten(xml: str) -> tuple[str, str]:
    """
    Return the name of the request that *xml* is, and its text in ASCII, without comments and blanks between elements.

    Raises:
        ConfigurationError: It is not one well-formed request, or has attributes that sessions give.
    """
    if not isinstance(xml, str):
        raise ConfigurationError("A request in qbXML is a text.", hint="Give one element, such as <BillAddRq>.")
    text = _Text()
    reading = parser()
    reading.StartElementHandler = text.start
    reading.EndElementHandler = text.end
    reading.CharacterDataHandler = text.characters
    try:
        for _ in fed(reading, (xml,)):
            pass
    except NotQbxml as problem:
        raise ConfigurationError(
            f"The request cannot be read. {problem.reason}", hint="Give one whole element, such as <BillAddRq>."
        ) from None
    return text.name, "".join(text.parts)


class _Text:
    """What has been written so far."""

    def __init__(self) -> None:
        self.name = ""
        self.parts: list[str] = []
        self._open: list[str] = []
        self._has_inner: list[bool] = []
        self._said = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        check_name(name, name[:60])
        if not self._open:
            self._begin(name, attributes)
        else:
            self._refuse_mixed()
            self._has_inner[-1] = True
        if len(self._open) >= DEEPEST:
            raise NotQbxml("Its elements lie too deep within each other.")
        self._open.append(name)
        self._has_inner.append(False)
        written = "".join(f' {key}="{ascii_text(value, key)}"' for key, value in attributes.items())
        self.parts.append(f"<{name}{written}>")

    def end(self, name: str) -> None:
        if self._has_inner.pop():
            self._refuse_mixed()
        else:
            self.parts.append(ascii_text(self._said, name))
        self._said = ""
        self._open.pop()
        self.parts.append(f"</{name}>")

    def characters(self, data: str) -> None:
        self._said += data

    def _begin(self, name: str, attributes: Mapping[str, str]) -> None:
        if not name.endswith("Rq") or name in {"Rq", "QBXMLMsgsRq"}:
            raise ConfigurationError(
                f"{name[:60]} is no request.", hint="Give the element within QBXMLMsgsRq, such as <BillAddRq>."
            )
        for found in sorted(_GIVEN_BY_SESSIONS & attributes.keys()):
            raise ConfigurationError(
                f"{name[:60]} has the attribute {found}, which each session gives anew.", hint="Leave it out."
            )
        self.name = name.removesuffix("Rq")

    def _refuse_mixed(self) -> None:
        if self._said.strip():
            raise NotQbxml("It has text between elements.")
        self._said = ""
