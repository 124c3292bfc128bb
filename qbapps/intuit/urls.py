"""Where secrets may be sent: https anywhere, plain http on this machine only."""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

from qbapps.domain.parties import Credentials
from qbapps.errors import ConfigurationError
from qbapps.values import Environment

API_URLS: Final = {
    Environment.SANDBOX: "https://sandbox-quickbooks.api.intuit.com/v3",
    Environment.PRODUCTION: "https://quickbooks.api.intuit.com/v3",
}
"""
Roots of the accounting API.

Source: Intuit, "Base URLs"; python-quickbooks has the same ones.
"""

# Backslashes, blanks and controls are read differently by different parsers: one could check one host and call another.
_PLAIN = re.compile(r"[!#-;=?-\[\]_a-z~]+")


def is_secure(url: str) -> bool:
    """Tell whether secrets may go to *url*: https, or http on loopback, and no surprises in it."""
    if not _PLAIN.fullmatch(url):
        return False
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or parts.fragment:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def require_secure(url: str, setting: str) -> str:
    """
    Return *url* if secrets may go to it.

    Args:
        setting: What to name in the error.

    Raises:
        ConfigurationError: It is neither https nor http on loopback.
    """
    if not is_secure(url):
        raise ConfigurationError(
            f"The app's {setting} is neither an https address nor http on this machine.",
            hint=f"Register the app again with an https {setting}, or http://127.0.0.1:… for a simulator.",
        )
    return url


def api_root(credentials: Credentials) -> str:
    """
    Return the root of the accounting API for an app, up to and including ``/v3``.

    Raises:
        ConfigurationError: The app's ``api_url`` is neither https nor http on loopback.
    """
    if credentials.api_url is None:
        return API_URLS[credentials.environment]
    url = require_secure(credentials.api_url, "api_url").rstrip("/")
    return url.removesuffix("/v3").rstrip("/") + "/v3"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    # Not is_loopback: later Pythons also accept IPv6 addresses that carry an IPv4 one.
    return address in ipaddress.ip_network("127.0.0.0/8" if address.version == 4 else "::1/128")
