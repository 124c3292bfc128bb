"""Which tokens exist and which are honoured: the rules of grants, and nothing of HTTP."""

from datetime import datetime, timedelta

import attrs

from qbapps.simulator.behaviour import (
    Behaviour,
    ReplacedToken,
    RevokeReach,
    Rotation,
    SameUserAgain,
    Takeover,
)
from qbapps.simulator.mint import Mint

ACCESS_LIFETIME = timedelta(seconds=3600)
REFRESH_WINDOW = timedelta(days=100)
HARD_LIFETIME = timedelta(seconds=157_680_000)
CODE_LIFETIME = timedelta(minutes=10)
DAY = timedelta(hours=24)


@attrs.define(eq=False)
class Code:
    """An authorization code: good once, for the client and address it was made for."""

    value: str
    client_id: str
    redirect_uri: str
    sub: str
    realm_id: str | None
    scopes: tuple[str, ...]
    nonce: str | None
    issued_at: datetime
    expires_at: datetime
    grant: "Grant | None" = None


@attrs.define(eq=False)
class RefreshToken:
    """One value of a chain of refresh tokens."""

    value: str
    grant: "Grant" = attrs.field(repr=False)
    number: int
    issued_at: datetime
    expires_at: datetime
    replaced_at: datetime | None = None
    ended: str | None = None


@attrs.define(eq=False)
class AccessToken:
    """One access token and the refresh token it came with."""

    value: str
    grant: "Grant" = attrs.field(repr=False)
    partner: RefreshToken
    expires_at: datetime
    ended: str | None = None


@attrs.define(eq=False)
class Grant:
    """One consent of one user for one app, and all tokens that came of it."""

    client_id: str
    sub: str
    realm_id: str | None
    scopes: tuple[str, ...]
    consented_at: datetime
    hard_expires_at: datetime
    refresh_tokens: list[RefreshToken] = attrs.field(factory=list, repr=False)
    access_tokens: list[AccessToken] = attrs.field(factory=list, repr=False)
    condemned: str | None = None
    ended: str | None = None

    def end(self, why: str) -> None:
        """Stop honouring every token of this grant; the first reason is the one kept."""
        self.ended = self.ended or why


class Ledger:
    """All codes, grants and tokens, and the rules by which they live and die."""

    def __init__(self, mint: Mint) -> None:
        self._mint = mint
        self.codes: dict[str, Code] = {}
        self.refresh_tokens: dict[str, RefreshToken] = {}
        self.access_tokens: dict[str, AccessToken] = {}
        self._by_slot: dict[tuple[str, str | None], list[Grant]] = {}
        self._by_user: dict[tuple[str, str], list[Grant]] = {}

    def slots(self) -> list[tuple[str, str]]:
        """List each app and company that were ever connected."""
        return [(client, realm) for client, realm in self._by_slot if realm is not None]

    def grants(self, client_id: str, realm_id: str | None) -> list[Grant]:
        """List the grants of an app in a company, oldest first."""
        return list(self._by_slot.get((client_id, realm_id), ()))

    def add_code(self, code: Code) -> None:
        """Remember a code that was just given to a user."""
        self.codes[code.value] = code

    def open(self, code: Code, at: datetime) -> Grant:
        """Turn a code into a grant, still without tokens."""
        grant = Grant(
            client_id=code.client_id,
            sub=code.sub,
            realm_id=code.realm_id,
            scopes=code.scopes,
            consented_at=code.issued_at,
            hard_expires_at=at + HARD_LIFETIME,
        )
        code.grant = grant
        self._by_slot.setdefault((grant.client_id, grant.realm_id), []).append(grant)
        self._by_user.setdefault((grant.client_id, grant.sub), []).append(grant)
        return grant

    def issue(self, grant: Grant, at: datetime) -> RefreshToken:
        """Give *grant* a new refresh token, which replaces the ones before it."""
        for earlier in grant.refresh_tokens:
            earlier.replaced_at = earlier.replaced_at or at
        token = RefreshToken(
            value=self._mint.refresh_token(),
            grant=grant,
            number=len(grant.refresh_tokens),
            issued_at=at,
            expires_at=at + REFRESH_WINDOW,
        )
        grant.refresh_tokens.append(token)
        self.refresh_tokens[token.value] = token
        return token

    def issue_access(self, partner: RefreshToken, at: datetime) -> AccessToken:
        """Give out an access token beside *partner*."""
        token = AccessToken(
            value=self._mint.access_token(),
            grant=partner.grant,
            partner=partner,
            expires_at=at + ACCESS_LIFETIME,
        )
        partner.grant.access_tokens.append(token)
        self.access_tokens[token.value] = token
        return token

    def renew(self, used: RefreshToken, at: datetime, behaviour: Behaviour, *, rotate: bool = False) -> RefreshToken:
        """
        Answer a refresh made with the live token *used*.

        Args:
            rotate: Give a new value even if the behaviour would repeat the present one.

        Source: Intuit, "Authorization FAQ": the value changes every 24 hours, the 100 days
        start again at each use.
        """
        self.note_use(used, behaviour)
        current = used.grant.refresh_tokens[-1]
        rotate = (
            rotate
            or behaviour.rotation is Rotation.EACH_REFRESH
            or at - current.issued_at >= DAY
            or self.fate(current, at, behaviour) is not None
        )
        if rotate:
            return self.issue(used.grant, at)
        current.expires_at = at + REFRESH_WINDOW
        return current

    def note_use(self, token: RefreshToken, behaviour: Behaviour) -> None:
        """Remember that *token*, or its access token, was used: its predecessors may now die."""
        if behaviour.replaced_refresh_token is ReplacedToken.ALIVE_UNTIL_NEW_USED:
            for earlier in token.grant.refresh_tokens[: token.number]:
                earlier.ended = earlier.ended or "replaced, and its successor has been used"

    def fate(self, token: RefreshToken | AccessToken, at: datetime, behaviour: Behaviour) -> str | None:
        """Tell why *token* is dead; None while it lives."""
        if token.ended or token.grant.ended:
            return token.ended or token.grant.ended
        if isinstance(token, AccessToken):
            return "expired" if at >= token.expires_at else None
        if at >= min(token.grant.hard_expires_at, token.expires_at):
            return "older than five years" if at >= token.grant.hard_expires_at else "unused for 100 days"
        return self._replaced(token, at, behaviour)

    def _replaced(self, token: RefreshToken, at: datetime, behaviour: Behaviour) -> str | None:
        if token.replaced_at is None:
            return None
        match behaviour.replaced_refresh_token:
            case ReplacedToken.DEAD_AT_ONCE:
                return "replaced"
            case ReplacedToken.ALIVE_24H:
                return "replaced 24 hours ago" if at - token.replaced_at >= DAY else None
            case ReplacedToken.ALIVE_UNTIL_NEW_USED:
                return None

    def holder(self, client_id: str, realm_id: str, at: datetime, behaviour: Behaviour) -> Grant | None:
        """Find the grant by which an app is connected to a company now: the newest that lives."""
        for grant in reversed(self._by_slot.get((client_id, realm_id), ())):
            if self.live_refresh(grant, at, behaviour):
                return grant
        return None

    def live_refresh(self, grant: Grant, at: datetime, behaviour: Behaviour) -> list[RefreshToken]:
        """List the refresh tokens of *grant* that the token endpoint would honour now."""
        if grant.condemned:
            return []
        return [t for t in grant.refresh_tokens if self.fate(t, at, behaviour) is None]

    def live_access(self, grant: Grant, at: datetime, behaviour: Behaviour) -> list[AccessToken]:
        """List the access tokens of *grant* that the API would honour now."""
        return [t for t in grant.access_tokens if self.fate(t, at, behaviour) is None]

    def revoke(self, token: RefreshToken | AccessToken, reach: RevokeReach) -> None:
        """Revoke *token* and whatever dies with it."""
        grant = token.grant
        match reach:
            case RevokeReach.PAIR:
                refresh = token.partner if isinstance(token, AccessToken) else token
                refresh.ended = refresh.ended or "revoked"
                for access in grant.access_tokens:
                    if access.partner is refresh:
                        access.ended = access.ended or "revoked"
            case RevokeReach.APP_COMPANY:
                if grant.realm_id is None:
                    grant.end("revoked")
                else:
                    self.end_slot(grant.client_id, grant.realm_id, "revoked")
            case RevokeReach.USER_APP:
                for sibling in self._by_user[grant.client_id, grant.sub]:
                    sibling.end("revoked")

    def displace(self, code: Code, behaviour: Behaviour, *, spared: Grant | None = None) -> None:
        """Let the consent behind *code* act on the grants of that app and company before it."""
        if code.realm_id is None:
            return
        for grant in self._by_slot.get((code.client_id, code.realm_id), ()):
            if grant is spared:
                continue
            if grant.sub == code.sub:
                if behaviour.same_user_again is SameUserAgain.DIE:
                    grant.end("the same user consented again")
                continue
            match behaviour.takeover:
                case Takeover.DIES_AT_ONCE:
                    grant.end("taken over by another admin")
                case Takeover.DIES_AT_NEXT_REFRESH:
                    grant.condemned = "taken over by another admin"
                case Takeover.STAYS:
                    pass

    def end_slot(self, client_id: str, realm_id: str, why: str) -> None:
        """End every grant of an app in a company."""
        for grant in self._by_slot.get((client_id, realm_id), ()):
            grant.end(why)
