"""What a company's QuickBooks subscription allows."""

from __future__ import annotations

from typing import Final

INACTIVE: Final = frozenset({"EXPIRED", "RESTRICTED", "SUSPENDED", "CANCELLED", "CANCELED"})
"""Source: Intuit, "Subscription states": the company can be read, and not written"""
