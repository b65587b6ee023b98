"""A scenario that reproduces an order: its terms as an offer or a gig, its history as steps, its end as expected."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from milepost import commands, data, money, times
from milepost.core.act import HistoryEntry
from milepost.core.gig import SUBSTEPS_MAX, eligible_name
from milepost.core.offer import Offer, faults
from milepost.core.order import Order
from milepost.core.terms import MilestoneTerms, OrderType, Terms
from milepost.core.transitions import REQUEST_ROWS, Action, Actor
from milepost.files import documents, writer
from milepost.files.writer import section
from milepost.market.orders import Exported
from milepost.policy import STANDARD


def order_text(told: Exported) -> str:
    """The scenario of an order, up to the instant that the store's clock shows."""
    order, history, subcategory, balances, now, terms = told
    start = order.placed_at
    head = {"title": terms.title, "start": times.format_instant(start), "policy": _policy(terms)}
    parts = [section("[scenario]", head), *_what_is_sold(terms, subcategory)]
    parts += [
        section("[[step]]", {"at": times.exact_duration(line.at - start), "do": words})
        for line, words in _steps(order, history)
    ]
    parts.append(section("[[expect]]", _expected(order, balances, now)))
    return "\n".join(parts)


def _policy(terms: Terms) -> str | dict[str, Any]:
    """The name of the standard policy, or the numbers that differ from it.

    Without its name, if a shipped policy with other numbers has that by now: no scenario could say both.
    """
    numbers, standard = terms.policy.numbers(), STANDARD.numbers()
    differing = {key: value for key, value in numbers.items() if value != standard[key]}
    if not differing and terms.policy.name == STANDARD.name:
        return STANDARD.name
    told = {key: "unlimited" if value is None else value for key, value in differing.items()}
    return told if documents.shipped_name_faults(terms.policy, None, None) else {"name": terms.policy.name} | told


# ── What was agreed ─────────────────────────────────────────────────────────────────────────────────────────────────


def _what_is_sold(terms: Terms, subcategory: str) -> Iterator[str]:
    """A gig and an offer with the order's terms; a gig's package, where an offer could not say them."""
    eligible = data.subcategories()
    if terms.type is OrderType.MILESTONES or terms.milestones[0].stages:  # the gig may have moved since
        subcategory = eligible_name(subcategory, eligible) or eligible[0]
    gig = {"ref": "gig", "title": terms.title, "seller": terms.seller, "subcategory": subcategory}
    if _by_package(terms):
        yield from _package(terms, gig)
        return
    yield section("[[gig]]", gig)
    yield section("[gig.package.basic]", {"price": money.plain(_basic_price(terms)), "days": 1})
    yield from writer.offer_sections(terms, ref="deal", gig="gig")


def _by_package(terms: Terms) -> bool:
    """Whether only a gig's package can have these terms: stages, a single payment's description, longer milestones."""
    if terms.type is not OrderType.MILESTONES:
        return bool(terms.milestones[0].stages or terms.milestones[0].description)
    told = Offer(1, 1, terms, sent_at=0)
    eligible = data.subcategories()
    return next(faults(told, eligible[0], eligible), None) is not None


def _basic_price(terms: Terms) -> int:
    return max(terms.policy.gig_basic_price_min_cents, min(terms.total_cents, money.MAX_CENTS))


def _tier(terms: Terms) -> str:
    """The package to order: `standard` where the price is too small for a `basic` one (rule gig-basic-price)."""
    return "basic" if terms.total_cents >= terms.policy.gig_basic_price_min_cents else "standard"


def _package(terms: Terms, gig: Mapping[str, Any]) -> Iterator[str]:
    whole, tier = terms.milestones[0], _tier(terms)
    apart = terms.type is OrderType.MILESTONES
    yield section("[[gig]]", gig if apart else {**gig, "milestone_payments": False})
    if tier != "basic":
        yield section("[gig.package.basic]", {"price": money.plain(_basic_price(terms)), "days": 1})
    told = {"price": money.plain(terms.total_cents), "days": whole.days if not apart else 1}
    if not apart:
        told |= {"revisions": writer.revisions(whole.revisions), "description": whole.description}
    yield section(f"[gig.package.{tier}]", told)
    only = {} if tier == "basic" else {"packages": [tier]}
    for keys in _milestones(terms, tier) if apart else _stages(whole):
        yield section("[[gig.milestone]]", keys | only)


def _milestones(terms: Terms, tier: str) -> Iterator[dict[str, Any]]:
    for one in terms.milestones:
        yield {
            "name": one.name,
            "description": one.description,
            "days": one.days,
            "revisions": writer.revisions(one.revisions),
            "zoom": one.zoom,
            "substeps": list(one.substeps),
            "prices": {tier: money.plain(one.price_cents)},
        }


def _stages(whole: MilestoneTerms) -> Iterator[dict[str, Any]]:
    """The stages of one payment with their substeps: where nobody noted whose they are, as many as each can hold."""
    first, noted = 0, sum(stage.substeps for stage in whole.stages) == len(whole.substeps)
    for number, stage in enumerate(whole.stages):
        count = stage.substeps if noted else SUBSTEPS_MAX
        held = whole.substeps[first : first + count]
        yield {"name": stage.name, "days": 1, "zoom": whole.zoom and number == 0, "substeps": list(held)}
        first += count


# ── What happened ───────────────────────────────────────────────────────────────────────────────────────────────────


def _steps(order: Order, history: Sequence[HistoryEntry]) -> Iterator[tuple[HistoryEntry, str]]:
    """The parties' actions, in the words of the command line; the clock's come by themselves."""
    requests: dict[object, str] = {}
    for line in history:
        if line.action is Action.PLACE:
            yield line, f"{_placed(order.terms)} as job"
        elif line.actor is not Actor.CLOCK:
            yield line, _words(line, requests)


def _placed(terms: Terms) -> str:
    if not _by_package(terms):
        return shlex.join(commands.ACCEPT_OFFER.words({"offer": "deal"}))
    return shlex.join(commands.PLACE.words({"gig": "gig", "package": _tier(terms), "client": terms.client}))


def _words(line: HistoryEntry, requests: dict[object, str]) -> str:
    """A party's action; one that opens a request names it."""
    row = REQUEST_ROWS.get(line.action)
    opens = row is not None and row.source == "none"
    if opens:
        requests[line.args["id"]] = f"request{len(requests) + 1}"
    request = requests.get(line.args.get("id"))
    values = commands.written(line.args) | {"order": "job", "by": line.actor, "request": request}
    told = shlex.join(commands.template_of(line.action).words(values))
    return f"{told} as {request}" if opens else told


# ── How it stands ───────────────────────────────────────────────────────────────────────────────────────────────────


def _expected(order: Order, balances: Sequence[tuple[str, int]], now: int) -> dict[str, Any]:
    told: dict[str, Any] = {
        "at": times.exact_duration(now - order.placed_at),
        "order": "job",
        "status": str(order.status),
        "phase": str(order.phase),
    }
    if order.reason:
        told["reason"] = str(order.reason)
    told["milestones"] = [str(milestone.state) for milestone in order.milestones]
    own = {"escrow" if name == f"escrow:{order.id}" else name: money.plain(cents) for name, cents in balances}
    return told | {"balances": own}
