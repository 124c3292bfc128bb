"""Where opaque values come from."""

import random
import string

_ALPHABET = string.ascii_letters + string.digits


class Mint:
    """
    Makes codes, tokens and transaction ids that look like Intuit's.

    Args:
        seed: Makes every value the same from one run to the next; without it they differ.
    """

    def __init__(self, seed: int | str | None = None) -> None:
        self._values = _source(seed)
        # Transaction ids draw from elsewhere, so that one request more changes no token.
        self._transactions = _source(None if seed is None else f"{seed}/transactions")

    def code(self) -> str:
        """Make an authorization code."""
        return "XAB1" + self._letters(46)

    def refresh_token(self) -> str:
        """Make a refresh token."""
        return "RT1-" + self._letters(46)

    def access_token(self) -> str:
        """Make an access token; it says nothing to whoever reads it."""
        return "AT1." + self._letters(120)

    def transaction_id(self) -> str:
        """Make the value of the `intuit_tid` header."""
        digits = f"{self._transactions.getrandbits(128):032x}"
        return f"1-{digits[:8]}-{digits[8:]}"

    def _letters(self, length: int) -> str:
        return "".join(self._values.choices(_ALPHABET, k=length))


def _source(seed: int | str | None) -> random.Random:
    # Without a seed it takes one from the system, once: asking the system for each letter takes ten times as long.
    return random.Random(seed)  # noqa: S311 - nothing here keeps a secret
