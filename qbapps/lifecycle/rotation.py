"""One refresh: its intent recorded, sent, and what came back saved before anyone sees it."""

from __future__ import annotations

import contextlib
import logging

import attrs

from qbapps.domain import policies
from qbapps.domain.connection import Connection, refreshed
from qbapps.domain.events import Event, EventKind
from qbapps.domain.parties import Credentials
from qbapps.domain.signals import Reaction, Signal, Where
from qbapps.domain.states import ConnectionState
from qbapps.domain.tokens import SealedTokens, TokenGrant, TokenSet, rotate
from qbapps.domain.verdicts import verdict
from qbapps.errors import IntuitError, IntuitUnavailable, StaleVersion
from qbapps.lifecycle import lookup, losing, refused, usable
from qbapps.lifecycle.leasing import Turn
from qbapps.lifecycle.saving import retry_stale, save
from qbapps.lifecycle.sealing import open_credentials, open_pair, seal_pair, tombstone
from qbapps.ports import Change, Ports, Standing

_log = logging.getLogger(__name__)


@attrs.frozen(kw_only=True)
class Attempt:
    """
    A refresh that is about to be sent.

    Attributes:
        connection: As it was when the lease was taken.
        noted: The pair with the intent in its journal; saved together with the lease.
        is_use: Whether somebody is waiting for the token, as opposed to upkeep.
    """

    connection: Connection
    noted: SealedTokens
    tokens: TokenSet
    keys: Credentials
    is_use: bool


def prepare(ports: Ports, standing: Standing, sealed: SealedTokens, *, is_use: bool) -> Attempt:
    """
    Open what a refresh needs, and write its intent into the journal of the pair; nothing is saved yet.

    Raises:
        IntuitUnavailable: It was refused in what looks like an outage, and may not be tried again yet.
        ConfigurationError: We do not hold the app's credentials.
        VaultError: The pair or the client secret cannot be opened.
    """
    connection = standing.connection
    refused.check_patience(ports, connection, sealed)
    return Attempt(
        connection=connection,
        noted=with_intent(ports, sealed),
        tokens=open_pair(ports.vault, sealed),
        keys=open_credentials(ports.vault, standing.app, standing.client_secret),
        is_use=is_use,
    )


def send(ports: Ports, attempt: Attempt, turn: Turn) -> TokenSet:
    """
    Refresh a pair at Intuit and save what comes back before anyone sees it.

    The intent was saved with the lease, so that a process killed in between leaves a pair that is
    known to be ambiguous. The lease ends with the last save.
    """
    try:
        return _send(ports, attempt, turn)
    except IntuitError as error:
        error.connection_id, error.realm_id = attempt.connection.id, attempt.connection.realm_id
        if isinstance(error, IntuitUnavailable) and error.status == 429:
            error.retry_after = error.retry_after or policies.THROTTLE_PAUSE
        ports.store.release_lease(turn.lease)
        raise
    except BaseException:
        ports.store.release_lease(turn.lease)
        raise


def _send(ports: Ports, attempt: Attempt, turn: Turn) -> TokenSet:
    noted = attempt.noted
    for last_try in (False, True):
        if not turn.lasts(ports):
            # Sent now, it could meet the refresh of the next holder.
            note_failure(ports, noted, sent=False, answered=last_try)
            raise _too_slow(attempt, refused=last_try)
        answer = ask(ports, attempt.keys, noted, attempt.tokens, again=last_try)
        if not isinstance(answer, IntuitError):
            return _save(ports, attempt, rotate(attempt.tokens, answer, ports.clock.now()), answer, turn)
        refusal = answer
        newer = ports.store.tokens(attempt.connection.id)
        if newer is not None and newer.generation > noted.generation:
            ports.store.release_lease(turn.lease)
            return open_pair(ports.vault, newer)
        if not last_try:
            # An outage answers invalid_grant too, so one refusal is not believed.
            ports.clock.sleep(policies.INVALID_GRANT_PAUSE.total_seconds())
    try:
        weighed = refused.weigh(ports, attempt.connection.id, noted, refusal)
    except StaleVersion:
        # A consent or a disconnect came while it was weighed: what was refused is of no interest any more.
        standing = lookup.standing(ports.store, noted.connection_id)
        newer = usable.held(ports, standing.connection, standing.tokens)
        if newer.generation <= noted.generation:
            raise
        ports.store.release_lease(turn.lease)
        return open_pair(ports.vault, newer)
    raise weighed


def ask(
    ports: Ports, keys: Credentials, noted: SealedTokens, tokens: TokenSet, *, again: bool = False
) -> TokenGrant | IntuitError:
    """
    Send one refresh. A refusal that has to be checked or weighed is returned, its journal still open.

    Args:
        again: Whether it was refused a moment ago.

    Raises:
        IntuitError: Any other failure; it is in the journal.
    """
    try:
        return ports.oauth.refresh(keys, tokens.refresh_token)
    except IntuitError as error:
        found = verdict(Where.TOKEN, error, again=again)
        if found.reaction in (Reaction.CHECK, Reaction.WEIGH):
            return error
        was_sent = found.signal is not Signal.NOT_SENT
        note_failure(ports, noted, sent=was_sent and found.processed is not False, answered=was_sent or again)
        if found.reaction is Reaction.TELL_KEYS:
            refused.note_keys(ports, keys.app_id, noted.connection_id, error)
        raise


def with_intent(ports: Ports, sealed: SealedTokens) -> SealedTokens:
    """Return *sealed* with its journal saying that a refresh of it is about to be sent."""
    ambiguous = sealed.ambiguous_since
    if sealed.intent_at is not None and ambiguous is None:
        # Somebody was about to send this pair and never said how it went.
        ambiguous = sealed.intent_at
    return attrs.evolve(sealed, intent_at=ports.clock.now(), intent_by=ports.holder, ambiguous_since=ambiguous)


def note_intent(ports: Ports, sealed: SealedTokens) -> SealedTokens:
    """Record that a refresh of *sealed* is about to be sent; for a caller that has the lease already."""
    noted = with_intent(ports, sealed)
    save(ports, Change(marks=noted))
    return noted


def note_failure(ports: Ports, noted: SealedTokens, *, sent: bool, answered: bool = False) -> None:
    """
    Record that the refresh of *noted* gave no pair.

    Args:
        sent: Whether it may have been carried out: the pair is ambiguous from now on.

        answered: Whether Intuit said that it was not. That is believed, except as a proof.
    """
    ambiguous = noted.ambiguous_since or (noted.intent_at if sent else None)
    doubted = noted.doubted_since or (noted.intent_at if answered else None)
    marks = attrs.evolve(noted, intent_at=None, intent_by=None, ambiguous_since=ambiguous, doubted_since=doubted)
    # Where another pair has come in meanwhile, how this one fared matters no more.
    with contextlib.suppress(StaleVersion):
        save(ports, Change(marks=marks))


def _save(ports: Ports, attempt: Attempt, tokens: TokenSet, answer: TokenGrant, turn: Turn) -> TokenSet:
    """
    Save the pair over its parent, whatever else happened to the connection meanwhile.

    Two holders may have sent the same parent, when the first outlived its lease. Each answer is
    saved; of two pairs of one consent the one that was asked for later, under the higher fence, rules.
    """

    def again() -> TokenSet:
        return beat(lookup.connection(ports.store, attempt.connection.id), ports.store.tokens(attempt.connection.id))

    def beat(connection: Connection, current: SealedTokens | None) -> TokenSet:
        if current is None and connection.state is ConnectionState.DISCONNECTED:
            _revoke_late(ports, attempt, tokens)
        if connection.grant != attempt.connection.grant or current is None or current.fence > turn.lease.fence:
            # A consent, a disconnect or a later refresh came in between: ours belongs to what was before.
            ports.store.release_lease(turn.lease)
            return open_pair(ports.vault, usable.held(ports, connection, current))
        ours = attrs.evolve(tokens, generation=current.generation + 1)
        gone = connection.state is ConnectionState.DISCONNECTED
        used_on = ours.obtained_at.date() if attempt.is_use else None
        change = replacing(ports, current, ours, answer, turn.lease.fence)
        save(
            ports,
            attrs.evolve(
                change,
                records=() if gone else (refreshed(connection, ours, used_on=used_on),),
                events=(*change.events, *_taken_back(ports, connection, ours)),
                release=turn.lease,
            ),
        )
        return ours

    try:
        # Nothing else may have been saved since the lease was taken; if something was, the save says so.
        return beat(attempt.connection, attempt.noted)
    except StaleVersion:
        return retry_stale(again)


def replacing(ports: Ports, parent: SealedTokens, ours: TokenSet, answer: TokenGrant, fence: int) -> Change:
    """Return the change that puts the pair of *answer* in its parent's place."""
    same_value = parent.digest == ours.refresh_token.digest()
    return Change(
        tokens=attrs.evolve(seal_pair(ports.vault, parent.connection_id, ours), fence=fence),
        parent_generation=parent.generation,
        tombstones=() if same_value else (tombstone(parent, ours.obtained_at, "rotated"),),
        events=(
            Event(
                stream=parent.connection_id,
                kind=EventKind.REFRESHED,
                at=ours.obtained_at,
                details={
                    "generation": ours.generation,
                    "rotated": not same_value,
                    "intuit_tid": answer.intuit_tid,
                },
            ),
        ),
    )


def _taken_back(ports: Ports, before: Connection, tokens: TokenSet) -> tuple[Event, ...]:
    """Return what tells that a refusal was taken back, if it was."""
    marked = before.state is ConnectionState.NEEDS_RECONNECT
    if marked and refreshed(before, tokens).state is not ConnectionState.NEEDS_RECONNECT:
        return (losing.revived(before, ports),)
    return ()


def _revoke_late(ports: Ports, attempt: Attempt, tokens: TokenSet) -> None:
    """End a pair that came after its connection was disconnected and its pair destroyed here."""
    where = {"connection_id": attempt.connection.id}
    try:
        answer = ports.oauth.revoke(attempt.keys, tokens.refresh_token)
    except IntuitError:
        _log.exception("A pair came after its connection was disconnected, and could not be revoked.", extra=where)
    else:
        where |= {"status": str(answer.status), "intuit_tid": str(answer.intuit_tid)}
        _log.warning("A pair came after its connection was disconnected, and was revoked.", extra=where)


def _too_slow(attempt: Attempt, *, refused: bool) -> IntuitUnavailable:
    doing = "checking a refusal" if refused else "getting ready"
    return IntuitUnavailable(
        f"The lease of {attempt.connection.id} was about to end while {doing}; nothing more was sent.",
        hint="Try again; the connection is not to blame.",
        processed=False,
    )
