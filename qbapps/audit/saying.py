"""Sentences with the values of columns in them, made for a whole frame at once, in English or French."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from enum import StrEnum
from functools import partial
from typing import Final

import polars as pl

from qbapps.audit.rule import fields_of
from qbapps.domain.diagnosis import Cause
from qbapps.domain.parties import Level, Reach, Role
from qbapps.domain.states import ConnectionState
from qbapps.language import N_, Words, labels
from qbapps.language.words import MONTHS

LABELLED: Final[dict[str, type[StrEnum]]] = {
    "state": ConnectionState,
    "listed_state": ConnectionState,
    "cause": Cause,
    "reach": Reach,
    "level": Level,
    "owner_role": Role,
    "owner_known_role": Role,
}
"""Columns whose words people know by another name."""

COUNTRIES: Final = {"FR": N_("France")}
"""Countries that sentences name: those whose edition has ended."""

UNKNOWN: Final = "—"
"""A value that nobody knows, where a sentence cannot do without one."""

ASIDE: Final = re.compile(r" \(\{(?P<within>\w+)\}\)|(?<=[.!?]) \{(?P<alone>\w+)\}\.")
"""What a sentence can do without: a value in brackets, and one that is a sentence of its own after another."""


def sentence(template: str, columns: pl.Schema, _: Words, *, owner: str = UNKNOWN) -> pl.Expr:
    """
    Return *template* in a language, its ``{names}`` replaced by the values of those columns, row by row.

    A value that is not known is a dash; in brackets, or as a sentence of its own, it is left out.

    Args:
        owner: What stands for an owner whom nobody knows.
    """
    said = _.text(template, **{name: f"{{{name}}}" for name in fields_of(template)})
    parts: list[pl.Expr] = []
    done = 0
    for aside in ASIDE.finditer(said):
        known = pl.col(aside["within"] or aside["alone"]).is_not_null()
        parts += _parts(said[done : aside.start()], columns, _, owner)
        parts.append(pl.when(known).then(pl.concat_str([*_parts(aside[0], columns, _, owner)])).otherwise(pl.lit("")))
        done = aside.end()
    parts += _parts(said[done:], columns, _, owner)
    return pl.concat_str(parts) if parts else pl.lit("")


def advice(template: str, columns: pl.Schema, _: Words, *, several: bool) -> pl.Expr:
    """
    Return what to do, as :func:`sentence` does, where an owner whom nobody knows is still whom to ask.

    Args:
        several: It is about several connections, whose owners may differ.
    """
    owner = _("their owners") if several else _("its owner")
    if template.startswith("{owner}"):
        owner = owner[0].upper() + owner[1:]
    return sentence(template, columns, _, owner=owner)


def _parts(said: str, columns: pl.Schema, _: Words, owner: str) -> Iterator[pl.Expr]:
    for text, name, _spec, _conversion in string.Formatter().parse(said):
        if text:
            yield pl.lit(text)
        if name:
            yield _value(name, columns[name], _).fill_null(pl.lit(owner if name == "owner" else UNKNOWN))


def _value(name: str, kind: pl.DataType, _: Words) -> pl.Expr:
    column = pl.col(name)
    if name in LABELLED:
        named = {str(one): labels.label(one, str(_.language)) for one in LABELLED[name]}
        said = column.replace(named)
    elif name in ("trouble", "remedy"):
        said = column.map_batches(partial(_translated, _), return_dtype=pl.String)
    elif name == "country":
        said = column.replace({code: _.text(country) for code, country in COUNTRIES.items()})
    elif kind == pl.Date or isinstance(kind, pl.Datetime):
        said = day(column, _)
    elif isinstance(kind, pl.List):
        said = column.cast(pl.List(pl.String)).list.join(", ")
    elif isinstance(kind, pl.Duration):
        said = column.dt.total_days().cast(pl.String)
    else:
        said = column.cast(pl.String)
    return said


def _translated(_: Words, sentences: pl.Series) -> pl.Series:
    """Return sentences that are keys of the catalogue in that language."""
    said = {one: _.text(one) for one in sentences.drop_nulls().unique()}
    return sentences.replace_strict(said, default=None, return_dtype=pl.String) if said else sentences


def day(column: pl.Expr, _: Words) -> pl.Expr:
    """Return the days of *column* as ``Words.day`` says them."""
    month = column.dt.month().cast(pl.String).replace({str(n): _.text(name) for n, name in enumerate(MONTHS, 1)})
    parts = {"day": column.dt.day().cast(pl.String), "month": month, "year": column.dt.year().cast(pl.String)}
    first, other = N_("1 {month} {year}"), N_("{day} {month} {year}")
    return pl.when(column.dt.day() == 1).then(_filled(first, parts, _)).otherwise(_filled(other, parts, _))


def _filled(pattern: str, parts: dict[str, pl.Expr], _: Words) -> pl.Expr:
    said = _.text(pattern, **{name: f"{{{name}}}" for name in parts})
    pieces: list[pl.Expr] = []
    for text, name, _spec, _conversion in string.Formatter().parse(said):
        if text:
            pieces.append(pl.lit(text))
        if name:
            pieces.append(parts[name])
    return pl.concat_str(pieces)
