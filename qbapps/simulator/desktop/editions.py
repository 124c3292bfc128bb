"""Which qbXML versions a QuickBooks of a year speaks."""

from qbapps.simulator.desktop.setting import Host

_SINCE = {
    "1.0": 2002,
    "1.1": 2002,
    "2.0": 2003,
    "2.1": 2003,
    "3.0": 2004,
    "4.0": 2005,
    "4.1": 2005,
    "5.0": 2006,
    "6.0": 2007,
    "7.0": 2008,
    "8.0": 2009,
    "9.0": 2010,
    "10.0": 2011,
    "11.0": 2012,
    "12.0": 2013,
    "13.0": 2014,
    "14.0": 2018,
    "15.0": 2022,
    "16.0": 2023,
}


def host(year: str, edition: str, country: str) -> Host:
    """
    Make the QuickBooks of a year; its major version is that of 2014, 24, counted on.

    Source: Intuit and CData, tables of qbXML versions; the major version is that of captured traffic.
    """
    return Host(
        product=f"QuickBooks {edition} Edition {year}",
        major=str(int(year) - 1990),
        minor="0",
        country=country,
        versions=tuple(version for version, since in _SINCE.items() if since <= int(year)),
    )
