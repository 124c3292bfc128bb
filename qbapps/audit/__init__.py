"""
The audit: who owns what, what is about to break, and what to do.

``QBApps.audit`` takes one. What may be added to it is a :class:`Rule`.
"""

from qbapps.audit.rule import PlanFor, Rule

__all__ = ["PlanFor", "Rule"]
