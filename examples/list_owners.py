"""
Who owns which connection, and what ends soon: a notebook in cells (VS Code, Jupytext, Spyder), or a script.

    qbapps simulate --port 8300 --clients 6            # in one terminal
    export QBAPPS_STORE=sqlite:///examples.db          # in another
    python examples/sample_store.py                    # connections to look at
    python examples/list_owners.py
"""

# %% Open the store named by QBAPPS_STORE. Reading it touches no network.
from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import qbapps

qb = qbapps.open()
connections = list(qb.connections())


def owner_of(connection: qbapps.Connection) -> str:
    """Return the owner's e-mail address; for apps kept by hand it is what the list said."""
    return (connection.owner and connection.owner.email) or "unknown"


# %% How many connections each person owns.
alive = [connection for connection in connections if connection.state != "disconnected"]
owned = Counter(owner_of(connection) for connection in alive)
for owner, count in owned.most_common():
    print(f"{count:4}  {owner}")

# %% Who owns what, company by company.
for connection in sorted(alive, key=lambda one: (one.company_name or "", one.app_id)):
    print(f"{connection.company_name:30.30}  {connection.app_id:10}  {owner_of(connection):28}  {connection.state}")

# %% What ends within 30 days unless it is used, and what is owned by somebody who has left.
now = datetime.now(UTC)  # noqa: TID251 - a program may read the clock; the library asks for it
soon = [one for one in alive if one.refresh_expires_at and one.refresh_expires_at < now + timedelta(days=30)]
gone = {person.email for person in qb.people() if person.is_gone(now.date())}
print(f"{len(soon)} end within 30 days; {sum(owner_of(one) in gone for one in alive)} are owned by somebody who left.")

# %% Close the store.
qb.close()
