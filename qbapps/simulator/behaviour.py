"""What nobody outside Intuit knows for certain, as switches that can each be played."""

from collections.abc import Iterator
from enum import StrEnum
from itertools import product
from typing import Any, NoReturn

import attrs


class Choice(StrEnum):
    """A closed set of names; a wrong one is answered with those that exist."""

    @classmethod
    def _missing_(cls, value: object) -> NoReturn:
        names = ", ".join(member.value for member in cls)
        raise ValueError(f"{cls.__name__} cannot be {value!r}; it is one of: {names}")


class RevokeReach(Choice):
    """Which tokens die with the one that is revoked."""

    PAIR = "pair"
    APP_COMPANY = "app_company"
    USER_APP = "user_app"


class ReplacedToken(Choice):
    """How long a refresh token is honoured once another has replaced it."""

    DEAD_AT_ONCE = "dead_at_once"
    ALIVE_24H = "alive_24h"
    ALIVE_UNTIL_NEW_USED = "alive_until_new_used"


class Rotation(Choice):
    """When a refresh answers with a new refresh token."""

    EACH_REFRESH = "each_refresh"
    WHEN_OLDER_THAN_24H = "when_older_than_24h"


class Replay(Choice):
    """What happens when a dead refresh token is presented again."""

    INVALID_GRANT = "invalid_grant"
    KILLS_CHAIN = "kills_chain"


class Takeover(Choice):
    """What becomes of the former owner's tokens when another admin connects."""

    DIES_AT_ONCE = "dies_at_once"
    DIES_AT_NEXT_REFRESH = "dies_at_next_refresh"
    STAYS = "stays"


class SameUserAgain(Choice):
    """What becomes of a user's tokens when the same user consents again."""

    DIE = "die"
    STAY = "stay"


class DeadRevoke(Choice):
    """How the revocation endpoint answers for a token that is already dead."""

    OK = "200"
    REFUSED_WITH_BODY = "400_with_body"
    REFUSED_EMPTY = "400_empty"


class IdTokenOnRefresh(Choice):
    """Whether a refresh answers with an id_token when `openid` was granted."""

    ABSENT = "absent"
    PRESENT = "present"


class TakeoverMoment(Choice):
    """When a new consent acts on the tokens that came before it."""

    EXCHANGE = "exchange"
    CONSENT = "consent"


_YES_OR_NO = attrs.validators.instance_of(bool)


@attrs.frozen(kw_only=True)
class Behaviour:
    """
    One way in which Intuit may behave; the defaults are the likeliest in real life.

    The first eight switches span the 1,296 combinations of `Behaviour.combinations()`.
    Members or their text are accepted: `Behaviour(takeover="stays")`.

    Attributes:
        revoke_reach: Default `app_company`: Intuit's page says that revoking also removes the
            permission. Source: Intuit, "Set up OAuth 2.0"; how far it reaches is undocumented.

        replaced_refresh_token: Default `dead_at_once`. Source: Intuit, "Authorization FAQ": the
            previous token expires when a new one is issued; no grace period is documented.

        rotation: Default `when_older_than_24h`. Source: Intuit, "Authorization FAQ".

        replay: Default `invalid_grant`. Source: Intuit, "Authorization FAQ", says only that
            multiple attempts may invalidate the token.

        takeover: Default `dies_at_once`. Source: undocumented; every position can be played.

        same_user_again: Default `die`. Source: undocumented; every position can be played.

        dead_revoke: Default `400_empty`. Source: intuit/oauth-jsclient issue 71 shows an empty
            body; undocumented.

        id_token_on_refresh: Default `absent`. Source: undocumented.

        code_replay_revokes: Whether a code used twice also kills what its first use gave.
            Source: Intuit, "Authorization FAQ".

        takeover_refused: Whether a second admin is sent back with `app_already_purchased`
            while another holds the connection. Source: Workato's QuickBooks troubleshooting
            page; undocumented by Intuit.

        takeover_moment: Whether a new consent acts on older tokens when its code is exchanged,
            or already when the user agrees. Source: undocumented.

        enforce_limits: Whether the Accounting API throttles at 10 requests a second for each
            app and company and 500 a minute for each company. Off by default, since a clock
            moved by hand puts everything in one second. Source: Intuit, "Limits and throttles".
    """

    revoke_reach: RevokeReach = attrs.field(default=RevokeReach.APP_COMPANY, converter=RevokeReach)
    replaced_refresh_token: ReplacedToken = attrs.field(default=ReplacedToken.DEAD_AT_ONCE, converter=ReplacedToken)
    rotation: Rotation = attrs.field(default=Rotation.WHEN_OLDER_THAN_24H, converter=Rotation)
    replay: Replay = attrs.field(default=Replay.INVALID_GRANT, converter=Replay)
    takeover: Takeover = attrs.field(default=Takeover.DIES_AT_ONCE, converter=Takeover)
    same_user_again: SameUserAgain = attrs.field(default=SameUserAgain.DIE, converter=SameUserAgain)
    dead_revoke: DeadRevoke = attrs.field(default=DeadRevoke.REFUSED_EMPTY, converter=DeadRevoke)
    id_token_on_refresh: IdTokenOnRefresh = attrs.field(default=IdTokenOnRefresh.ABSENT, converter=IdTokenOnRefresh)
    code_replay_revokes: bool = attrs.field(default=True, validator=_YES_OR_NO)
    takeover_refused: bool = attrs.field(default=False, validator=_YES_OR_NO)
    takeover_moment: TakeoverMoment = attrs.field(default=TakeoverMoment.EXCHANGE, converter=TakeoverMoment)
    enforce_limits: bool = attrs.field(default=False, validator=_YES_OR_NO)

    @classmethod
    def combinations(cls) -> Iterator["Behaviour"]:
        """Yield the 1,296 combinations of the eight switches nobody can document."""
        for positions in product(*MATRIX.values()):
            chosen: dict[str, Any] = dict(zip(MATRIX, positions, strict=True))
            yield cls(**chosen)

    @property
    def label(self) -> str:
        """Say which positions differ from the defaults, fit for the name of a test."""
        ordinary = Behaviour()
        return (
            " ".join(
                f"{name}={getattr(self, name)}"
                for name in attrs.fields_dict(Behaviour)
                if getattr(self, name) != getattr(ordinary, name)
            )
            or "defaults"
        )


MATRIX: dict[str, type[Choice]] = {
    "revoke_reach": RevokeReach,
    "replaced_refresh_token": ReplacedToken,
    "rotation": Rotation,
    "replay": Replay,
    "takeover": Takeover,
    "same_user_again": SameUserAgain,
    "dead_revoke": DeadRevoke,
    "id_token_on_refresh": IdTokenOnRefresh,
}
"""The switches of `Behaviour.combinations()`, each with the enum of its positions."""
