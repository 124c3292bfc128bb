"""Writing text into XML."""

from __future__ import annotations

import re
from typing import Final

ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""
What cannot stand in XML 1.0, not even as a character reference.

Source: W3C, "Extensible Markup Language (XML) 1.0", section 2.2
"""

_REFERENCES: Final = {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord('"'): "&quot;",
    # Readers turn a bare one into a line feed.
    ord("\r"): "&#13;",
}


def escaped(text: str) -> str:
    """
    Return *text* as it is written between tags or between double quotes.

    What cannot stand in XML becomes U+FFFD.
    """
    return ILLEGAL.sub("\ufffd", text).translate(_REFERENCES)
