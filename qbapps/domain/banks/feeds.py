"""Which connection feeds a ledger account: one at a time, whoever asks at once."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class BankFeed:
    """
    A ledger account of a company, and the bank connection that fed it last.

    Two connections that fed it at one time would bring every row twice. Whoever is to feed it changes this record, so
    that of two who try at once one is told.
    """

    realm_id: str
    ledger: str
    connection_id: str
    version: int = 1
