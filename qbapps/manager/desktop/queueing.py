"""What is asked of QuickBooks Desktop, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from qbapps.desktop import queueing
from qbapps.domain.desktop.jobs import Job
from qbapps.manager.room import Room

if TYPE_CHECKING:
    from qbapps.desktop import qbxml


class Queueing(Room):
    """What is asked of QuickBooks Desktop, and what came of it."""

    def enqueue(self, connection_id: str, request: qbxml.Request, *, key: str | None = None) -> Job:
        """
        Queue a request; it is sent when the connector comes next.

        Args:
            request: As ``qbapps.desktop.qbxml`` builds them.

            key: Your own, such as a shift's id: the same key twice makes one job, whoever asks.

        Raises:
            ConfigurationError: *key* stands for another request.
            TransitionError: The connection has ended.
        """
        return queueing.enqueue(self._ports, connection_id, request, key)

    def job(self, job_id: str) -> Job:
        """
        Return a job as it stands.

        Raises:
            NotFoundError: There is none of that id.
        """
        return queueing.job(self._ports, job_id)

    def jobs(self, connection_id: str, *, state: str | None = None) -> Iterator[Job]:
        """
        Stream the jobs of a connection, or those in one state, in the order in which they were queued.

        Raises:
            ConfigurationError: There is no such state.
        """
        return queueing.listed(self._ports, connection_id, state)

    def results(self, job_id: str) -> Iterator[qbxml.Record]:
        """
        Stream the records that came of a job, as far as they have come, in memory that does not grow with them.

        Raises:
            NotFoundError: There is no such job, or its answer was discarded.
            TransitionError: It failed or was cancelled.
        """
        return queueing.results(self._ports, job_id)

    def discard_results(self, *, before: datetime, connection_id: str | None = None) -> int:
        """
        Let go of what was asked and answered in jobs that ended before then: of one connection, or of all.

        The jobs themselves stay, with their keys, states and times.

        What QuickBooks sent is kept until this is called: it is the companies' books, so call it regularly.

        Returns:
            Of how many jobs the answers went.

        Raises:
            ConfigurationError: *before* has no time zone.
        """
        return queueing.discard(self._ports, before, connection_id)

    def cancel_job(self, job_id: str, *, by: str | None = None) -> Job:
        """
        Cancel a job that was not sent yet.

        Raises:
            TransitionError: It was sent.
        """
        return queueing.cancel(self._ports, job_id, by=by)

    def settle_job(self, job_id: str, *, carried_out: bool, by: str, note: str | None = None) -> Job:
        """
        Take a person's word for whether QuickBooks carried out a change whose answer was lost for good.

        Raises:
            TransitionError: Its fate is known, or still being found out by sending it again.
        """
        return queueing.settle(self._ports, job_id, carried_out=carried_out, by=by, note=note)
