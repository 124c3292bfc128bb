"""The host of a bank's address, as a browser would go to it; addresses that pretend to be another have none."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit

_SCHEMES: Final = frozenset({"http", "https"})
_PORTS: Final = frozenset({None, 80, 443})
_HOST: Final = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_LOOKS_LIKE_ONE: Final = re.compile(
    r"[a-z][a-z0-9+.-]*:\S|[^/?#]+[.\u3002\uff0e\uff61][^/?#.]{2,}(?:[/?#:]|$)|www\.|//|.+[@\uff20]|xn--", re.IGNORECASE
)
_TRICKS: Final = re.compile(r"[\s\\<>\"^`{|}]")


def is_address(text: str) -> bool:
    """Return whether *text* is meant as an address: one of its words has a dot within, an @ sign or a scheme."""
    return any(_LOOKS_LIKE_ONE.match(word) for word in text.split())


def host_of(address: str) -> str | None:
    """
    Return the host of *address* without ``www.``; None where it is not plainly one.

    Refused are: user names before the host (``credit-agricole.fr@evil.example``), backslashes and blanks, which
    browsers read differently, numbers as hosts, other ports, other schemes than http and https, letters beyond ASCII,
    which may look like others, and hosts in punycode, which stand for such letters.
    """
    text = address.strip()
    if _TRICKS.search(text) or any(unicodedata.category(one).startswith("C") for one in text):
        return None
    try:
        parts = urlsplit(text if "://" in text[:12] or text.startswith("//") else f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if host is None or not parts.netloc.isascii() or "@" in parts.netloc:
        return None
    if port not in _PORTS or (parts.scheme or "https") not in _SCHEMES:
        return None
    host = host.removesuffix(".")
    if _HOST.fullmatch(host) is None or _is_number(host) or any(label.startswith("xn--") for label in host.split(".")):
        return None
    return host.removeprefix("www.") if host.count(".") > 1 else host


def path_of(address: str) -> tuple[str, ...]:
    """Return the parts of the path of an address that has a host."""
    text = address.strip()
    path = urlsplit(text if "://" in text[:12] or text.startswith("//") else f"//{text}").path
    return tuple(part for part in path.split("/") if part)


def is_within(host: str, site: str) -> bool:
    """Return whether *host* is *site* or below it: ``pro.lcl.fr`` is within ``lcl.fr``, ``notlcl.fr`` is not."""
    return host == site or host.endswith(f".{site}")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
