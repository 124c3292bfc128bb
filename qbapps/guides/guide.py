"""A guide: the steps of one thing that only a person in QuickBooks can do."""

from __future__ import annotations

from datetime import date
from typing import Final

import attrs

from qbapps.language import N_

SURVEY: Final = N_("Answer the short questionnaire. Suggested answer: {answer}.")
"""The one step that needs a reason; without one, ``SURVEY_WITHOUT_REASON`` takes its place."""

SURVEY_WITHOUT_REASON: Final = N_("Answer the short questionnaire with the answer that fits best.")

TAKE_OVER: Final = N_(
    "If you are not the user who connected {app} (on record: {person}), take it over first: “Find apps”, choose {app}, "
    "“Get app now”, then accept to replace its admin (“Change Admin”, “Become Admin” or “Connect anyway”, depending on "
    "the screen)."
)
"""
What comes before any disconnect by hand: only the user who connected an app can disconnect it.

Source: Intuit help, "Disconnect an app" (Canada), "Change Admin"; "Transfer app ownership or disconnect apps"
(Ireland), "Connect anyway" in QuickBooks and "Become Admin" in QuickBooks Online Accountant
"""

MENU: Final = N_("Open the ▼ menu next to “Launch” and select “Disconnect”.")


@attrs.frozen(kw_only=True)
class Guide:
    """
    How one thing is done by hand.

    Texts are English keys of the catalogue; they may name ``{app}``, ``{company}`` and ``{person}``.

    Attributes:
        valid_as_of: Day of the newest page that shows these labels. Intuit moves them now and
            then: the older this is, the more a step is a direction and the less a label.
        source: Where the steps come from.
        who: Who can do it.
        steps: What to do, in order.
        checks: How to see that it is done.
    """

    valid_as_of: date
    source: str
    who: str
    steps: tuple[str, ...]
    checks: tuple[str, ...]
