"""
One sentence for each kind of error, in the user's language.

The message of an error names ids and is written in English, for logs and for support; in another
language this sentence comes before it.
"""

from __future__ import annotations

from typing import Final

from qbapps.errors import QBAppsError
from qbapps.language import N_, Language, Words

HEADLINES: Final = {
    "configuration_error": N_("A setting or a value that was given is wrong."),
    "not_found": N_("There is nothing by that name."),
    "transition_refused": N_("The present state does not allow this."),
    "not_permitted": N_("This person's role does not allow this."),
    "authorization_failed": N_("The consent did not give a working connection."),
    "consent_denied": N_("The person refused at Intuit."),
    "state_mismatch": N_("This link is unknown, was used before, or belongs to another browser."),
    "state_expired": N_("This link is too old, or was cancelled."),
    "wrong_company": N_("The consent is for another company than the one expected."),
    "wrong_owner": N_("The consent is from another person than the one expected."),
    "grant_unverified": N_("What Intuit granted is kept, but could not be checked yet."),
    "reconnect_required": N_("Only a new consent can revive this connection."),
    "intuit_error": N_("Intuit did not do what was asked."),
    "intuit_unavailable": N_("Intuit cannot be reached or is overloaded; the connection is not to blame."),
    "intuit_rejected": N_("Intuit refused the request."),
    "intuit_protocol_error": N_("Intuit's answer could not be understood."),
    "store_error": N_("The database could not do what was asked; nothing was changed."),
    "stale_version": N_("Somebody else saved first; nothing was changed."),
    "lease_timeout": N_("Another program has been refreshing this connection for too long."),
    "deadline_exceeded": N_("The deadline has passed; what was begun goes on."),
    "migration_needed": N_("The database's schema is not the one this version works with."),
    "vault_error": N_("A secret could not be sealed or opened."),
    "unknown_key": N_("A secret was sealed with a key that was not given."),
    "seal_broken": N_("A sealed secret was altered or moved."),
    "plan_error": N_("The plan cannot be read or applied."),
    "plan_altered": N_("The plan's file is not what was saved."),
    "plan_incomplete": N_("Some rows of the plan are left."),
    "qbapps_error": N_("Something went wrong."),
}


def told(error: QBAppsError, words: Words) -> str:
    """Return what to say of *error*: its message, behind a sentence of the language where that is not English."""
    if words.language is Language.EN:
        return error.message
    return f"{words(HEADLINES.get(error.code, HEADLINES['qbapps_error']))} ({error.message})"
