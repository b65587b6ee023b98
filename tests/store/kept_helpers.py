"""Stores that earlier versions of the program have left, kept beside this file, and what must come through a climb.

`kept/version-1-POLICY.db` was written by the program of store version 1, by its own commands alone: a store for each
policy that ships, with gigs, templates, messages, offers in every status, orders of every type in every state and
phase, requests to cancel with every answer, withdrawals, and money that still has to clear. The JSON beside each was
taken at that version by plain `sqlite3` with the queries of `ROWS[1][1]`. A later version adds its own stores in the
same way: by that version's program, before anything is changed. `kept/version-2-terms-2024.db` has what version 2
brought: requests of other kinds with their answers, days more, parts kept, changed plans, a paused gig.
"""

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from shutil import copyfile

KEPT = sorted((Path(__file__).parent / "kept").glob("*.db"))
FIRST = [path for path in KEPT if path.stem.startswith("version-1-")]
POLICIES = {path: path.stem.removeprefix("version-1-") for path in KEPT}

_MILESTONE = "name, days, price_cents, revisions, description, zoom, substeps, stages"
_STATE = (
    "state, started_at, first_delivered_at, delivered_at, ended_at, approved_by, revisions_used, substeps_done,"
    " stages_done, call_at, call_link, clears_at"
)

# For each table a query for what a store of version 1 says. Later versions say it in other tables, columns or words.
_OF_1: dict[int, dict[str, str]] = {
    1: {
        "store": "SELECT clock, clock_mode, policy_id FROM store",
        "policies": "SELECT id, name, numbers FROM policies ORDER BY id",
        "gigs": "SELECT id, title, seller, subcategory, description, milestone_payments, faq, created_at FROM gigs"
        " ORDER BY id",
        "packages": "SELECT gig_id, tier, price_cents, days, revisions, description FROM packages"
        " ORDER BY gig_id, tier",
        "gig_milestones": "SELECT gig_id, position, name, description, days, revisions, zoom, packages, weight, prices,"
        " substeps FROM gig_milestones ORDER BY gig_id, position",
        "templates": "SELECT name, title, description, subcategories, milestones FROM templates ORDER BY name",
        "messages": "SELECT messages.id, client, seller, sender, gig_id, text, sent_at FROM messages"
        " JOIN conversations ON conversations.id = conversation_id ORDER BY messages.id",
        "offers": "SELECT id, gig_id, type, seller, client, title, policy_id, status, sent_at, expires_at, closed_at,"
        " message_id FROM offers ORDER BY id",
        "offer_milestones": f"SELECT offer_id, position, {_MILESTONE} FROM offer_milestones"
        " ORDER BY offer_id, position",
        "orders": "SELECT id, type, seller, client, title, policy_id, placed_at, status, reason, ended_at, stopping,"
        " request_id, due_at, version, gig_id, offer_id FROM orders ORDER BY id",
        "milestones": f"SELECT order_id, position, {_MILESTONE}, {_STATE} FROM milestones ORDER BY order_id, position",
        "requests": "SELECT id, order_id, asker, position, reason, note, opened_at, state, closed_at FROM requests"
        " ORDER BY id",
        "history": "SELECT order_id, number, at, actor, replace(replace(replace(action, 'accept-cancel',"
        " 'accept-request'), 'decline-cancel', 'decline-request'), 'withdraw-cancel', 'withdraw-request'), position,"
        " args FROM history ORDER BY order_id, number",
        "ledger": "SELECT id, order_id, number, position, kind, debit, credit, amount_cents, at, undoes FROM ledger"
        " ORDER BY id",
        "balances": "SELECT account, balance_cents FROM balances ORDER BY account",
    }
}
_STAGES = (  # now with the number of their substeps each
    "(SELECT replace(json_group_array(json_extract(value, '$[0]')), '\",\"', '\", \"') FROM json_each(stages)"
    " WHERE json_extract(value, '$[1]') = 0)"
)
_AGREED = _MILESTONE.replace("stages", _STAGES)
_OF_1[2] = _OF_1[1] | {
    "store": "SELECT clock, clock_mode, policy_id - 1 FROM store",  # new orders stand on a policy of their own
    "policies": "SELECT id, name, numbers FROM policies WHERE id = 1",
    "offer_milestones": f"SELECT offer_id, position, {_AGREED} FROM offer_milestones ORDER BY offer_id, position",
    "milestones": f"SELECT milestones.order_id, position, {_AGREED}, {_STATE} FROM milestones"
    " JOIN agreed ON agreed.order_id = milestones.order_id AND number = agreed ORDER BY 1, 2",
}
_OF_2 = {
    2: {
        table: _OF_1[1][table]
        for table in ("store", "packages", "gig_milestones", "messages", "offers", "offer_milestones", "orders")
    }
    | {table: _OF_1[1][table] for table in ("ledger", "balances")}
    | {
        "policies": "SELECT id, name, schema, numbers FROM policies ORDER BY id",
        "gigs": "SELECT id, title, seller, subcategory, description, milestone_payments, paused, faq, created_at"
        " FROM gigs ORDER BY id",
        "templates": "SELECT name, seller, title, description, subcategories, milestones FROM templates ORDER BY name",
        "agreed": f"SELECT order_id, number, edition, {_MILESTONE} FROM agreed ORDER BY order_id, number",
        "milestones": f"SELECT order_id, position, agreed, {_STATE}, extended_days, kept_cents FROM milestones"
        " ORDER BY order_id, position",
        "requests": "SELECT id, order_id, kind, asker, position, reason, note, keep_cents, days, proposal, opened_at,"
        " state, closed_at FROM requests ORDER BY id",
        "history": "SELECT order_id, number, at, actor, action, position, args FROM history ORDER BY order_id, number",
    }
}
# Escrow accounts of orders of which nothing runs are closed now; that they held nothing can still be told.
_WITH_CLOSED = (
    "SELECT account, balance_cents FROM balances UNION ALL SELECT DISTINCT credit, 0 FROM ledger"
    " WHERE credit LIKE 'escrow:%' AND credit NOT IN (SELECT account FROM balances) ORDER BY 1"
)
_OF_1[3] = _OF_1[2] | {"balances": _WITH_CLOSED}
_OF_2[3] = _OF_2[2] | {"balances": _WITH_CLOSED}
# By the version that wrote a store, and by the version that it is of now. A version that says all of it as the one
# before did has no queries of its own.
ROWS = {1: _OF_1, 2: _OF_2}


def copied(kept: Path, folder: Path) -> Path:
    """A copy of a kept store, to be opened: the kept one stays as it was written."""
    return Path(copyfile(kept, folder / "store.db"))


def born(kept: Path) -> int:
    """The version whose program wrote a kept store."""
    return int(kept.stem.split("-")[1])


def queries(kept: Path, version: int) -> Mapping[str, str]:
    """What asks a kept store, which is of `version` now, for what it said when it was written."""
    known = ROWS[born(kept)]
    return known[max(one for one in known if one <= version)]


def taken(kept: Path) -> dict[str, dict[str, int | str]]:
    """What was taken of a kept store by the version that wrote it: for each table its rows' count and digest."""
    told: dict[str, dict[str, int | str]] = json.loads(kept.with_suffix(".json").read_text("utf-8"))
    return told


def digests(path: Path, queries: Mapping[str, str]) -> dict[str, dict[str, int | str]]:
    """The count and the digest of what each query tells of a store, read by plain `sqlite3`."""
    told = {}
    for table, query in queries.items():
        lines = rows(path, query)
        told[table] = {"rows": len(lines), "sha256": hashlib.sha256(json.dumps(lines).encode()).hexdigest()}
    return told


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    """What a query tells of a store, read by plain `sqlite3`."""
    connection = sqlite3.connect(path)
    told = connection.execute(query).fetchall()
    connection.close()
    return told
