"""
The words people read, in English and in French.

English is written in the code and is the key; French is in ``qbapps/locale``. Where a text is
shown, say it through :class:`Words`::

    _ = words(lang)
    _("{app} is connected.", app=app.name)
    _.plural("{n} app", "{n} apps", len(apps))
    _.date(connection.connected_at)

Where it is only kept (a table, a constant), mark it with ``N_`` and say it later. After adding
words, run ``make catalogues`` and fill in the new entries of the French catalogue.
"""

from qbapps.language.choosing import Language, from_environment, pick
from qbapps.language.words import C_, N_, Phrase, Words, words

__all__ = ["C_", "N_", "Language", "Phrase", "Words", "from_environment", "pick", "words"]
