"""
What codes mean, who can end the trouble, and how: three tables, and what the library finds by itself.

``hresult`` reads what QuickBooks says when it cannot be reached or does not take a request at all, ``status`` the
``statusCode`` of a response, ``connector`` the Web Connector's own ``QBWC`` numbers. ``trouble`` reads any code that
is kept somewhere, and ``find`` a sentence that somebody reads out.
"""

from __future__ import annotations

from qbapps.desktop.codes.finding import find, met, trouble
from qbapps.desktop.codes.hresults import hresult
from qbapps.desktop.codes.own import ours
from qbapps.desktop.codes.qbwc import connector
from qbapps.desktop.codes.statuses import status

__all__ = ["connector", "find", "hresult", "met", "ours", "status", "trouble"]
