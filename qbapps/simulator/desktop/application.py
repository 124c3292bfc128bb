"""One line of the Web Connector's window."""

from datetime import datetime, timedelta

import attrs

from qbapps.simulator.desktop.log import Update
from qbapps.simulator.desktop.qwc_file import QwcFile

SHORTEST = timedelta(minutes=1)


@attrs.define(kw_only=True)
class Application:
    """
    An app that was added.

    Attributes:
        company_path: The file that was stamped when the app was added.

        password: What was typed and saved.

        is_ticked: Whether the box on its left is ticked; others are not updated by themselves.

        every: Time between two runs by itself, as the user set it; `None` is never.

        least: Time between two runs that the server insists on.

        next_run: When it runs by itself next; `None` is never.
    """

    file: QwcFile
    company_path: str
    password: str = attrs.field(default="", repr=False)
    is_ticked: bool = True
    every: timedelta | None = None
    least: timedelta = timedelta(0)
    next_run: datetime | None = None
    status: str = ""
    last_run: datetime | None = None
    last_update: Update | None = None

    @property
    def user_name(self) -> str:
        """Tell the name it logs in with."""
        return self.file.user_name

    @property
    def interval(self) -> timedelta | None:
        """Tell the time between two runs by itself, with what the server insists on."""
        return max(self.every, self.least, timedelta(seconds=1)) if self.every else None

    def schedule(self, now: datetime) -> None:
        """Set the next run one interval from *now*."""
        interval = self.interval
        self.next_run = now + interval if interval else None

    def postpone(self, now: datetime, by: timedelta) -> None:
        """Set the next run as far from *now* as the server asked."""
        if self.interval:
            self.next_run = now + by
