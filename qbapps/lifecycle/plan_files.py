"""Plans as files: readable, signed by the vault, and no more than a name for the plan that the store keeps."""

from __future__ import annotations

import json
from typing import Any, Final

from qbapps.domain.plan import bound
from qbapps.domain.whole_plan import Plan
from qbapps.errors import PlanAltered, PlanError
from qbapps.lifecycle import planning
from qbapps.ports import Ports

FORMAT: Final = 1
_SIGNATURE: Final = "signature"


def written(ports: Ports, plan: Plan) -> str:
    """Return *plan* as JSON that people can read, with a signature that only this vault's keys make."""
    head = plan.head
    content: dict[str, Any] = {
        "qbapps_plan": FORMAT,
        "id": head.id,
        "action": head.action,
        "firm": head.firm_id,
        "by": head.by,
        "made_at": head.created_at.isoformat(),
        "reason": head.reason,
        "comment": head.comment,
        "to": head.to,
        "deadline": None if head.deadline is None else head.deadline.isoformat(),
        "needs_approval": head.needs_approval,
        "chosen": dict(head.chosen),
        "digest": head.digest,
        "rows": [{**bound(item), "note": item.note} for item in plan.items],
        "skipped": [{**bound(item), "note": item.note} for item in plan.skipped],
    }
    content[_SIGNATURE] = ports.vault.sign(_signed(content))
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def read(ports: Ports, text: str, name: str) -> Plan:
    """
    Return the stored plan that a file names.

    Args:
        name: How messages call the file.

    Raises:
        PlanError: It is no plan, or one of another store.
        PlanAltered: It is not what was saved, or was signed with a key that is not held.
    """
    repeats: list[str] = []
    try:
        content = json.loads(text, object_pairs_hook=lambda pairs: _once(pairs, repeats))
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or content.get("qbapps_plan") != FORMAT:
        raise PlanError(f"{name} is no plan.", hint="Give a file that save_plan, or qbapps plan, wrote.")
    signature = content.pop(_SIGNATURE, None)
    if repeats or not isinstance(signature, str) or not ports.vault.verify(_signed(content), signature):
        raise PlanAltered(
            f"{name} is not what was saved, or was saved under other keys.",
            hint="Make a new plan if something has to change; use the keys of the store it was made in.",
        )
    head = ports.store.plan(str(content["id"]))
    if head is None:
        raise PlanError(f"{name} is a plan of another store.", hint="Open the store it was made in.")
    if head.digest != content["digest"]:
        raise PlanAltered(
            f"{name} and the stored plan {head.id} are not the same.", hint="Make a new plan, and apply that."
        )
    return planning.load(ports, head.id)


def _once(pairs: list[tuple[str, Any]], repeats: list[str]) -> dict[str, Any]:
    """Return an object; names that come twice, of which a person may read one and the parser the other, are noted."""
    found = dict(pairs)
    if len(found) < len(pairs):
        repeats.extend(name for name, _ in pairs)
    return found


def _signed(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
