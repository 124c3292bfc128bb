"""Hypothesis: the same examples at each run where CI says so, new ones elsewhere."""

from __future__ import annotations

import os

from hypothesis import settings

# A deadline per example would measure the machine, not the code.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("dev", deadline=None)
settings.load_profile("ci" if os.environ.get("CI", "").lower() == "true" else "dev")
