"""The first sync of a connection to QuickBooks Desktop: what it deletes, and whose hours it cannot take yet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from qbapps.desktop import destroying, mapping, standing
from qbapps.domain.desktop.destruction import Preview
from qbapps.domain.desktop.status import DesktopStatus
from qbapps.manager.room import Room


class FirstSync(Room):
    """The first sync of a connection to QuickBooks Desktop: what it deletes, and whose hours it cannot take yet."""

    def report_people(self, connection_id: str, *, users: Iterable[str], mapped: Iterable[str] = ()) -> tuple[str, ...]:
        """
        Keep whose hours the app sends, and for whom it knows a payroll item; return those who have none.

        Their hours cannot be transferred. When there is nobody left, a connection that waited for it is in full use.
        """
        return mapping.report(self._ports, connection_id, users=users, mapped=mapped)

    def preview_destructive(
        self, connection_id: str, doomed: Mapping[str, Collection[str]], *, lang: str | None = None
    ) -> Preview:
        """
        Keep what the first sync would delete in the app, ids by kind, and return how to show it.

        Nothing is deleted. A list that differs from what was confirmed takes the confirmation back.
        """
        return destroying.preview(self._ports, connection_id, doomed, lang)

    def confirm_destructive(
        self, connection_id: str, *, phrase: str, digest: str, by: str | None = None
    ) -> DesktopStatus:
        """
        Take the word that a person typed, ``delete`` or ``supprimer``, for the preview with that digest.

        Raises:
            ConfigurationError: It is not the word.
            PlanAltered: What would be deleted has changed since it was shown.
            TransitionError: There is no preview.
        """
        destroying.confirm(self._ports, connection_id, phrase=phrase, digest=digest, by=by)
        return standing.status(self._ports, connection_id, None)

    def release_destructive(self, connection_id: str, doomed: Mapping[str, Collection[str]]) -> Preview:
        """
        Check, right before deleting, that *doomed* is exactly what was confirmed.

        Ask it when what takes the place has arrived, and delete all in one go: the rest of a list is another list.

        Raises:
            TransitionError: Nothing was confirmed, or QuickBooks has not let us in, or no more.
            PlanAltered: It is something else: delete nothing.
        """
        return destroying.release(self._ports, connection_id, doomed)
