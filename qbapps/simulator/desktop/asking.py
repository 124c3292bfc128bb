"""One call of the server after another, with what may happen on the way."""

import http.client

import attrs

from qbapps.simulator.desktop import envelopes
from qbapps.simulator.desktop.application import Application
from qbapps.simulator.desktop.behaviour import ConnectorBehaviour, LostReply
from qbapps.simulator.desktop.envelopes import NotAnAnswer, Result
from qbapps.simulator.desktop.log import Call, Update
from qbapps.simulator.desktop.mishaps import Mishap, Mishaps
from qbapps.simulator.desktop.moving_clock import Movable
from qbapps.simulator.desktop.transports import Post

_SECRET = "strPassword"  # noqa: S105 - the name of an argument


@attrs.frozen(kw_only=True)
class Asking:
    """The calls of one update."""

    application: Application
    update: Update
    post: Post
    clock: Movable
    mishaps: Mishaps
    behaviour: ConnectorBehaviour

    def text(self, method: str, **arguments: str) -> str:
        """
        Call a method that answers with text.

        Raises:
            NotAnAnswer: It did not, or not at all.
        """
        return str(self._ask(method, arguments))

    def number(self, method: str, **arguments: str) -> int:
        """Call a method that answers with a whole number; raises as `text`."""
        result = self._ask(method, arguments)
        return result if isinstance(result, int) else 0

    def strings(self, method: str, **arguments: str) -> tuple[str, ...]:
        """Call a method that answers with several texts; raises as `text`."""
        result = self._ask(method, arguments)
        return result if isinstance(result, tuple) else ()

    def _ask(self, method: str, arguments: dict[str, str]) -> Result:
        shown = {name: value for name, value in arguments.items() if name != _SECRET}
        call = Call(method=method, arguments=shown, at=self.clock.now())
        self.update.calls.append(call)
        self.mishaps.before(call)
        style = self.application.file.style
        body = envelopes.write(method, arguments, style, self.behaviour.empty_strings)
        try:
            call.result = envelopes.read(method, *self._send(method, body), style)
        except NotAnAnswer as wrong:
            call.fault = str(wrong)
            raise
        finally:
            self.mishaps.after(call)
        return call.result

    def _send(self, method: str, body: bytes) -> tuple[int, bytes]:
        tries = 2 if self.behaviour.lost_reply == LostReply.ASKS_ONCE_MORE else 1
        while True:
            tries -= 1
            try:
                return self._send_once(method, body)
            except (OSError, http.client.HTTPException) as lost:
                if not tries:
                    raise NotAnAnswer(f"{type(lost).__name__}: {lost}") from lost

    def _send_once(self, method: str, body: bytes) -> tuple[int, bytes]:
        if self.mishaps.happens(Mishap.REQUEST_LOST, method):
            raise ConnectionResetError("the request was lost")
        answer = self.post(self.application.file.app_url, body, envelopes.headers(method))
        if self.mishaps.happens(Mishap.REPLY_LOST, method):
            raise ConnectionResetError("the reply was lost")
        return answer
