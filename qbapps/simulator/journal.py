"""What was asked of the simulator, in order of arrival."""

from datetime import datetime

import attrs

from qbapps.simulator.messages import Record, Request


class Journal:
    """Keeps one record for each request, complete once it was answered."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._first = 0

    @property
    def records(self) -> tuple[Record, ...]:
        """List what was asked, oldest first."""
        return tuple(self._records)

    def open(
        self,
        request: Request,
        operation: str,
        at: datetime,
        client_id: str | None,
        realm_id: str | None,
        fault: str | None,
    ) -> int:
        """Write down that a request arrived and return its number."""
        number = self._first + len(self._records)
        record = Record(
            number=number,
            at=at,
            operation=operation,
            method=request.method,
            path=request.path,
            query=request.query,
            headers=request.headers,
            body=request.text,
            client_id=client_id,
            realm_id=realm_id,
            fault=fault,
        )
        self._records.append(record)
        return number

    def close(
        self,
        number: int,
        outcome: str,
        tid: str,
        *,
        processed: bool,
        status: int | None = None,
        answer: str = "",
        note: str | None = None,
    ) -> None:
        """Write down what became of a request; one that was cleared away stays away."""
        place = number - self._first
        if place >= 0:
            self._records[place] = attrs.evolve(
                self._records[place],
                outcome=outcome,
                intuit_tid=tid,
                processed=processed,
                status=status,
                answer=answer,
                note=note,
            )

    def clear(self) -> None:
        """Forget everything so far."""
        self._first += len(self._records)
        self._records.clear()
