"""Editions of QuickBooks Online that have ended, by country."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

ENDED: Final[Mapping[str, date]] = MappingProxyType({"FR": date(2023, 12, 29)})
"""
Last day of an edition, by the country that CompanyInfo gives.

Companies elsewhere that work in French are not concerned. What becomes of consents there is documented nowhere.

Source: Intuit's notice on the pages of its French help centre: QuickBooks and its support end in France after that day
"""
