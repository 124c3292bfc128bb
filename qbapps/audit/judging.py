"""Putting rules to the view: every finding, as one frame."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

import polars as pl
from polars.exceptions import ColumnNotFoundError, PolarsError

from qbapps.audit.rule import PlanFor, Rule
from qbapps.audit.saying import advice, sentence
from qbapps.domain.connection import Kind
from qbapps.domain.findings import Finding, PlanHint, Severity
from qbapps.domain.plan import PlanAction
from qbapps.errors import ConfigurationError
from qbapps.language import Words

SCHEMA: Final = pl.Schema(
    {
        "severity": pl.Enum([one.value for one in Severity]),
        "rule": pl.String(),
        "what": pl.String(),
        "do": pl.String(),
        "connection_id": pl.String(),
        "app_id": pl.String(),
        "realm_id": pl.String(),
        "company_name": pl.String(),
        "owner": pl.String(),
        "count": pl.Int64(),
        "plan": pl.String(),
        "evidence": pl.String(),
    }
)
"""Of the frame of findings. ``plan`` is a command, ``evidence`` a JSON object; ``count`` is of a group, else 1."""

ARGUMENTS: Final = "plan_arguments"
"""A column besides: what the plan is made with, as a JSON object."""

_GROUPED: Final = {"count": pl.Int64(), "apps": pl.String()}
SPELT: Final = {"company_name": "company_key", "category": "category_key"}
"""Columns that may be written in several ways, and those by which they are compared."""

_ABOUT: Final = ("app_id", "realm_id", "company_name", "owner")


def judge(
    view: pl.LazyFrame, rules: Iterable[Rule], _: Words, *, kinds: Collection[Kind] = frozenset(Kind)
) -> pl.DataFrame:
    """
    Return every finding that *rules* make of *view*, the gravest first, in one pass over it.

    Args:
        kinds: Kinds of connections that there may be: a rule about another one is only checked.

    Raises:
        ConfigurationError: A rule names a column that is none, or cannot be computed.
    """
    schema = view.collect_schema()
    rules = tuple(rules)
    for rule in rules:
        check(rule, schema)
    rules = tuple(rule for rule in rules if rule.kind is None or rule.kind in kinds)
    if not rules:
        return pl.DataFrame(schema={**SCHEMA, ARGUMENTS: pl.String()})
    view = view.cache()
    try:
        parts = [
            _found(view, schema, rule, _).with_columns(rule_no=pl.lit(number)) for number, rule in enumerate(rules)
        ]
        found = pl.concat(pl.collect_all(parts))
    except PolarsError as error:
        raise _cannot(rules, view, schema, error, _) from None
    return found.sort("severity", "rule_no", "row").drop("rule_no", "row")


def check(rule: Rule, schema: pl.Schema) -> None:
    """
    Check that *rule* can be put to a view with these columns.

    Raises:
        ConfigurationError: It cannot.
    """
    for condition in (rule.when, rule.urgent):
        if condition is not None:
            _check_condition(rule, condition, schema)
    known = set(schema) | (set(_GROUPED) if rule.per else set())
    taken = () if rule.plan is None else rule.plan.takes.values()
    unknown = sorted({*rule.facts, *rule.per, *taken} - known)
    if unknown:
        raise _unknown(rule, ", ".join(unknown), schema)


def _check_condition(rule: Rule, condition: pl.Expr, schema: pl.Schema) -> None:
    try:
        kinds = pl.DataFrame(schema=schema).select(condition).dtypes
    except ColumnNotFoundError as error:
        named = re.search(r'"([^"]+)"', str(error))
        raise _unknown(rule, named[1] if named else str(error), schema) from None
    except PolarsError as error:
        raise _uncomputable(rule, error) from None
    if kinds != [pl.Boolean]:
        told = ", ".join(map(str, kinds))
        raise ConfigurationError(
            f"The rule {rule.name!r} has a condition that is no yes or no, but {told}.",
            hint="Make it a polars expression over Audit.view that is true or false for each connection.",
        )


def _unknown(rule: Rule, names: str, schema: pl.Schema) -> ConfigurationError:
    return ConfigurationError(
        f"The rule {rule.name!r} names {names}, which the view does not have.",
        hint=f"Use its columns: {', '.join(sorted(schema))}.",
    )


def _uncomputable(rule: Rule, error: PolarsError) -> ConfigurationError:
    return ConfigurationError(
        f"The rule {rule.name!r} cannot be computed: {str(error).splitlines()[0]}",
        hint="Try its condition on Audit.view: audit.view.filter(...).collect().",
    )


def _cannot(
    rules: Iterable[Rule], view: pl.LazyFrame, schema: pl.Schema, error: PolarsError, _: Words
) -> ConfigurationError:
    """Say which of the rules it was."""
    for rule in rules:
        try:
            _found(view, schema, rule, _).collect()
        except PolarsError as own:
            return _uncomputable(rule, own)
    return ConfigurationError(
        f"The rules cannot be computed: {str(error).splitlines()[0]}", hint="Look at the rules that were added."
    )


def _found(view: pl.LazyFrame, schema: pl.Schema, rule: Rule, _: Words) -> pl.LazyFrame:
    severity = pl.lit(rule.severity.value)
    if rule.urgent is not None:
        severity = pl.when(rule.urgent).then(pl.lit(Severity.HIGH.value)).otherwise(severity)
    rows = view.filter(rule.when if rule.kind is None else (pl.col("kind") == rule.kind.value) & rule.when)
    columns = dict(schema)
    if rule.per:
        rows = _groups(rows, rule)
        columns |= _GROUPED
    facts = [name for name in rule.facts if name in columns]
    shown = pl.Schema(columns)
    return rows.select(
        row=pl.int_range(pl.len(), dtype=pl.Int64) if rule.per else pl.col("row"),
        severity=severity.cast(SCHEMA["severity"]),
        rule=pl.lit(rule.name),
        what=sentence(rule.what, shown, _),
        do=advice(rule.do, shown, _, several=bool(rule.per)),
        connection_id=pl.lit(None, pl.String) if rule.per else pl.col("id"),
        **{name: pl.col(name) for name in _ABOUT},
        count=pl.col("count").cast(pl.Int64) if rule.per else pl.lit(1, pl.Int64),
        plan=_command(rule.plan),
        evidence=_json({name: name for name in facts}),
        **{ARGUMENTS: _json({} if rule.plan is None else rule.plan.takes)},
    )


def _groups(rows: pl.LazyFrame, rule: Rule) -> pl.LazyFrame:
    """Return a row for each group of *rows* that is large enough, with what all of its connections have in common."""
    by = list(rule.per)
    large = rows.group_by(by).agg(count=pl.len()).filter(pl.col("count") >= rule.at_least)
    taken = () if rule.plan is None else rule.plan.takes.values()
    urgent = () if rule.urgent is None else rule.urgent.meta.root_names()
    others = dict.fromkeys((*_ABOUT, *rule.facts, *taken, *urgent))
    return (
        rows.join(large.select(by), on=by, how="semi", nulls_equal=True)
        .sort("row")
        .group_by(by)
        .agg(
            *(_common(name, by) for name in others if name not in (*by, *_GROUPED)),
            count=pl.len(),
            apps=pl.col("app_name").unique().sort().str.join(", "),
        )
        .sort("count", *by, descending=[True, *(False for _ in by)])
    )


def _common(name: str, by: Sequence[str]) -> pl.Expr:
    """Return the value that a whole group shares; null when it has several."""
    column = pl.col(name)
    if SPELT.get(name) in by:
        # The group is of one; it may be written in several ways.
        return column.drop_nulls().first()
    return pl.when(column.n_unique() == 1).then(column.first()).alias(name)


def _json(columns: Mapping[str, str]) -> pl.Expr:
    if not columns:
        return pl.lit("{}")
    return pl.struct([pl.col(column).alias(name) for name, column in columns.items()]).struct.json_encode()


def _command(plan: PlanFor | None) -> pl.Expr:
    """Return the command that makes *plan*; null where there is none to make."""
    if plan is None:
        return pl.lit(None, pl.String)
    options = [_option(name, pl.col(column)) for name, column in plan.takes.items()]
    if plan.action is PlanAction.TRANSFER and "to" not in plan.takes:
        options.insert(0, pl.lit(" --to WHOM"))
    command = pl.concat_str([pl.lit(f"qbapps plan {plan.action.value}"), *options])
    needed = [pl.col(column).is_not_null() for name, column in plan.takes.items() if name not in plan.may_lack]
    # Without one of these it would be a plan of more than what was found.
    return pl.when(pl.all_horizontal(needed)).then(command) if needed else command


def _option(name: str, value: pl.Expr) -> pl.Expr:
    given = pl.concat_str([pl.lit(f" --{name.removesuffix('_id')} "), _quoted(value)])
    return pl.when(value.is_not_null()).then(given).otherwise(pl.lit(" --to WHOM" if name == "to" else ""))


def _quoted(text: pl.Expr) -> pl.Expr:
    """Quote for a shell what needs it, as ``shlex.quote`` does."""
    quoted = pl.concat_str([pl.lit("'"), text.str.replace_all("'", "'\"'\"'", literal=True), pl.lit("'")])
    return pl.when(text.str.contains(r"^[A-Za-z0-9_@%+=:,./-]+$")).then(text).otherwise(quoted)


def findings(found: pl.DataFrame, plans: Mapping[str, PlanFor | None]) -> Iterator[Finding]:
    """Make objects of a frame of findings, one at a time."""
    for row in found.iter_rows(named=True):
        plan = plans.get(row["rule"])
        yield Finding(
            rule=row["rule"],
            severity=Severity(row["severity"]),
            connection_id=row["connection_id"],
            what=row["what"],
            do=row["do"],
            evidence=json.loads(row["evidence"]),
            plan=None if plan is None or row["plan"] is None else _hint(plan, row[ARGUMENTS]),
            app_id=row["app_id"],
            realm_id=row["realm_id"],
            company_name=row["company_name"],
            owner=row["owner"],
        )


def _hint(plan: PlanFor, arguments: str) -> PlanHint:
    known = {name: value for name, value in json.loads(arguments).items() if value is not None}
    return PlanHint(action=plan.action, arguments=known)
