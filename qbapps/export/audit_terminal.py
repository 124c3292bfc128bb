"""An audit in a terminal: its numbers, what to do, and who owns what, in eighty columns or more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich import box
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from qbapps.domain.findings import Severity
from qbapps.export import audit_numbers, colours
from qbapps.export.audit_numbers import Advice, Owning, RuleFindings, Tile
from qbapps.export.sheet import Sheet
from qbapps.language import Words, labels
from qbapps.language.rule_names import rule_name

OWNERS: Final = 10
ADVICE: Final = {Severity.HIGH: 2, Severity.MEDIUM: 1, Severity.LOW: 1}
"""Advice that is shown of a rule: what it leaves out is counted."""

STYLES: Final = {Severity.HIGH: "bold red", Severity.MEDIUM: "yellow", Severity.LOW: "blue"}
"""Colour only says again what the signs and the words say."""


def render(sheet: Sheet) -> RenderableType:
    """Return *sheet* for a rich console: tiles, a table of rules, what to do, and the owners of most."""
    _ = sheet.words
    firm = _one_line(sheet.firm_name) if sheet.firm_name else _("all connections")
    parts: list[RenderableType] = [
        Text.assemble((_("Audit"), "bold"), " · ", (firm, "bold")),
        Text(_("As of {instant}.", instant=_.date(sheet.taken_at)), style="dim"),
        Text(),
        _tiles(audit_numbers.tiles(sheet), _),
        Text(),
    ]
    rules = tuple(audit_numbers.by_rule(sheet, max(ADVICE.values()), examples=1))
    if not rules:
        nothing = (
            _("Nothing was found that needs anybody.")
            if sheet.summary.connections
            else _("There is no connection yet.")
        )
        parts.append(Text(nothing))
    else:
        parts += [_heading(_("Findings")), _overview(rules, sheet, _), Text(), _heading(_("What to do"))]
        for rule in rules:
            parts += [_advice(rule, sheet, _), Text()]
    owning = audit_numbers.owners(sheet)
    if owning:
        parts += [*([Text()] if not rules else []), _heading(_("Who owns what")), *_owners(owning, _)]
    return Group(*parts)


def _tiles(tiles: Sequence[Tile], _: Words) -> RenderableType:
    shown = [
        Panel(
            Text.assemble((_.number(one.number), STYLES[one.severity] if one.severity else "bold"), "\n", one.label),
            box=box.ROUNDED,
            padding=(0, 1),
            width=19,
            height=5,
            border_style="dim",
        )
        for one in tiles
    ]
    return Columns(shown, padding=(0, 1))


def _heading(text: str) -> Text:
    return Text(text, style="bold underline")


def _overview(rules: Sequence[RuleFindings], sheet: Sheet, _: Words) -> Table:
    table = _table()
    table.add_column(_("Severity"), no_wrap=True)
    table.add_column(_("Rule"), overflow="fold", ratio=1)
    table.add_column(_("Findings"), justify="right", no_wrap=True)
    for rule in rules:
        for severity, count in rule.severities.items():
            if count:
                name = Text(_one_line(rule_name(rule.rule, sheet.lang)))
                table.add_row(_gravity(severity, sheet.lang), name, _.number(count))
    return table


def _advice(rule: RuleFindings, sheet: Sheet, _: Words) -> Table:
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    title = Text(_one_line(rule_name(rule.rule, sheet.lang)), style="bold")
    grid.add_row(_sign(rule.worst), title)
    shown = rule.advice[: ADVICE[rule.worst]]
    for one in shown:
        for line in _lines(one, _):
            grid.add_row("", line)
    if left_out := rule.count - sum(one.count for one in shown):
        grid.add_row("", Text(_.plural("and {n} more of this rule", "and {n} more of this rule", left_out), "dim"))
    return grid


def _lines(one: Advice, _: Words) -> list[Text]:
    lines = [Text(_one_line(what)) for what in one.examples]
    more = one.count - len(one.examples)
    if more:
        lines[-1].append(f" ({_.plural('and {n} more', 'and {n} more', more)})", style="dim")
    lines.append(Text.assemble(("→ ", "bold"), _one_line(one.do)))
    if one.plan:
        lines.append(Text(f"  {_one_line(one.plan)}", style="cyan"))
    return lines


def _owners(owning: Sequence[Owning], _: Words) -> list[RenderableType]:
    shown = audit_numbers.most_telling(tuple(owning), OWNERS)
    table = _table()
    table.add_column(_("Owner"), overflow="fold", ratio=1)
    for heading in (_("Connections"), _("Companies"), _("At risk")):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in shown:
        who = Text(_one_line(one.owner) if one.owner else _("Nobody knows whose"), style="" if one.owner else "italic")
        if one.has_left:
            who.append(f"  {colours.SIGNS[Severity.HIGH]} {_('has left')}", style=STYLES[Severity.HIGH])
        risk = Text(_.number(one.at_risk), style=STYLES[Severity.HIGH] if one.at_risk else "dim")
        table.add_row(who, _.number(one.connections), _.number(one.companies), risk)
    left_out = len(owning) - len(shown)
    if not left_out:
        return [table]
    said = _.plural("{n} more owner, who owns less.", "{n} more owners, who own less.", left_out)
    return [table, Text(said, style="dim")]


def _table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")


def _gravity(severity: Severity, lang: str) -> Text:
    return Text(f"{colours.SIGNS[severity]} {labels.label(severity, lang)}", style=STYLES[severity])


def _sign(severity: Severity) -> Text:
    return Text(colours.SIGNS[severity], style=STYLES[severity])


def _one_line(text: str) -> str:
    """Return *text* without control characters, line breaks and signs that turn the writing round."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
