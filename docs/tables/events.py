"""What each kind of event means, and what its details say; a test compares them with what the code writes."""

from __future__ import annotations

from qbapps.domain.events import EventKind
from tables.cells import table

MEANINGS: dict[EventKind, tuple[str, str]] = {
    EventKind.CONNECTED: (
        "A company let the app in for the first time; of Desktop, QuickBooks did.",
        "app realm_id grant generation from owner owner_sub transfer unverified_grant company",
    ),
    EventKind.RECONNECTED: (
        "It consented again; of Desktop, QuickBooks let it in again.",
        "app realm_id grant generation from owner owner_sub transfer unverified_grant company",
    ),
    EventKind.IMPORTED: ("An inventory told of it.", "app realm_id line"),
    EventKind.ENRICHED: ("A later inventory told more of it.", "app realm_id line"),
    EventKind.REFRESHED: ("Its token pair was refreshed.", "generation rotated intuit_tid"),
    EventKind.REFUSED: (
        "Intuit refused its pair again, or while an outage is suspected; its state stays what it was.",
        "cause generation intuit_tid",
    ),
    EventKind.NEEDS_RECONNECT: ("Only a person can mend it.", "cause generation intuit_tid"),
    EventKind.REVIVED: ("It works again, of itself.", "cause generation"),
    EventKind.TRANSFERRED: (
        "It has the owner that a transfer was to give it.",
        "app realm_id grant generation from owner owner_sub transfer unverified_grant by_hand",
    ),
    EventKind.TAKEN_OVER: (
        "Another consent than the one expected took it over at Intuit.",
        "app realm_id grant generation from owner owner_sub transfer unverified_grant",
    ),
    EventKind.PAUSED: ("It was paused here.", "until"),
    EventKind.RESUMED: ("It is used again.", ""),
    EventKind.DISCONNECTED: (
        "It is denied here from now on.",
        "disconnection reason due_at was cause on permission role by_hand",
    ),
    EventKind.DISCONNECT_PROVEN: (
        "Its disconnect was carried out; `proof` says what that showed.",
        "disconnection proof revoke_status intuit_tid look_again",
    ),
    EventKind.DISCONNECT_UNDONE: (
        "A disconnect does not count: taken back in time, followed by a consent, or only a rumour.",
        "disconnection by_consent by_refresh generation",
    ),
    EventKind.EXPIRING: ("Its consent ends soon, whatever is refreshed.", "hard_expires_at consent_end days_left"),
    EventKind.PROBED: ("Somebody called the Disconnect URL, and Intuit is asked.", ""),
    EventKind.CONFIRMED: ("Somebody looked at it in QuickBooks, and it is as it is listed.", "note"),
    EventKind.KEYS_REFUSED: ("Intuit refuses the app's client id or secret.", "connection keys intuit_tid"),
    EventKind.EXCHANGE_LOST: (
        "A consent's code was sent, and nobody knows the answer.",
        "authorization purpose sent_at transfer claimed_realm_id",
    ),
    EventKind.GRANT_KEPT: (
        "What Intuit granted is kept, sealed, until it is verified.",
        "grant authorization imported intuit_tid",
    ),
    EventKind.GRANT_DISCARDED: ("A kept grant was given up.", "grant realm_id revoke"),
    EventKind.TRANSFER_BEGUN: (
        "A transfer waits for its new owner.",
        "transfer from to state permission role by_permission by_role",
    ),
    EventKind.TRANSFER_RENEWED: ("It has a fresh link.", "transfer to"),
    EventKind.TRANSFER_ENDED: ("It is over; `state` says how.", "transfer state to"),
    EventKind.TASK_OPENED: ("Something is left to a person.", "task what for permission role"),
    EventKind.TASK_CONFIRMED: ("Somebody says that it is done.", "task what note done_on"),
    EventKind.TASK_CANCELLED: ("It need not be done any more.", "task what"),
    EventKind.PLAN_MADE: ("A plan was made.", "action rows digest"),
    EventKind.PLAN_APPROVED: ("Somebody else than its author approved of it.", "digest"),
    EventKind.PLAN_APPLIED: ("A run of it is over; rows by outcome.", "OUTCOMES"),
    EventKind.PLAN_STOPPED: ("A run of it was stopped; rows by outcome.", "OUTCOMES stopped"),
    EventKind.PLAN_CANCELLED: ("Its open rows were called off.", "rows"),
    EventKind.DESKTOP_MOVED: ("It went from one state of a Desktop connection to another.", "from to move"),
    EventKind.DESKTOP_PASSWORD: (
        "Its Web Connector was given a password: a first one, or another instead.",
        "app company mode",
    ),
    EventKind.DESKTOP_ATTESTED: ("Somebody gave their word for an item of the checklist.", "item note"),
    EventKind.DESKTOP_ATTENTION: ("Somebody has to look at it; told once for as long as it is the same.", "code"),
    EventKind.DESKTOP_PREVIEWED: ("What its first sync would delete was shown.", "digest total"),
    EventKind.DESKTOP_CONFIRMED: ("Somebody confirmed it with the word that they typed.", "digest phrase total"),
    EventKind.DESKTOP_RELEASED: ("It was what had been confirmed, and the app was let to delete it.", "digest total"),
    EventKind.DESKTOP_JOB_FAILED: ("QuickBooks did not carry a request out, and will not.", "job what code"),
    EventKind.DESKTOP_JOB_UNKNOWN: (
        "Nobody knows whether QuickBooks made a change; the same is sent again to find out.",
        "job what code",
    ),
    EventKind.DESKTOP_JOB_SETTLED: ("Somebody looked in QuickBooks whether it made a change.", "job carried_out note"),
    EventKind.BANK_RECORDED: (
        "Something was recorded of a bank connection, for the day `on`.",
        "what on from to generation consent_end accounts note owner in_review accept_loss",
    ),
    EventKind.BANK_CORRECTED: (
        "What is known of a bank connection was corrected: something was mistyped, or became known later.",
        "what consent_end owner",
    ),
    EventKind.DESKTOP_STILL_CALLS: ("Its Web Connector called after it was said to be removed.", ""),
}
"""Kind: what it means, and the keys of its details. ``OUTCOMES`` stands for those of a plan's rows."""

DETAILS = {
    "accept_loss": "true: rows that waited for review as the bank was disconnected were given up",
    "accounts": "the ledger accounts that the bank feeds",
    "action": "what the plan does: `disconnect` or `transfer`",
    "app": "the app's id",
    "authorization": "the consent's own id, `aut_…`",
    "by_consent": "true: a new consent came",
    "by_hand": "true: a person says so",
    "by_permission": "as `permission`, of who asked for the transfer",
    "by_refresh": "true: its pair worked, so the rumour was wrong",
    "by_role": "as `role`, of who asked for the transfer",
    "carried_out": "whether the change is there",
    "cause": "[why it does not work](../explanation/answers.md#why-a-connection-does-not-work), or did not",
    "claimed_realm_id": "the company that the callback named, unverified",
    "code": "what QuickBooks, the Web Connector or the library calls the trouble; `desktop.explain_code` says more",
    "company": "the company, as it was called when the connection was made",
    "connection": "the connection at which it showed",
    "consent_end": "the last good day of a bank's consent",
    "days_left": "whole days until then",
    "digest": "fingerprint of the plan, or of what would be deleted",
    "disconnection": "the receipt's id, `dis_…`",
    "done_on": "the day on which it was done, as a worklist says",
    "due_at": "when it will be revoked, if that was put off",
    "for": "the transfer or disconnect that the task belongs to",
    "from": "the owner before, as an e-mail address or subject; of `desktop.…` and `bank.…`, the state before",
    "generation": "which token pair, counted from 1; of `bank.…`, which connection at the bank",
    "grant": "which consent, counted from 1; of `grant.…`, the kept grant's id",
    "hard_expires_at": "when the consent ends",
    "imported": "true: it was brought in with `import_tokens`",
    "in_review": "how many rows waited for review as the bank was disconnected; none when nobody had looked",
    "intuit_tid": "Intuit's id of the exchange, for its support",
    "item": "the item of the checklist",
    "job": "the request's id, `job_…`",
    "keys": "a mark of the keys that were refused; says nothing about them",
    "line": "line of the inventory",
    "look_again": "true: its pair is tried once more a day later",
    "mode": "`continuous`, or `once` for one that ends by itself after its first sync",
    "move": "what moved it, a word of `Move`",
    "note": "what they wrote with it",
    "on": "the day on which it happened",
    "owner": "the owner now, as an e-mail address or subject",
    "owner_sub": "the owner now, as Intuit's subject",
    "permission": "`granted` or `unverified`: whether the role is known to allow it",
    "phrase": "the word that was typed",
    "proof": "[what it claims](../concepts/disconnect.md)",
    "purpose": "what the consent was for",
    "realm_id": "the company",
    "reason": "why, in the words of `Reason`; `one_time` of a Desktop connection that was wanted once",
    "revoke": "what came of revoking it",
    "revoke_status": "Intuit's HTTP status",
    "role": "the role that was recorded",
    "rotated": "whether the refresh token changed",
    "rows": "how many rows",
    "sent_at": "when the code was sent",
    "state": "the transfer's state",
    "stopped": "what stopped it: `cancelled`, `canary`, …",
    "task": "the task's id, `tsk_…`",
    "to": "the e-mail address of the new owner; of `desktop.…` and `bank.…`, the state now",
    "total": "how many things would be deleted",
    "transfer": "the transfer's id, `trf_…`",
    "unverified_grant": "id of the grant that brought it",
    "until": "when the pause is over by itself, if it is",
    "was": "the state before",
    "what": (
        "what is to be done: `disconnect`, `transfer` or `check_gone`; of `desktop.…`, the request; of `bank.…`, a "
        "word of `BankEvent`, `noted`, or what was corrected"
    ),
}
"""What each key says, in any event."""


def events() -> str:
    """Return every kind of event, with the keys of its details."""
    return table(["kind", "means", "details"], [_of(kind) for kind in EventKind])


def details() -> str:
    """Return what each key of the details says."""
    return table(["key", "says"], [[f"`{key}`", said] for key, said in sorted(DETAILS.items())])


def _of(kind: EventKind) -> list[str]:
    meaning, keys = MEANINGS[kind]
    shown = ("each outcome with a count" if key == "OUTCOMES" else f"`{key}`" for key in keys.split())
    return [f"`{kind}`", meaning, ", ".join(shown)]
