"""What the rules of an audit are called."""

from __future__ import annotations

from typing import Final

from qbapps.language.words import C_, words

RULES: Final = {
    "owner_gone": C_("rule", "The owner has left"),
    "owner_no_admin": C_("rule", "The owner is no admin any more"),
    "not_the_primary_admin": C_("rule", "Not the primary admin's"),
    "owns_many": C_("rule", "One person owns many"),
    "owner_unknown": C_("rule", "Owner not known"),
    "needs_reconnect": C_("rule", "To reconnect"),
    "access_ended": C_("rule", "Access has ended"),
    "token_ends": C_("rule", "Access about to lapse"),
    "cap_ends": C_("rule", "Consent about to end"),
    "extra_scopes": C_("rule", "More access than declared"),
    "company_closed": C_("rule", "Company without a subscription"),
    "edition_ended": C_("rule", "QuickBooks has ended there"),
    "let_in_again": C_("rule", "QuickBooks has to let it in again"),
    "needs_attention": C_("rule", "Somebody has to look at it"),
    "setup_unfinished": C_("rule", "Setup not finished"),
    "password_refused": C_("rule", "Password refused"),
    "connector_silent": C_("rule", "Web Connector silent"),
    "fate_unknown": C_("rule", "Changes of unknown fate"),
    "jobs_failed": C_("rule", "Requests that failed"),
    "people_unmapped": C_("rule", "People without a payroll item"),
    "still_calls": C_("rule", "Ended, still calling"),
    "paused_for_long": C_("rule", "Paused for long"),
    "not_removed": C_("rule", "Ended, not removed"),
    "removal_waits": C_("rule", "Removal not confirmed"),
    "bank_consent_ended": C_("rule", "Bank consent ended"),
    "bank_consent_revoked": C_("rule", "Bank consent withdrawn"),
    "bank_consent_ends": C_("rule", "Bank consent about to end"),
    "bank_end_unknown": C_("rule", "End of bank consent not known"),
    "bank_owner_gone": C_("rule", "Who consented at the bank has left"),
    "bank_owner_unknown": C_("rule", "Who consented at the bank is not known"),
    "bank_edition_ended": C_("rule", "Bank connected after QuickBooks has ended"),
    "bank_reconnect_only": C_("rule", "Bank to connect anew"),
    "bank_update_ends": C_("rule", "Bank to update while it can be"),
    "bank_login_changed": C_("rule", "Bank refuses the password"),
    "bank_waits": C_("rule", "Bank waits for its customer"),
    "bank_sync_suspended": C_("rule", "Bank suspended after failures"),
    "bank_sync_failing": C_("rule", "Bank cannot be read"),
    "bank_setup_unfinished": C_("rule", "Bank not set up yet"),
    "bank_rows_lost": C_("rule", "Operations lost at a disconnect"),
    "bank_silent": C_("rule", "Nothing heard of a bank"),
    "unused": C_("rule", "Not used any more"),
    "same_purpose": C_("rule", "Several apps for one purpose"),
    "still_listed": C_("rule", "Disconnected, still in the list"),
    "listed_as_gone": C_("rule", "Gone in the list, still connected"),
    "not_listed": C_("rule", "Not in the list"),
    "dropped_from_list": C_("rule", "No longer in the list"),
    "never_confirmed": C_("rule", "Never confirmed"),
}


def rule_name(rule: str, lang: str | None) -> str:
    """Return what people call the rule *rule*; one of the user's own keeps its name."""
    return words(lang).in_context(*RULES[rule]) if rule in RULES else rule
