"""Gigs: made, edited and shown. What an edit makes of a gig is for `core/workflow.py`; here it is loaded and saved."""

from collections.abc import Callable, Mapping, Sequence
from typing import Unpack

from milepost import data, rules
from milepost.core import workflow
from milepost.core.gig import Faq, Gig, Milestone, Package, Substep, eligible_name, missing
from milepost.core.gig import check as check_gig
from milepost.core.workflow import MilestoneChanges, Template
from milepost.store import catalog, settings
from milepost.store.catalog import StoredGig
from milepost.store.db import Connection, Database
from milepost.views.base import Created, Listing
from milepost.views.gigs import CheckView, FaultView, GigView


def create(db: Database, gig: Gig, *, handle: str | None = None) -> Created[GigView]:
    """Store a new gig. Raises `RuleError` with all its faults, and `actor` if `handle` is not its seller."""
    _check_seller(gig, handle, {})
    with db.write() as connection:
        at = settings.clock(connection)
        checked = _checked(connection, gig)
        gig_id = catalog.add_gig(connection, checked, at)
        return Created(gig_id, _view(connection, StoredGig(gig_id, checked, at)))


# ── Edits: orders that were placed stay as they are ─────────────────────────────────────────────────────────────────
#
# Each raises `NotFound`, `RuleError` with all the faults that the gig would have, and `actor` if `handle` is not its
# seller; and what the function of `core/workflow.py` raises that it stands for.


def edit_texts(
    db: Database,
    gig_id: int,
    *,
    title: str | None = None,
    subcategory: str | None = None,
    description: str | None = None,
    handle: str | None = None,
) -> GigView:
    """Change what a gig is called, where it is listed, and what it says; None stays as it is."""

    def edited(gig: Gig) -> Gig:
        return gig._replace(
            title=gig.title if title is None else title,
            subcategory=gig.subcategory if subcategory is None else subcategory,
            description=gig.description if description is None else description,
        )

    return _edit(db, gig_id, edited, handle)


def set_package(
    db: Database, gig_id: int, package: Package, *, kept: Sequence[str] = (), handle: str | None = None
) -> GigView:
    """Add a package, or change it; of the one that there is, the `kept` fields stay."""
    return _edit(db, gig_id, lambda gig: workflow.set_package(gig, package, kept), handle)


def set_milestone_payments(db: Database, gig_id: int, *, on: bool, handle: str | None = None) -> GigView:
    """Let clients pay by milestone, or all at once (rule gig-milestone-payments)."""
    return _edit(db, gig_id, lambda gig: gig._replace(milestone_payments=on), handle)


def add_milestone(db: Database, gig_id: int, milestone: Milestone, *, handle: str | None = None) -> GigView:
    """Add a milestone at the end of the workflow."""
    return _edit(db, gig_id, lambda gig: workflow.add_milestone(gig, milestone), handle)


def edit_milestone(
    db: Database,
    gig_id: int,
    position: int,
    *,
    set_prices: Mapping[str, int] = {},
    handle: str | None = None,
    **changes: Unpack[MilestoneChanges],
) -> GigView:
    """Change a milestone of the workflow; what is not named stays, and `set_prices` come beside the prices it has."""

    def edited(gig: Gig) -> Gig:
        return workflow.edit_milestone(gig, position, set_prices=set_prices, **changes)

    return _edit(db, gig_id, edited, handle)


def move_milestone(db: Database, gig_id: int, position: int, to: int, *, handle: str | None = None) -> GigView:
    """Move a milestone of the workflow to another position."""
    return _edit(db, gig_id, lambda gig: workflow.move_milestone(gig, position, to), handle)


def remove_milestone(db: Database, gig_id: int, position: int, *, handle: str | None = None) -> GigView:
    """Remove a milestone from the workflow."""
    return _edit(db, gig_id, lambda gig: workflow.remove_milestone(gig, position), handle)


def add_substep(db: Database, gig_id: int, position: int, substep: Substep, *, handle: str | None = None) -> GigView:
    """Add a substep at the end of a milestone."""
    return _edit(db, gig_id, lambda gig: workflow.add_substep(gig, position, substep), handle)


def remove_substep(db: Database, gig_id: int, position: int, number: int, *, handle: str | None = None) -> GigView:
    """Remove a substep from a milestone."""
    return _edit(db, gig_id, lambda gig: workflow.remove_substep(gig, position, number), handle)


def use_template(
    db: Database, gig_id: int, template: Template, *, replace: bool = False, handle: str | None = None
) -> GigView:
    """Start the workflow from a template, in the place of the present one only if that is wanted."""
    return _edit(db, gig_id, lambda gig: workflow.use_template(gig, template, replace=replace), handle)


def add_faq(db: Database, gig_id: int, faq: Faq, *, handle: str | None = None) -> GigView:
    """Add a question and its answer."""
    return _edit(db, gig_id, lambda gig: workflow.add_faq(gig, faq), handle)


def remove_faq(db: Database, gig_id: int, number: int, *, handle: str | None = None) -> GigView:
    """Remove a question."""
    return _edit(db, gig_id, lambda gig: workflow.remove_faq(gig, number), handle)


def set_paused(db: Database, gig_id: int, *, paused: bool, handle: str | None = None) -> GigView:
    """Pause a gig or resume it (rule gig-paused). Raises `gig-paused` if it is so already."""

    def changed(gig: Gig) -> Gig:
        if gig.paused is paused:
            raise rules.GIG_PAUSED.refuse(
                why=f"gig {gig_id} is {'paused already' if paused else 'not paused'}", gig=gig_id
            )
        return gig._replace(paused=paused)

    return _edit(db, gig_id, changed, handle)


def delete(db: Database, gig_id: int, *, handle: str | None = None) -> GigView:
    """Delete a gig that nothing refers to, and answer with it (rule gig-paused). Raises `NotFound`, `gig-paused`."""
    with db.write() as connection:
        stored = catalog.gig(connection, gig_id)
        _check_seller(stored.gig, handle, {"gig": gig_id})
        told = [f"{count} {noun}{'s' if count > 1 else ''}" for noun, count in catalog.references(connection, gig_id)]
        if told:
            why = f"gig {gig_id} is named by {' and '.join(told)}; it can be paused instead"
            raise rules.GIG_PAUSED.refuse(why=why, gig=gig_id)
        view = _view(connection, stored)
        catalog.delete_gig(connection, gig_id)
    return view._replace(state="deleted")


def _edit(db: Database, gig_id: int, change: Callable[[Gig], Gig], handle: str | None) -> GigView:
    """The one road of an edit: load, change, check, save."""
    with db.write() as connection:
        stored = catalog.gig(connection, gig_id)
        _check_seller(stored.gig, handle, {"gig": gig_id})
        edited = _checked(connection, change(stored.gig))
        catalog.replace_gig(connection, gig_id, edited)
        return _view(connection, stored._replace(gig=edited))


# ── What there is ───────────────────────────────────────────────────────────────────────────────────────────────────


def plain(db: Database, gig_id: int) -> Gig:
    """A gig as plain values. Raises `NotFound`."""
    with db.read() as connection:
        return catalog.gig(connection, gig_id).gig


def show(db: Database, gig_id: int) -> GigView:
    """A gig. Raises `NotFound`."""
    with db.read() as connection:
        return _view(connection, catalog.gig(connection, gig_id))


def listing(db: Database, *, seller: str | None, limit: int) -> Listing[GigView]:
    """Gigs by id, of one seller or of all."""
    with db.read() as connection:
        found = catalog.gigs(connection, seller=seller, limit=limit + 1)
        views = [_view(connection, stored) for stored in found]
    return Listing.cut("gig", views, limit)


def check(db: Database, gig_id: int) -> CheckView:
    """What a gig lacks before clients see its milestones. Raises `NotFound`."""
    view = show(db, gig_id)
    return CheckView(gig_id, not view.missing, len(view.milestones), view.missing, view.warnings)


def _check_seller(gig: Gig, handle: str | None, values: Mapping[str, int]) -> None:
    """A gig is its seller's to make and to change (rule actor)."""
    if handle not in (None, gig.seller):
        raise rules.ACTOR.refuse(why=f"the gig is {gig.seller}'s; {handle} cannot make or change it", **values)


def _checked(connection: Connection, gig: Gig) -> Gig:
    """The gig as it is stored, if it may be: an eligible subcategory is written as it is listed."""
    eligible = data.subcategories()
    listed = eligible_name(gig.subcategory, eligible) or gig.subcategory.strip()
    gig = gig._replace(title=gig.title.strip(), subcategory=listed)
    check_gig(gig, settings.read(connection).policy, eligible)
    return gig


def _view(connection: Connection, stored: StoredGig) -> GigView:
    faults = missing(stored.gig, settings.read(connection).policy)
    told = [FaultView(fault.rule.id, fault.message) for fault in faults]
    return GigView.of(stored.id, stored.gig, stored.created_at, told)
