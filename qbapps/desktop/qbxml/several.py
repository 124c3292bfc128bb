"""Several requests in one document, each answered under a name of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from qbapps.desktop.qbxml.requests import Request

_BEGINNING: Final = re.compile(r"<[A-Z][A-Za-z0-9]*Rq(?=[ />])")


def together(requests: Mapping[str, Request], *, version: str) -> str:
    """
    Return one document with all *requests*, in order; the answer of each carries its name as requestID.

    One that fails does not keep the others from being carried out.
    """
    named = (_named(name, one.xml) for name, one in requests.items())
    return (
        f'<?xml version="1.0"?>\n<?qbxml version="{version}"?>\n<QBXML><QBXMLMsgsRq onError="continueOnError">'
        f"{''.join(named)}</QBXMLMsgsRq></QBXML>\n"
    )


def _named(name: str, xml: str) -> str:
    return _BEGINNING.sub(lambda begun: f'{begun[0]} requestID="{name}"', xml, count=1)
