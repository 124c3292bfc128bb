"""The Accounting API's throttles."""

from collections import deque
from datetime import datetime, timedelta

PER_APP_AND_COMPANY = (10, timedelta(seconds=1))
PER_COMPANY = (500, timedelta(minutes=1))


class Limits:
    """
    Counts requests in sliding windows.

    Source: Intuit, "Limits and throttles": 10 a second for each company and app, 500 a minute
    for each company, the same in sandbox and production.
    """

    def __init__(self) -> None:
        self._seen: dict[tuple[str, ...], deque[datetime]] = {}

    def admit(self, client_id: str, realm_id: str, at: datetime) -> bool:
        """Count one request, or tell that it is one too many; a refused one is not counted."""
        windows = [
            (self._window((client_id, realm_id), at, PER_APP_AND_COMPANY[1]), PER_APP_AND_COMPANY),
            (self._window((realm_id,), at, PER_COMPANY[1]), PER_COMPANY),
        ]
        if any(len(window) >= most for window, (most, _) in windows):
            return False
        for window, _ in windows:
            window.append(at)
        return True

    def _window(self, key: tuple[str, ...], at: datetime, width: timedelta) -> deque[datetime]:
        window = self._seen.setdefault(key, deque())
        while window and not at - width < window[0] <= at:
            window.popleft()
        return window
