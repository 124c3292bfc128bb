"""Sentences with the values of columns in them, made for a whole frame at once, in English or French."""

from __future__ import annotations

import string
from enum import StrEnum
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


def sentence(template: str, columns: pl.Schema, _: Words) -> pl.Expr:
    """Return *template* in a language, its ``{names}`` replaced by the values of those columns, row by row."""
    names = fields_of(template)
    said = _.text(template, **{name: f"{{{name}}}" for name in names})
    parts: list[pl.Expr] = []
    for text, name, _spec, _conversion in string.Formatter().parse(said):
        if text:
            parts.append(pl.lit(text))
        if name:
            parts.append(_value(name, columns[name], _))
    return pl.concat_str(parts) if parts else pl.lit("")


def _value(name: str, kind: pl.DataType, _: Words) -> pl.Expr:
    column = pl.col(name)
    if name in LABELLED:
        named = {str(one): labels.label(one, str(_.language)) for one in LABELLED[name]}
        said = column.replace(named)
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
    return said.fill_null(pl.lit(UNKNOWN))


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
