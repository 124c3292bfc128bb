"""A token that is usable already, asked for again and again."""

from __future__ import annotations

import functools
import threading
import time

import library
import peers
from measure import Scene, Table, figure, interleave, microseconds, ratio

QBAPPS = "qbapps access_token"
MSAL = "msal acquire_token_silent"
VALID = "google-auth valid"


def run(scene: Scene) -> list[Table]:
    """Measure one call of each, in this thread."""
    peers.trust(scene.intuit.ca_file)
    intuit = scene.intuit
    kept = {"one": (time.monotonic() + 3600, "token")}
    lock = threading.Lock()

    def bare() -> str | None:
        with lock:
            until, token = kept["one"]
        return token if until > time.monotonic() else None

    msal, google, authlib, oauthlib = (
        peers.make(name, intuit, f"hot{number}", stale=False)
        for number, name in enumerate(("msal", "google-auth", "Authlib", "requests-oauthlib"))
    )
    with library.open_store_at(library.sqlite_url(scene.folder, "hot"), intuit) as qb:
        (connection,) = library.connect(qb, intuit, 1, tls=False, families="hotq")
        calls = {
            QBAPPS: functools.partial(qb.access_token, connection),
            "a dict and a lock": bare,
            "Authlib ensure_active_token": authlib.usable,
            VALID: google.valid,
            "google-auth before_request": google.usable,
            "requests-oauthlib add_token": oauthlib.usable,
            MSAL: msal.usable,
        }
        amount = scene.amount(20_000, 200)
        found = interleave(
            {name: functools.partial(microseconds, call, amount) for name, call in calls.items()}, scene.rounds * 3
        )
    ours = found[QBAPPS].median
    table = Table("Hot path: a usable token from memory", ("", "µs a call", "lowest – highest", "times qbapps"))
    for name, samples in found.items():
        table.rows.append((name, figure(samples.median), samples.spread, ratio(samples.median, ours)))
        table.figures[name] = samples.median
    table.aim("at most 1 µs", ours, most=1)
    table.aim("msal takes at least 10 times as long", found[MSAL].median / ours, least=10)
    table.aim("ahead of google-auth's valid", found[VALID].median / ours, least=1)
    return [table]
