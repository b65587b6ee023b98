"""Custom offers: what was sent, what is unwise in it, and what it could come to."""

from collections.abc import Sequence
from typing import NamedTuple

from milepost.core import ledger
from milepost.core.act import Outcome
from milepost.core.forecast import Course
from milepost.core.ledger import Entry
from milepost.core.lint import Exposure, Finding, exposures
from milepost.core.offer import Offer
from milepost.core.terms import MilestoneTerms
from milepost.views.base import Instant
from milepost.views.orders import OrderView, ProposedView


class OfferMilestoneView(NamedTuple):
    """A milestone of an offer, a cycle, or the one payment."""

    position: int
    name: str
    description: str
    days: int
    price_cents: int
    revisions: int | None
    zoom: bool
    substeps: Sequence[str]

    @staticmethod
    def of(position: int, terms: MilestoneTerms) -> "OfferMilestoneView":
        """The view of an offer's milestone."""
        return OfferMilestoneView(position, *ProposedView.of(terms))


class OfferView(NamedTuple):
    """A custom offer; `order` is what it was placed as."""

    id: int
    gig: int
    type: str
    seller: str
    client: str
    title: str
    status: str
    sent_at: Instant
    expires_at: Instant | None
    closed_at: Instant | None
    policy: str
    milestones: Sequence[OfferMilestoneView]
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
            offer.sent_at,
            offer.expires_at,
            offer.closed_at,
            terms.policy.name,
            [
                OfferMilestoneView.of(position, milestone)
                for position, milestone in enumerate(terms.milestones, start=1)
            ],
            terms.total_cents,
            order_id,
            offer.message_id,
        )


class PlacedView(NamedTuple):
    """An order that was placed, with the offer it answers."""

    order: OrderView
    offer: OfferView


class FindingView(NamedTuple):
    """Something unwise: its name, what it says, and what to do."""

    name: str
    message: str
    advice: str


class ExposureView(NamedTuple):
    """A seller's standing at the end of a milestone's work: what it is worth, what is secured, what is open."""

    position: int
    name: str
    work_cents: int
    secured_cents: int
    open_cents: int

    @staticmethod
    def of(exposure: Exposure) -> "ExposureView":
        """The view of a seller's standing."""
        return ExposureView(*exposure, exposure.open_cents)


class LintView(NamedTuple):
    """What is unwise in an offer, and the seller's exposure: work done against money secured, by milestone."""

    offer: int
    findings: Sequence[FindingView]
    exposure: Sequence[ExposureView]

    @staticmethod
    def of(offer: Offer, findings: Sequence[Finding]) -> "LintView":
        """The view of what a check of an offer found."""
        exposed = [ExposureView.of(exposure) for exposure in exposures(offer.terms)]
        return LintView(offer.id, [FindingView(*finding) for finding in findings], exposed)


class EventView(NamedTuple):
    """A movement of money: what the client pays, what the seller is credited, what becomes available."""

    at: Instant
    milestone: int
    action: str
    kind: str
    paid_cents: int
    released_cents: int
    available_cents: int

    @staticmethod
    def of(outcome: Outcome, entry: Entry) -> "EventView":
        """The view of an entry that an action led to."""
        cents = entry.amount_cents
        return EventView(
            outcome.history_entry.at,
            entry.position,
            str(outcome.history_entry.action),
            str(entry.kind),
            cents if entry.kind in (ledger.Kind.CHARGE, ledger.Kind.CLIENT_FEE) else 0,
            cents if entry.kind is ledger.Kind.RELEASE else 0,
            cents if entry.credit.endswith(":available") else 0,
        )


class CourseView(NamedTuple):
    """One way that an order could go, and what comes of it; `events` hold every movement of money."""

    client: str
    status: str
    reason: str
    ends_at: Instant
    charged_cents: int
    released_cents: int
    fees_cents: int
    last_available_at: Instant | None
    events: Sequence[EventView]

    @staticmethod
    def of(course: Course) -> "CourseView":
        """The view of a course."""
        end, entries = course.end, [entry for outcome in course.outcomes for entry in outcome.entries]
        sums = ledger.totals(entries)
        events = [EventView.of(outcome, entry) for outcome in course.outcomes for entry in outcome.entries]
        assert end.ended_at is not None
        return CourseView(
            course.name,
            str(end.status),
            str(end.reason),
            end.ended_at,
            sums.charged_cents,
            sums.released_cents,
            sums.fees_cents,
            max((event.at for event in events if event.available_cents), default=None),
            events,
        )


class ForecastView(NamedTuple):
    """What an offer could come to, from an instant on: with a prompt client, a silent one, and one who stops."""

    offer: int
    accepted_at: Instant
    courses: Sequence[CourseView]

    @staticmethod
    def of(offer: Offer, at: int, courses: Sequence[Course]) -> "ForecastView":
        """The view of an offer's courses."""
        return ForecastView(offer.id, at, [CourseView.of(course) for course in courses])
