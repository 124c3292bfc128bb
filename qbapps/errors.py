"""
Every error a user of qbapps can meet, as one tree.

    QBAppsError                     anything below
    ├─ ConfigurationError           a setting, an app or a key is missing or wrong
    ├─ NotFoundError                no such app, firm, connection, transfer, ...
    ├─ TransitionError              the thing is in a state that does not allow this
    ├─ NotPermitted                 the person's role does not allow this
    ├─ AuthorizationError           a consent did not give a working connection
    │  ├─ ConsentDenied             the person refused at Intuit
    │  ├─ StateMismatch             unknown or already used state, or another browser
    │  ├─ StateExpired              the link is too old, or was cancelled
    │  ├─ WrongCompany              another company than the one expected
    │  ├─ WrongOwner                another person than the one expected
    │  ├─ GrantUnverified           the answer is kept; it could not be checked yet
    │  └─ ReconnectRequired         only a new consent can revive this connection
    ├─ IntuitError                  Intuit answered, but not with what was asked
    │  ├─ IntuitUnavailable         nothing is known about the connection; try again
    │  ├─ IntuitRejected            Intuit refused, and said why
    │  └─ IntuitProtocolError       the answer could not be understood
    ├─ StoreError                   the database
    │  ├─ StaleVersion              somebody else saved first; load again
    │  ├─ LeaseTimeout              another caller is still refreshing; try again
    │  └─ MigrationNeeded           the schema is older or newer than this version
    ├─ DeadlineExceeded             the caller's deadline passed; the work goes on
    ├─ VaultError                   sealing and opening secrets
    │  ├─ UnknownKey                sealed with a key that was not given
    │  └─ SealBroken                the sealed bytes were altered or moved
    └─ PlanError                    a saved plan
       ├─ PlanAltered               the file is not what was saved
       └─ PlanIncomplete            some rows are left; see the report

Messages say what happened, with ids; hints say what to do next. Neither ever
holds a token, a client secret or a response body.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta


class QBAppsError(Exception):
    """
    Something qbapps refused or could not do.

    Attributes:
        message: What happened, with ids.
        hint: The next action, in the imperative.
        code: Stable name of the kind of error, for programs.
        retryable: Whether the same call may work later, unchanged.
        connection_id: The connection it is about, if any.
        realm_id: The QuickBooks company it is about, if any.
    """

    code = "qbapps_error"
    retryable = False

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        connection_id: str | None = None,
        realm_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.connection_id = connection_id
        self.realm_id = realm_id

    def __str__(self) -> str:
        return f"{self.message} {self.hint}" if self.hint else self.message

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross processes, and Exception's own way leaves out what is keyword-only.
        return _revive, (type(self), self.args, self.__dict__.copy())


def _revive(kind: type[QBAppsError], args: tuple[object, ...], attributes: dict[str, object]) -> QBAppsError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(attributes)
    return error


class ConfigurationError(QBAppsError):
    """A setting, an app's registration or a key is missing or wrong."""

    code = "configuration_error"


class NotFoundError(QBAppsError):
    """The store has no app, firm, connection, transfer or task of that id."""

    code = "not_found"


class TransitionError(QBAppsError):
    """
    The state does not allow the action.

    Attributes:
        state: The state it is in.
        action: What was asked.
        allowed: What is allowed from that state.
    """

    code = "transition_refused"

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        state: str,
        action: str,
        allowed: Sequence[str] = (),
        connection_id: str | None = None,
        realm_id: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, connection_id=connection_id, realm_id=realm_id)
        self.state = state
        self.action = action
        self.allowed = tuple(allowed)


class NotPermitted(QBAppsError):
    """
    The person's known role does not allow the action.

    Attributes:
        role: The role we know the person by.
        needed: The roles that would do.
    """

    code = "not_permitted"

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        role: str,
        needed: Sequence[str],
        connection_id: str | None = None,
        realm_id: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, connection_id=connection_id, realm_id=realm_id)
        self.role = role
        self.needed = tuple(needed)


class AuthorizationError(QBAppsError):
    """
    A consent did not give a working connection.

    Attributes:
        grant_id: The unverified grant that was kept, if one was. See
            ``QBApps.unverified_grants``, ``adopt`` and ``discard``.
    """

    code = "authorization_failed"

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        grant_id: str | None = None,
        connection_id: str | None = None,
        realm_id: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, connection_id=connection_id, realm_id=realm_id)
        self.grant_id = grant_id


class ConsentDenied(AuthorizationError):
    """The person refused on Intuit's consent page."""

    code = "consent_denied"


class StateMismatch(AuthorizationError):
    """The callback's state is unknown, was used before, or belongs to another browser."""

    code = "state_mismatch"


class StateExpired(AuthorizationError):
    """The link was too old, or had been cancelled, when the callback came."""

    code = "state_expired"


class WrongCompany(AuthorizationError):
    """The person chose another company than the one expected."""

    code = "wrong_company"


class WrongOwner(AuthorizationError):
    """Another person than the one expected gave the consent."""

    code = "wrong_owner"


class GrantUnverified(AuthorizationError):
    """The grant is kept, sealed, but could not be checked yet."""

    code = "grant_unverified"
    retryable = True


class ReconnectRequired(AuthorizationError):
    """
    Only a new consent can revive this connection.

    Attributes:
        diagnosis: Why it died, when that is known (a ``Diagnosis``).
    """

    code = "reconnect_required"

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        diagnosis: object | None = None,
        grant_id: str | None = None,
        connection_id: str | None = None,
        realm_id: str | None = None,
    ) -> None:
        super().__init__(
            message,
            hint=hint,
            grant_id=grant_id,
            connection_id=connection_id,
            realm_id=realm_id,
        )
        self.diagnosis = diagnosis


class IntuitError(QBAppsError):
    """
    Intuit answered, but not with what was asked, or did not answer.

    Attributes:
        status: HTTP status, or None when there was no answer.
        intuit_tid: Intuit's own id of the exchange, for their support.
        error: Intuit's name or number for the error, such as ``invalid_grant`` or ``3200``.
    """

    code = "intuit_error"

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        status: int | None = None,
        intuit_tid: str | None = None,
        error: str | None = None,
        connection_id: str | None = None,
        realm_id: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, connection_id=connection_id, realm_id=realm_id)
        self.status = status
        self.intuit_tid = intuit_tid
        self.error = error


class IntuitUnavailable(IntuitError):
    """
    Intuit could not be reached, was overloaded or failed; the connection is not to blame.

    Attributes:
        retry_after: How long Intuit asked to wait, if it did.
        processed: Whether Intuit may have carried out the request: False when the
            request cannot have been processed, None when nobody can know.
    """

    code = "intuit_unavailable"
    retryable = True

    def __init__(
        self,
        message: str,
        *,
        hint: str,
        status: int | None = None,
        intuit_tid: str | None = None,
        error: str | None = None,
        retry_after: timedelta | None = None,
        processed: bool | None = None,
        connection_id: str | None = None,
        realm_id: str | None = None,
    ) -> None:
        super().__init__(
            message,
            hint=hint,
            status=status,
            intuit_tid=intuit_tid,
            error=error,
            connection_id=connection_id,
            realm_id=realm_id,
        )
        self.retry_after = retry_after
        self.processed = processed


class IntuitRejected(IntuitError):
    """Intuit refused the request; ``error`` holds its reason."""

    code = "intuit_rejected"


class IntuitProtocolError(IntuitError):
    """Intuit's answer could not be understood."""

    code = "intuit_protocol_error"


class StoreError(QBAppsError):
    """The database could not do what was asked; nothing was changed."""

    code = "store_error"


class StaleVersion(StoreError):
    """Somebody else saved first; nothing was changed."""

    code = "stale_version"
    retryable = True


class LeaseTimeout(StoreError):
    """Another caller held the connection's lease for longer than this call could wait."""

    code = "lease_timeout"
    retryable = True


class MigrationNeeded(StoreError):
    """The database's schema is not the one this version of qbapps works with."""

    code = "migration_needed"


class DeadlineExceeded(QBAppsError):
    """The caller's deadline passed; what had begun goes on and is kept."""

    code = "deadline_exceeded"
    retryable = True


class VaultError(QBAppsError):
    """A secret could not be sealed or opened."""

    code = "vault_error"


class UnknownKey(VaultError):
    """The secret was sealed with a key that is not in the key ring."""

    code = "unknown_key"


class SealBroken(VaultError):
    """The sealed bytes were altered, or moved from the row they belong to."""

    code = "seal_broken"


class PlanError(QBAppsError):
    """A plan cannot be read or applied."""

    code = "plan_error"


class PlanAltered(PlanError):
    """The plan file is not what was saved."""

    code = "plan_altered"


class PlanIncomplete(PlanError):
    """
    Some rows of the plan are left.

    Attributes:
        report: What was done and what remains.
    """

    code = "plan_incomplete"

    def __init__(self, message: str, *, hint: str, report: object | None = None) -> None:
        super().__init__(message, hint=hint)
        self.report = report
