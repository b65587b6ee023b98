"""Gigs and offers, in and out: the only mapping between their rows and the core's plain values."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col, select

from milepost.core.gig import TIERS, Faq, Gig, Milestone, Package, Substep
from milepost.core.offer import Offer, OfferStatus
from milepost.core.terms import OrderType, Terms
from milepost.core.workflow import Template
from milepost.errors import NotFound
from milepost.store import settings
from milepost.store.damage import each, first_two, held_to, missing, read_json, row_of
from milepost.store.db import Connection
from milepost.store.order_rows import AGREED, agreed_columns, terms_from
from milepost.store.orders import next_id
from milepost.store.session import add_rows, session_in
from milepost.store.tables import (
    GigMilestoneRow,
    GigRow,
    OfferMilestoneRow,
    OfferRow,
    OrderRow,
    PackageRow,
    TemplateRow,
)


class StoredGig(NamedTuple):
    """A gig with its id and the instant it was made."""

    id: int
    gig: Gig
    created_at: int


# ── Gigs ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def add_gig(connection: Connection, gig: Gig, at: int) -> int:
    """Store a new gig; its id."""
    gig_id = next_id(connection, "gigs")
    add_gigs(connection, [StoredGig(gig_id, gig, at)])
    return gig_id


def add_gigs(connection: Connection, gigs: Sequence[StoredGig]) -> None:
    """Store new gigs under their ids."""
    add_rows(connection, GigRow, [{"id": id, **_gig_columns(gig), "created_at": at} for id, gig, at in gigs])
    _add_parts(connection, {stored.id: stored.gig for stored in gigs})


def replace_gig(connection: Connection, gig_id: int, gig: Gig) -> None:
    """Store an edited gig in the place of the old one."""
    with session_in(connection) as session:
        row = session.get_one(GigRow, gig_id)
        row.sqlmodel_update(_gig_columns(gig))
        session.execute(delete(PackageRow).where(col(PackageRow.gig_id) == gig_id))
        session.execute(delete(GigMilestoneRow).where(col(GigMilestoneRow.gig_id) == gig_id))
    _add_parts(connection, {gig_id: gig})


def gig(connection: Connection, gig_id: int) -> StoredGig:
    """The gig of this id. Raises `NotFound`."""
    with session_in(connection) as session:
        row = session.get(GigRow, gig_id)
        if row is None:
            raise NotFound("gig", gig_id)
        return _stored_gig(session, row)


def references(connection: Connection, gig_id: int) -> list[tuple[str, int]]:
    """What refers to a gig: offers, orders and messages, and how many of each there are."""
    counted = [
        (noun, int(connection.value(f"SELECT count(*) FROM {noun}s WHERE gig_id = ?", (gig_id,))))
        for noun in ("offer", "order", "message")
    ]
    return [(noun, count) for noun, count in counted if count]


def delete_gig(connection: Connection, gig_id: int) -> None:
    """Forget a gig that nothing refers to, with its packages and its workflow."""
    for table in ("packages", "gig_milestones"):
        connection.execute(f"DELETE FROM {table} WHERE gig_id = ?", (gig_id,))
    connection.execute("DELETE FROM gigs WHERE id = ?", (gig_id,))


def gigs(connection: Connection, *, seller: str | None, limit: int) -> list[StoredGig]:
    """Gigs by id, of one seller or of all."""
    wanted = select(GigRow).order_by(col(GigRow.id)).limit(limit)
    if seller is not None:
        wanted = wanted.where(GigRow.seller == seller)
    with session_in(connection) as session:
        return [_stored_gig(session, row) for row in session.exec(wanted)]


def _stored_gig(session: Session, row: GigRow) -> StoredGig:
    assert row.id is not None
    packages = session.exec(select(PackageRow).where(PackageRow.gig_id == row.id)).all()
    milestones = session.exec(
        select(GigMilestoneRow).where(GigMilestoneRow.gig_id == row.id).order_by(col(GigMilestoneRow.position))
    ).all()
    bought = [_package(package) for package in packages]
    with row_of("gigs", row.id):
        gig = Gig(
            row.title,
            row.seller,
            row.subcategory,
            row.description,
            tuple(sorted(bought, key=lambda package: TIERS.index(package.tier))),
            tuple(_gig_milestone(milestone) for milestone in milestones),
            row.milestone_payments == 1,
            held_to(tuple(Faq(*one) for one in read_json(row.faq, list)), tuple[Faq, ...]),
            row.paused == 1,
        )
        return StoredGig(row.id, gig, row.created_at)


def _package(row: PackageRow) -> Package:
    with row_of("packages", (row.gig_id, row.tier)):
        if row.tier not in TIERS:
            raise KeyError(row.tier)
        return Package(row.tier, row.price_cents, row.days, row.revisions, row.description)


def _gig_milestone(row: GigMilestoneRow) -> Milestone:
    with row_of("gig_milestones", (row.gig_id, row.position)):
        return milestone_of(
            {name: getattr(row, name) for name in Milestone._fields}
            | {"prices": read_json(row.prices, dict)}
            | {name: read_json(getattr(row, name), list) for name in ("packages", "substeps")}
        )


def milestone_of(plain: Mapping[str, Any]) -> Milestone:
    """A workflow's milestone from plain JSON values. Raises what `damage.row_of` tells of."""
    substeps = tuple(Substep(name, tuple(packages)) for name, packages in plain["substeps"])
    packages = tuple(plain["packages"])
    made = Milestone(**{**plain, "zoom": bool(plain["zoom"]), "packages": packages, "substeps": substeps})
    return held_to(made, Milestone)


def _gig_columns(gig: Gig) -> dict[str, Any]:
    return {
        "title": gig.title,
        "seller": gig.seller,
        "subcategory": gig.subcategory,
        "description": gig.description,
        "milestone_payments": int(gig.milestone_payments),
        "paused": int(gig.paused),
        "faq": json.dumps(gig.faq, ensure_ascii=False),
    }


def _add_parts(connection: Connection, gigs: Mapping[int, Gig]) -> None:
    packages = [{"gig_id": id, **package._asdict()} for id, gig in gigs.items() for package in gig.packages]
    milestones = [
        {"gig_id": id, "position": position, **_milestone_columns(milestone)}
        for id, gig in gigs.items()
        for position, milestone in enumerate(gig.milestones, start=1)
    ]
    add_rows(connection, PackageRow, packages)
    add_rows(connection, GigMilestoneRow, milestones)


def _milestone_columns(milestone: Milestone) -> dict[str, Any]:
    return milestone._asdict() | {
        "zoom": int(milestone.zoom),
        "packages": json.dumps(milestone.packages),
        "prices": json.dumps(dict(milestone.prices)),
        "substeps": json.dumps(milestone.substeps, ensure_ascii=False),
    }


# ── Templates ───────────────────────────────────────────────────────────────────────────────────────────────────────


def save_template(connection: Connection, template: Template) -> None:
    """Store a template, in the place of one of the same name."""
    with session_in(connection) as session:
        plain = [milestone._asdict() for milestone in template.milestones]
        session.merge(
            TemplateRow(
                name=template.name,
                seller=template.seller,
                title=template.title,
                description=template.description,
                subcategories=json.dumps(template.subcategories, ensure_ascii=False),
                milestones=json.dumps(plain, ensure_ascii=False),
            )
        )


def templates(connection: Connection) -> list[Template]:
    """The saved templates, by name."""
    with session_in(connection) as session:
        return [_template(row) for row in session.exec(select(TemplateRow).order_by(col(TemplateRow.name)))]


def delete_template(connection: Connection, name: str) -> None:
    """Forget a saved template."""
    with session_in(connection) as session:
        session.delete(session.get_one(TemplateRow, name))


def _template(row: TemplateRow) -> Template:
    with row_of("templates", row.name):
        milestones = tuple(milestone_of(plain) for plain in read_json(row.milestones, list))
        subcategories = held_to(tuple(read_json(row.subcategories, list)), tuple[str, ...])
        return Template(row.name, row.title, row.description, subcategories, milestones, row.seller)


# ── Offers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def add_offers(connection: Connection, offers: Sequence[Offer]) -> None:
    """Store new offers under their ids, whatever their status is."""
    rows, milestones = [], []
    for offer in offers:
        terms = offer.terms
        rows.append(
            {
                "id": offer.id,
                "gig_id": offer.gig_id,
                "type": str(terms.type),
                "seller": terms.seller,
                "client": terms.client,
                "title": terms.title,
                "policy_id": settings.policy_id(connection, terms.policy),
                "sent_at": offer.sent_at,
                "expires_at": offer.expires_at,
                "status": str(offer.status),
                "closed_at": offer.closed_at,
                "message_id": offer.message_id,
            }
        )
        for position, agreed in enumerate(terms.milestones, start=1):
            columns = dict(zip(AGREED, agreed_columns(agreed), strict=True))
            milestones.append({"offer_id": offer.id, "position": position, **columns})
    add_rows(connection, OfferRow, rows)
    add_rows(connection, OfferMilestoneRow, milestones)


def save_offers(connection: Connection, offers: Sequence[Offer]) -> None:
    """Store what a move changed of some offers."""
    moved = [(str(offer.status), offer.closed_at, offer.id) for offer in offers]
    connection.executemany("UPDATE offers SET status = ?, closed_at = ? WHERE id = ?", moved)


def offer(connection: Connection, offer_id: int) -> Offer:
    """The offer of this id. Raises `NotFound`."""
    with session_in(connection) as session:
        row = session.get(OfferRow, offer_id)
        if row is None:
            raise NotFound("offer", offer_id)
        return _offer(connection, session, row)


def offers(
    connection: Connection, *, seller: str | None, client: str | None, status: str | None, limit: int
) -> list[Offer]:
    """Offers by id, of one seller, client or status, or of all."""
    wanted = select(OfferRow).order_by(col(OfferRow.id)).limit(limit)
    for column, value in ((OfferRow.seller, seller), (OfferRow.client, client), (OfferRow.status, status)):
        if value is not None:
            wanted = wanted.where(column == value)
    with session_in(connection) as session:
        return [_offer(connection, session, row) for row in session.exec(wanted)]


def order_of_offer(connection: Connection, offer_id: int) -> int | None:
    """The order that an accepted offer was placed as."""
    with session_in(connection) as session:
        return session.exec(select(OrderRow.id).where(OrderRow.offer_id == offer_id)).one_or_none()


def _offer(connection: Connection, session: Session, row: OfferRow) -> Offer:
    assert row.id is not None
    agreed = session.exec(
        select(OfferMilestoneRow).where(OfferMilestoneRow.offer_id == row.id).order_by(col(OfferMilestoneRow.position))
    )
    policy = settings.policy(connection, row.policy_id)
    rows = [(row.id, one.position, *(getattr(one, name) for name in AGREED)) for one in agreed]
    milestones = tuple(each("offer_milestones", lambda one: terms_from(one[2:]), rows, first_two))
    if not milestones:
        raise missing("offer_milestones", (row.id, 1))
    with row_of("offers", row.id):
        terms = Terms(OrderType(row.type), row.seller, row.client, row.title, milestones, policy)
        status = OfferStatus(row.status)
        return Offer(row.id, row.gig_id, terms, row.sent_at, row.expires_at, status, row.closed_at, row.message_id)
