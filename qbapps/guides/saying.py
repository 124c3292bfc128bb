"""A guide in words, with the names that its sentences need."""

from __future__ import annotations

from qbapps.guides.guide import Guide
from qbapps.guides.steps import one_line
from qbapps.language import words


def told(guide: Guide, lang: str | None, *, app: str, company: str | None) -> tuple[str, ...]:
    """Return a guide's texts in order: who, the steps, the checks."""
    _ = words(lang)
    values = names(lang, app=app, company=company)
    return tuple(_.text(text, **values) for text in (guide.who, *guide.steps, *guide.checks))


def names(lang: str | None, *, app: str, company: str | None) -> dict[str, str]:
    """Return the names that the sentences need, each on one line."""
    _ = words(lang)
    return {
        "app": _.quoted(one_line(app)),
        "company": _.quoted(one_line(company)) if company else _("the company"),
    }
