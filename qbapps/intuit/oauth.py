"""The authorization server, over intuit-oauth: consent, exchange, refresh, revoke, identity."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from qbapps.domain import policies
from qbapps.domain.parties import Credentials, Identity
from qbapps.domain.tokens import TokenGrant
from qbapps.errors import IntuitError, IntuitRejected, QBAppsError
from qbapps.intuit import identity, mapping, refusals
from qbapps.intuit.answers import Answer
from qbapps.intuit.discovery import Discovery, Endpoints
from qbapps.intuit.gateway import Gateway
from qbapps.intuit.retrying import Retries
from qbapps.intuit.transport import Transport
from qbapps.ports import Clock, RevokeAnswer
from qbapps.values import Secret

log = logging.getLogger(__name__)


class IntuitOAuth:
    """
    Intuit's authorization server (``ports.OAuth``). Threads may share it.

    Args:
        timeout: Longest wait for one answer.

        transport: The pool to use; without one it makes its own.
    """

    def __init__(
        self,
        clock: Clock,
        timeout: timedelta = policies.HTTP_TIMEOUT,
        transport: Transport | None = None,
    ) -> None:
        self._clock = clock
        self._timeout = timeout
        self._transport = transport or Transport()
        self._owned = transport is None
        self._retries = Retries(clock)
        self._discovery = Discovery(self._transport, clock, timeout)
        self._id_tokens = identity.IdTokens(self._transport, clock, timeout)

    def close(self) -> None:
        """Close the connections, unless they are another's."""
        if self._owned:
            self._transport.close()

    def authorization_url(self, credentials: Credentials, state: Secret) -> str:
        """
        Return the consent page's URL; may read the discovery document, at most once a day.

        Raises:
            ConfigurationError: The app's ``discovery_url`` is not secure.

            IntuitUnavailable: The app's own discovery document cannot be read.

        Source: Intuit, "Set up OAuth 2.0", authorization request
        """
        # Not intuit-oauth's own: it takes only the scopes it knows.
        query = {
            "client_id": credentials.client_id,
            "response_type": "code",
            "scope": " ".join(credentials.scopes),
            "redirect_uri": credentials.redirect_uri,
            "state": state.reveal(),
        }
        page = self._discovery.endpoints(credentials).authorization
        return f"{page}{'&' if '?' in page else '?'}{urlencode(query, quote_via=quote)}"

    def exchange(self, credentials: Credentials, code: Secret) -> TokenGrant:
        """
        Exchange a code; sent again only when Intuit certainly did not process it.

        Raises:
            IntuitRejected: ``invalid_grant``, ``invalid_client`` or another reason.

            IntuitUnavailable: ``processed`` is False when the code can still be used, None when
                nobody knows.

            IntuitProtocolError: The answer was garbled; tokens may have been issued and lost.
        """
        doing = "exchanging a code"
        return self._granted(credentials, doing, lambda gateway: gateway.get_bearer_token(code.reveal()))

    def refresh(self, credentials: Credentials, refresh_token: Secret) -> TokenGrant:
        """
        Refresh a pair; sent again only when Intuit certainly did not process it.

        Raises:
            IntuitRejected: ``invalid_grant`` (to be checked, not believed), ``invalid_client`` (our
                keys, not the connection) or another reason.

            IntuitUnavailable: ``processed`` is False when the token can still be used, None when
                nobody knows.

            IntuitProtocolError: The answer was garbled; a new pair may have been issued and lost.
        """
        doing = "refreshing a token pair"
        return self._granted(credentials, doing, lambda gateway: gateway.refresh(refresh_token.reveal()))

    def revoke(self, credentials: Credentials, token: Secret) -> RevokeAnswer:
        """
        Revoke a pair; sent again while Intuit is unavailable, for a second revoke does no harm.

        Raises:
            IntuitRejected: ``invalid_client``: our keys are wrong. Nothing was revoked.

            IntuitUnavailable: Nobody knows whether it was revoked.

        Source: Intuit, "Set up OAuth 2.0", revoke; 400 for tokens that are dead already is
        reported by simstudioai/sim#6099
        """
        doing = "revoking a token"
        return self._retries.while_unavailable(lambda: self._revoke_once(credentials, token, doing))

    def identify(
        self,
        credentials: Credentials,
        access_token: Secret,
        id_token: Secret | None,
        at: datetime,
    ) -> Identity:
        """
        Return who gave the consent: the id_token if it is valid at *at*, userinfo for the rest.

        One of the two is enough. An e-mail is there only if Intuit says it is verified, a realm
        id only if the id_token names one.

        Raises:
            IntuitUnavailable: Neither could be had.

            IntuitRejected: There is no valid id_token, and userinfo refused the access token.

            IntuitProtocolError: The two name different people, or an answer is garbled.
        """
        found = self._discovery.endpoints(credentials)
        signed = None if id_token is None else self._id_tokens.claims(id_token, credentials.client_id, found, at)
        told: identity.Claims | None = None
        failure: IntuitError | None = None
        try:
            told = self._retries.while_unavailable(lambda: self._userinfo(credentials, found, access_token))
        except IntuitError as caught:
            failure = caught
        who = identity.combine(signed, told)
        if who is None:
            raise failure or AssertionError("userinfo neither answered nor failed")
        return who

    def _userinfo(self, credentials: Credentials, found: Endpoints, access_token: Secret) -> identity.Claims:
        doing = "asking who gave a consent"
        answer = self._call(credentials, found, doing, lambda gateway: gateway.get_user_info(access_token.reveal()))
        if not answer.is_success:
            raise refusals.refusal(answer, doing, self._clock.now())
        return identity.read_userinfo(answer)

    def _granted(self, credentials: Credentials, doing: str, ask: Callable[[Gateway], object]) -> TokenGrant:
        found = self._discovery.endpoints(credentials)

        def once() -> TokenGrant:
            answer = self._call(credentials, found, doing, ask)
            return refusals.read_grant(answer, doing, self._clock.now())

        return self._retries.unless_processed(once)

    def _revoke_once(self, credentials: Credentials, token: Secret, doing: str) -> RevokeAnswer:
        found = self._discovery.endpoints(credentials)
        answer = self._call(credentials, found, doing, lambda gateway: gateway.revoke(token.reveal()))
        if answer.is_success or answer.status == 400:
            return RevokeAnswer(accepted=answer.is_success, status=answer.status, intuit_tid=answer.intuit_tid)
        if answer.status == 401:
            raise IntuitRejected(
                "Intuit refused the app's keys while revoking a token (invalid_client).",
                hint="Check the app's client id and secret and register the app again; nothing was revoked.",
                status=401,
                intuit_tid=answer.intuit_tid,
                error="invalid_client",
            )
        raise refusals.refusal(answer, doing, self._clock.now())

    def _call(self, credentials: Credentials, found: Endpoints, doing: str, ask: Callable[[Gateway], object]) -> Answer:
        """
        Let intuit-oauth make one request, and return the answer whatever it thought of it.

        Raises:
            QBAppsError: There was no answer. It carries nothing of the request.
        """
        gateway = Gateway(self._transport.adapter, self._timeout, credentials, found)
        failure: QBAppsError | None = None
        try:
            ask(gateway)
        except Exception as caught:  # noqa: BLE001  # an answer that arrived must not be lost to any error
            failure = mapping.to_error(caught, doing)
        if gateway.answer is not None:
            log.debug(
                "Intuit answered",
                extra={"doing": doing, "status": gateway.answer.status, "intuit_tid": gateway.answer.intuit_tid},
            )
            return gateway.answer
        raise failure or AssertionError("intuit-oauth made no request")
