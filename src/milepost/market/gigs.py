"""Gigs: made, edited and shown. Every edit is one road: load, change, check, save."""

from collections.abc import Callable

from sqlalchemy import Connection

from milepost import data, rules
from milepost.core import gig as core
from milepost.core.gig import Gig, Milestone, Substep
from milepost.store import catalog, settings
from milepost.store.catalog import StoredGig
from milepost.store.db import Database
from milepost.views import CheckView, Created, GigView, Listing


def create(db: Database, gig: Gig) -> Created[GigView]:
    """Store a new gig. Raises `RuleError` with all its faults."""
    with db.write() as connection:
        at = settings.clock(connection)
        gig_id = catalog.add_gig(connection, _checked(connection, gig), at)
        return Created(gig_id, _view(connection, catalog.gig(connection, gig_id)))


def edit(db: Database, gig_id: int, change: Callable[[Gig], Gig]) -> GigView:
    """Store what `change` makes of a gig. Raises `NotFound`, and `RuleError` with all the faults it would have."""
    with db.write() as connection:
        stored = catalog.gig(connection, gig_id)
        catalog.replace_gig(connection, gig_id, _checked(connection, change(stored.gig)))
        return _view(connection, catalog.gig(connection, gig_id))


def add_milestone(db: Database, gig_id: int, milestone: Milestone) -> GigView:
    """Add a milestone at the end of the workflow (rules gig-subcategory, gig-basic-price, gig-milestones-max)."""
    return edit(db, gig_id, lambda gig: gig._replace(milestones=(*gig.milestones, milestone)))


def add_substep(db: Database, gig_id: int, position: int, substep: Substep) -> GigView:
    """Add a substep at the end of a milestone (rule gig-substeps)."""

    def change(gig: Gig) -> Gig:
        if not 1 <= position <= len(gig.milestones):
            why = f"gig {gig_id} has no milestone {position}; it has {len(gig.milestones)}"
            raise rules.GIG_SUBSTEPS.refuse(why=why, gig=gig_id, position=position)
        milestone = gig.milestones[position - 1]
        grown = milestone._replace(substeps=(*milestone.substeps, substep))
        return gig._replace(milestones=(*gig.milestones[: position - 1], grown, *gig.milestones[position:]))

    return edit(db, gig_id, change)


def set_milestone_payments(db: Database, gig_id: int, *, on: bool) -> GigView:
    """Turn milestone payments on or off (rule gig-milestone-payments)."""
    return edit(db, gig_id, lambda gig: gig._replace(milestone_payments=on))


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
    return CheckView(gig_id, not view.missing, view.missing)


def _checked(connection: Connection, gig: Gig) -> Gig:
    """The gig as it is stored, if it may be: an eligible subcategory is written as it is listed."""
    eligible = data.subcategories()
    listed = core.eligible_name(gig.subcategory, eligible) or gig.subcategory.strip()
    gig = gig._replace(title=gig.title.strip(), subcategory=listed)
    core.check(gig, settings.read(connection).policy, eligible)
    return gig


def _view(connection: Connection, stored: StoredGig) -> GigView:
    missing = core.missing(stored.gig, settings.read(connection).policy)
    told = [(fault.rule.id, fault.message) for fault in missing]
    return GigView.of(stored.id, stored.gig, stored.created_at, told)
