"""Offers and the inbox: what is sent, what is unwise in it, and what it could come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from milepost.core import ledger
from milepost.core.act import Outcome
from milepost.core.forecast import Course
from milepost.core.inbox import Conversation, Message
from milepost.core.ledger import Entry
from milepost.core.lint import Finding, exposures
from milepost.core.offer import Offer
from milepost.core.terms import MilestoneTerms
from milepost.core.transitions import Actor
from milepost.views.base import iso, iso_at


@dataclass(frozen=True, slots=True)
class OfferView:
    """A custom offer; `order` is what it was placed as."""

    id: int
    gig: int
    type: str
    seller: str
    client: str
    title: str
    status: str
    sent_at: str
    expires_at: str | None
    closed_at: str | None
    policy: str
    milestones: list[dict[str, Any]]
    total_cents: int
    order: int | None
    message: int | None

    @staticmethod
    def of(offer: Offer, order_id: int | None) -> "OfferView":
        """The view of an offer."""
        terms = offer.terms
        return OfferView(
            offer.id,
            offer.gig_id,
            str(terms.type),
            terms.seller,
            terms.client,
            terms.title,
            str(offer.status),
            iso_at(offer.sent_at),
            iso(offer.expires_at),
            iso(offer.closed_at),
            terms.policy.name,
            [_agreed(position, milestone) for position, milestone in enumerate(terms.milestones, start=1)],
            terms.total_cents,
            order_id,
            offer.message_id,
        )


def _agreed(position: int, terms: MilestoneTerms) -> dict[str, Any]:
    return {
        "position": position,
        "name": terms.name,
        "description": terms.description,
        "days": terms.days,
        "price_cents": terms.price_cents,
        "revisions": terms.revisions,
        "zoom": terms.zoom,
        "substeps": list(terms.substeps),
    }


@dataclass(frozen=True, slots=True)
class LintView:
    """What is unwise in an offer, and the seller's exposure: work done against money secured, by milestone."""

    offer: int
    findings: list[dict[str, str]]
    exposure: list[dict[str, Any]]

    @staticmethod
    def of(offer: Offer, findings: Sequence[Finding]) -> "LintView":
        """The view of what a check of an offer found."""
        exposure = [one._asdict() | {"open_cents": one.open_cents} for one in exposures(offer.terms)]
        return LintView(offer.id, [finding._asdict() for finding in findings], exposure)


@dataclass(frozen=True, slots=True)
class CourseView:
    """One way that an order could go, and what comes of it; `events` hold every movement of money."""

    client: str
    status: str
    reason: str
    ends_at: str
    charged_cents: int
    released_cents: int
    fees_cents: int
    last_available_at: str | None
    events: list[dict[str, Any]]

    @staticmethod
    def of(course: Course) -> "CourseView":
        """The view of a course."""
        end, entries = course.end, [entry for outcome in course.outcomes for entry in outcome.entries]
        sums = ledger.totals(entries)
        events = [_event(outcome, entry) for outcome in course.outcomes for entry in outcome.entries]
        cleared = [event["at"] for event in events if event["available_cents"]]
        assert end.ended_at is not None
        return CourseView(
            course.name,
            str(end.status),
            str(end.reason),
            iso_at(end.ended_at),
            sums.charged_cents,
            sums.released_cents,
            sums.fees_cents,
            max(cleared, default=None),
            events,
        )


def _event(outcome: Outcome, entry: Entry) -> dict[str, Any]:
    """A movement of money: what the client pays, what the seller is credited, what becomes available."""
    pays = entry.kind in (ledger.Kind.CHARGE, ledger.Kind.CLIENT_FEE)
    earns = entry.kind is ledger.Kind.RELEASE
    frees = entry.credit.endswith(":available")
    return {
        "at": iso_at(outcome.history_entry.at),
        "milestone": entry.position,
        "action": str(outcome.history_entry.action),
        "kind": str(entry.kind),
        "paid_cents": entry.amount_cents if pays else 0,
        "released_cents": entry.amount_cents if earns else 0,
        "available_cents": entry.amount_cents if frees else 0,
    }


@dataclass(frozen=True, slots=True)
class ForecastView:
    """What an offer could come to, from an instant on: with a prompt client, a silent one, and one who stops."""

    offer: int
    accepted_at: str
    courses: list[CourseView]

    @staticmethod
    def of(offer: Offer, at: int, courses: Sequence[Course]) -> "ForecastView":
        """The view of an offer's courses."""
        return ForecastView(offer.id, iso_at(at), [CourseView.of(course) for course in courses])


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message of a conversation, with the offers that answer it."""

    id: int
    conversation: int
    sender: str
    receiver: str
    gig: int | None
    text: str
    sent_at: str
    offers: list[OfferView]

    @staticmethod
    def of(conversation: Conversation, message: Message, offers: list[OfferView]) -> "MessageView":
        """The view of a message."""
        parties = conversation.client, conversation.seller
        sender, receiver = parties if message.sender is Actor.CLIENT else parties[::-1]
        return MessageView(
            message.id, conversation.id, sender, receiver, message.gig_id, message.text, iso_at(message.sent_at), offers
        )


@dataclass(frozen=True, slots=True)
class ConversationLineView:
    """A conversation in a list."""

    id: int
    client: str
    seller: str
    messages: int
    last_at: str
    last_text: str

    @staticmethod
    def of(conversation: Conversation) -> "ConversationLineView":
        """The line of a conversation."""
        last = conversation.messages[-1]
        count = len(conversation.messages)
        return ConversationLineView(
            conversation.id, conversation.client, conversation.seller, count, iso_at(last.sent_at), last.text
        )


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation: its messages, oldest first."""

    id: int
    client: str
    seller: str
    messages: list[MessageView]
