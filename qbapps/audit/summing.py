"""An audit in numbers."""

from __future__ import annotations

import polars as pl

from qbapps.domain.findings import Severity
from qbapps.domain.states import ConnectionState
from qbapps.export.audit_numbers import is_bank, may_be_owned
from qbapps.export.sheet import Summary


def summary(connections: pl.DataFrame, findings: pl.DataFrame) -> Summary:
    """Count *connections* by state, and *findings* by severity."""
    everything = connections.lazy()
    alive = everything.filter(pl.col("state") != ConnectionState.DISCONNECTED.value)
    grave = findings.lazy().filter(pl.col("severity") == Severity.HIGH.value).select("connection_id").unique()
    states, counts, risky = pl.collect_all(
        [
            everything.group_by("state").len(),
            alive.select(
                alive=pl.len(),
                owners=pl.col("owner").drop_nulls().n_unique(),
                apps=pl.col("app_id").filter(~is_bank()).n_unique(),
                banks=is_bank().sum(),
                companies=pl.coalesce("realm_id", "company_name").drop_nulls().n_unique(),
                unowned=(pl.col("owner").is_null() & may_be_owned()).sum(),
            ),
            alive.select("id").join(grave, left_on="id", right_on="connection_id", how="semi").select(pl.len()),
        ]
    )
    of_state = dict(states.iter_rows())
    of_severity = dict(findings["severity"].cast(pl.String).value_counts().iter_rows())
    return Summary(
        connections=sum(of_state.values()),
        **counts.row(0, named=True),
        at_risk=risky.item(),
        states={state: of_state.get(state.value, 0) for state in ConnectionState},
        severities={severity: of_severity.get(severity.value, 0) for severity in Severity},
    )
