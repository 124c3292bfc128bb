"""
Which addresses the Web Connector takes, in a configuration file and so for an app.

Source: Intuit, "QuickBooks Web Connector Programmer's Guide" 2.0, chapter 4, and the connector's own errors QBWC1001
to QBWC1010
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import SplitResult, urlsplit

from qbapps.errors import ConfigurationError

LOCAL: Final = "localhost"
"""The one host that may be spoken to by plain http, and the only name for this machine that is not an IP address."""

# What .NET and Python read alike; nothing that needs quoting.
_PLAIN: Final = re.compile(r"[!#-;=?-\[\]_a-z~]+")
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
# 192.168.1.10, but also 3232235786 and 0xC0.0xA8.266, which systems read as addresses.
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)


def check_urls(base_url: str, support_url: str) -> None:
    """
    Refuse what no configuration file can be made of.

    Args:
        base_url: What the addresses of an app's connections begin with.

        support_url: Where users find help.

    Raises:
        ConfigurationError: One of them is not https (or http on localhost), names no host or an IP address, or they
            are not on one host; or the first has a query or a fragment, to which nothing can be added.
    """
    parts = check_url("base_url", base_url)
    if parts.query or "?" in base_url:
        raise ConfigurationError(
            "base_url has a query, after which a connection's id cannot stand.",
            hint="Give base_url without the question mark and what follows it.",
        )
    check_url("support_url", support_url)
    check_same_domain("base_url", base_url, "support_url", support_url)


def check_url(setting: str, url: str) -> SplitResult:
    """
    Return the parts of *url*, if the Web Connector would take it.

    Args:
        setting: What to name in the error. The address itself is not shown: a password may stand in it.

    Raises:
        ConfigurationError: It would not.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or not _PLAIN.fullmatch(url) or parts.scheme not in {"https", "http"}:
        raise ConfigurationError(
            f"{setting} is not a web address.", hint=f"Give {setting} as https://host.example/path, in plain ASCII."
        )
    if "@" in parts.netloc or "#" in url:
        raise ConfigurationError(
            f"{setting} holds a user name or a fragment, which the Web Connector does not send.",
            hint=f"Leave what stands before the @ or after the # out of {setting}.",
        )
    _check_host(setting, host)
    if parts.scheme == "http" and host != LOCAL:
        raise ConfigurationError(
            f"{setting} is not https; the Web Connector takes http for localhost only.",
            hint=f"Serve {setting} by https, with a certificate that Windows trusts.",
        )
    return parts


def check_same_domain(setting: str, url: str, other: str, other_url: str) -> None:
    """
    Refuse two addresses, each of which is one, on different hosts.

    Raises:
        ConfigurationError: They are.
    """
    host, other_host = domain_of(url), domain_of(other_url)
    if host != other_host:
        raise ConfigurationError(
            f"{setting} is at {host} and {other} at {other_host}; the Web Connector wants one host.",
            hint=f"Give {other} on the host of {setting}; a page there may lead elsewhere.",
        )


def domain_of(url: str) -> str:
    """Return the host name of *url* in lower case, without its port; empty if it has none."""
    return (urlsplit(url).hostname or "").rstrip(".")


def _check_host(setting: str, host: str) -> None:
    labels = host.rstrip(".").split(".")
    if ":" in host or _NUMBER.fullmatch(labels[-1]):
        raise ConfigurationError(
            f"{setting} names an IP address; the Web Connector wants the name of a host.",
            hint=f"Give {setting} with a host name, or with localhost for a test on this machine.",
        )
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ConfigurationError(
            f"{setting} does not name a host.", hint=f"Use letters, digits, dashes and dots for the host of {setting}."
        )
