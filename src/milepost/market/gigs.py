"""Gigs: made, edited and shown. Every edit is one road: load, change, check, save."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from milepost import data, rules
from milepost.core.gig import Gig, eligible_name, missing
from milepost.core.gig import check as check_gig
from milepost.store import catalog, settings
from milepost.store.catalog import StoredGig
from milepost.store.db import Database
from milepost.views.base import Created, Listing
from milepost.views.gigs import CheckView, FaultView, GigView


def create(db: Database, gig: Gig, *, handle: str | None = None) -> Created[GigView]:
    """Store a new gig. Raises `RuleError` with all its faults, and `actor` if `handle` is not its seller."""
    _check_seller(gig, handle, {})
    with db.write() as connection:
        at = settings.clock(connection)
        gig_id = catalog.add_gig(connection, _checked(connection, gig), at)
        return Created(gig_id, _view(connection, catalog.gig(connection, gig_id)))


def edit(db: Database, gig_id: int, change: Callable[[Gig], Gig], *, handle: str | None = None) -> GigView:
    """Store what `change` makes of a gig; orders that were placed stay as they are.

    Raises `NotFound`, `RuleError` with all the faults it would have, and `actor` if `handle` is not its seller.
    """
    with db.write() as connection:
        stored = catalog.gig(connection, gig_id)
        _check_seller(stored.gig, handle, {"gig": gig_id})
        catalog.replace_gig(connection, gig_id, _checked(connection, change(stored.gig)))
        return _view(connection, catalog.gig(connection, gig_id))


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
    return CheckView(gig_id, not view.missing, len(view.milestones), view.missing)


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
