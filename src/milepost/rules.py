"""Every rule of the marketplace, as data: its id, what it says, where it comes from, how it refuses.

A rule is raised by object: `OFFER_MILESTONES_MAX.refuse(given=7, limit=6)`. The id is the rule's name in code, in
errors, in tests and in `milepost rules`. Numbers that a store can choose are never written here: they stand in
`Policy`, and `Rule.text` names them in braces.

What must not live here: code that decides. `core` decides; this file says in which words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from milepost.errors import MilepostError


class RuleError(MilepostError):
    """A request that a rule refuses. `rule` is the rule, `values` the facts of the case, `also` further faults."""

    def __init__(self, rule: "Rule", values: Mapping[str, Any], also: "Iterable[RuleError]" = ()) -> None:
        super().__init__(rule.id, dict(values))
        self.rule = rule
        self.values = dict(values)
        self.also = tuple(also)

    @property
    def message(self) -> str:
        """The refusal in one sentence, without the rule's id."""
        return self.rule.refusal.format_map(self.values)

    def __str__(self) -> str:
        return f"{self.message} [{self.rule.id}]"


class Unreadable(RuleError):
    """Text that is not what a rule asks for at all, so that nothing can be judged: a matter of usage, not of rules."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `text` says what holds (policy numbers in braces), `refusal` is the sentence of its error."""

    id: str
    text: str
    refusal: str
    source: str

    def refuse(self, **values: Any) -> RuleError:
        """The error to raise when this rule is broken; `values` fill its sentence and its JSON form."""
        return RuleError(self, values)

    def unreadable(self, **values: Any) -> Unreadable:
        """The error to raise for text that cannot be read as what this rule is about."""
        return Unreadable(self, values)


@dataclass(slots=True)
class _Book:
    rules: dict[str, Rule] = field(default_factory=dict)

    def add(self, id: str, text: str, refusal: str, source: str) -> Rule:
        rule = self.rules[id] = Rule(id, text, refusal, source)
        return rule


def refuse_all(faults: Iterable[RuleError]) -> None:
    """Raise the first of `faults` with the others attached, so that all are told at once; nothing if there is none."""
    found = list(faults)
    if found:
        raise RuleError(found[0].rule, found[0].values, found[1:])


_book = _Book()
_rule = _book.add

# ── Gigs ────────────────────────────────────────────────────────────────────────────────────────────────────────────

GIG_PACKAGES = _rule(
    "gig-packages",
    "A gig has a basic package and may have a standard and a premium one, each with a price in US dollars, delivery "
    "days, revisions (a number or unlimited) and a description.",
    "{why}",
    "house reading; the article speaks of a basic package and of available packages",
)
GIG_BASIC_PRICE = _rule(
    "gig-basic-price",
    "A gig with a milestone workflow has a basic package of {gig_basic_price_min} or more.",
    "a milestone workflow needs a basic package of {limit} or more; this one is {given}",
    "article: what including milestones in a gig takes",
)
GIG_SUBCATEGORY = _rule(
    "gig-subcategory",
    "A milestone workflow needs one of the eligible subcategories, whatever its letter case. A gig of another "
    "subcategory is a good gig without milestones.",
    "{given!r} is not a subcategory that milestones are available in{nearest_text}",
    "article: list of eligible subcategories",
)
GIG_MILESTONES_MIN = _rule(
    "gig-milestones-min",
    "A workflow has at least {gig_milestones_min} milestones. With this or another fault it is a draft: clients do not "
    "see it, and every package of the gig is sold as a single payment.",
    "a workflow has at least {limit} milestones; this one has {given}",
    "article: Adding a milestone, note on the minimum",
)
GIG_MILESTONES_MAX = _rule(
    "gig-milestones-max",
    "A workflow has at most {gig_milestones_max} milestones.",
    "a workflow has at most {limit} milestones; this would be number {given}",
    "article: Adding a milestone, note on the maximum",
)
GIG_MILESTONE_FIELDS = _rule(
    "gig-milestone-fields",
    "A milestone has a name, a description, a Zoom option (off unless set), days to complete, revisions, and the "
    "packages that it is available in (all unless said).",
    "{why}",
    "article: Adding a milestone, the details to fill in",
)
GIG_SUBSTEPS = _rule(
    "gig-substeps",
    "A milestone may hold substeps: a name, and packages out of those of its milestone. A substep carries no money, "
    "no timer and no delivery.",
    "{why}",
    "article: To add a substep",
)
GIG_PACKAGE_COUNT = _rule(
    "gig-package-count",
    "Counted per package: with {gig_milestones_min} or more milestones available a package offers milestones, with "
    "none it is bought as a single payment, with fewer than {gig_milestones_min} the workflow is a draft.",
    "the {package} package has {given} milestone available; it takes none, or at least {limit}",
    "house reading of the minimum and of available packages",
)
GIG_PRICE_SPLIT = _rule(
    "gig-price-split",
    "With milestone payments on, a package's price is split over its milestones: by explicit amounts that add up to "
    "it to the cent, or by weights (1 unless set), in whole cents, largest remainder first.",
    "{why}",
    "house reading; the article asks that clients pay per completed milestone",
)
GIG_MILESTONE_PAYMENTS = _rule(
    "gig-milestone-payments",
    "Milestone payments are on unless turned off. Off: the client pays the whole package when ordering; the milestones "
    "are stages that the seller reports complete, in order, each shown to the client with its own substeps; the one "
    "delivery and its review come after the last.",
    "{why}",
    "article: Milestone payments are on by default; update clients about completed stages",
)
GIG_TEMPLATE = _rule(
    "gig-template",
    "A workflow starts from scratch or from a template; a template is checked against the gig like typed input. One "
    "saved from a gig has explicit amounts as weights, and belongs to its seller, who alone replaces or deletes it.",
    "{why}",
    "article: an existing template or your own",
)
GIG_CLIENT_VIEW = _rule(
    "gig-client-view",
    "Before ordering, a client sees for each package the milestones, their descriptions, substeps, days, amounts, "
    "revisions and Zoom option, and the totals; by milestones the days are the milestones' sum. An offer and an order "
    "show the same.",
    "{why}",
    "article: clients review workflow and pricing before ordering",
)
GIG_PAUSED = _rule(
    "gig-paused",
    "A seller may pause a gig (no new order and no new offer from it; offers already sent stand) and resume it, and "
    "delete one that no offer or order refers to.",
    "{why}",
    "house reading",
)
NAMES = _rule(
    "names",
    "A handle is 1-40 of a-z 0-9 . _ - (but not support), and a seller and a client differ. Titles and names hold "
    "1-80 characters, descriptions and messages up to 5,000, a file's name up to 255, a link up to 2,000 and a scheme "
    "and a host, none of them control characters. A delivery takes up to 100 files and 100 links. Where a milestone is "
    "written NAME:DAYS:PRICE, a name that ends in :NUMBER is ambiguous, and so are more revisions than whole dollars.",
    "{why}",
    "house reading",
)

# ── Messages and custom offers ──────────────────────────────────────────────────────────────────────────────────────

OFFER_FROM_MESSAGE = _rule(
    "offer-from-message",
    "A client's message opens a conversation in the seller's inbox; an offer may answer a message, and names one of "
    "the seller's own gigs.",
    "{why}",
    "article: Creating a custom milestone offer, steps 1-3",
)
OFFER_TYPE = _rule(
    "offer-type",
    "An offer is exactly one of single, subscription, milestones.",
    "{why}",
    "article: Creating a custom milestone offer, the order type",
)
OFFER_SUBCATEGORY = _rule(
    "offer-subcategory",
    "A milestone offer needs a gig of an eligible subcategory. (The basic price is a rule of gig workflows only.)",
    "{given!r}, the subcategory of gig {gig}, has no milestone offers{nearest_text}",
    "article: note that milestones are not available in all categories",
)
OFFER_MILESTONES_MIN = _rule(
    "offer-milestones-min",
    "A milestone offer has at least {offer_milestones_min} milestones.",
    "a milestone offer has at least {limit} milestones; {given} given",
    "house reading, after the gig's minimum",
)
OFFER_MILESTONES_MAX = _rule(
    "offer-milestones-max",
    "A milestone offer has at most {offer_milestones_max} milestones.",
    "a milestone offer has at most {limit} milestones; {given} given",
    "article: note on custom offers",
)
OFFER_MILESTONE_DAYS = _rule(
    "offer-milestone-days",
    "Each milestone of an offer lasts 1 to {milestone_days_max} days.",
    "milestone {position} lasts {given} days; 1 to {limit} are possible",
    "article: note on custom offers",
)
OFFER_MILESTONE_PRICE = _rule(
    "offer-milestone-price",
    "Each milestone of an offer costs at least {milestone_price_min}.",
    "milestone {position} costs {given}; {limit} is the least",
    "house reading",
)
OFFER_MILESTONE_FIELDS = _rule(
    "offer-milestone-fields",
    "Each milestone of an offer has a name, days and a price; revisions, description, Zoom option and substeps are "
    "optional. No revisions given means 0.",
    "{why}",
    "article: Creating a custom milestone offer, step 4",
)
OFFER_LIFECYCLE = _rule(
    "offer-lifecycle",
    "An offer is sent, then accepted or declined by the client, withdrawn by the seller, or expired at its expiry "
    "instant. Only a sent offer can move, once. Accepting places the order in the same transaction.",
    "offer {offer} is {status}; only a sent offer can be {wanted}",
    "house reading",
)
OFFER_SUBSCRIPTION = _rule(
    "offer-subscription",
    "A subscription offer has a price, a delivery time and revisions per monthly cycle, for 1 to "
    "{subscription_cycles_max} cycles, which must be said.",
    "{why}",
    "house reading; the article names the type",
)

# ── Orders and time ─────────────────────────────────────────────────────────────────────────────────────────────────

ORDER_FIRST_CHARGE = _rule(
    "order-first-charge",
    "Placing an order charges its first milestone, in the same transaction.",
    "{why}",
    "article: FAQ, when clients are charged",
)
ORDER_NEXT_CHARGE = _rule(
    "order-next-charge",
    "The next milestone is charged when the client starts it with `continue`, after the one before is approved or "
    "cancelled. Approving alone charges nothing. `approve --continue` does both, or neither.",
    "order {order} cannot continue: {why}; possible now: {possible}",
    "article: FAQ, when clients are charged",
)
ORDER_WORK_CLOCK = _rule(
    "order-work-clock",
    "The first milestone runs from placement, a later one from its start; it is due after its days, and late after "
    "that.",
    "{why}",
    "house reading of the days of a milestone",
)
DELIVER_STATE = _rule(
    "deliver-state",
    "The seller delivers a milestone that is active or in revision; delivering again while the client reviews is "
    "refused, since it would move the client's deadline.",
    "order {order} takes no delivery: {why}; possible now: {possible}",
    "article: Creating a custom milestone offer, step 6",
)
DELIVER_FINAL = _rule(
    "deliver-final",
    "The last milestone's delivery is the final one and hands over the full project: it needs at least one file or "
    "link. It is judged when it is delivered: one that becomes the last only later stands as it was. A file is "
    "recorded by name, size and SHA-256, not copied.",
    "milestone {position} is the last: its delivery hands over the full project and needs a file or a link",
    "article: Creating a custom milestone offer, step 6",
)
REVIEW_WINDOW = _rule(
    "review-window",
    "A delivery opens a review of {review_days}. In it the client asks for a revision, or approves.",
    "order {order} has nothing to review: {why}; possible now: {possible}",
    "article: note on the days from each delivery",
)
REVIEW_SILENCE = _rule(
    "review-silence",
    "After {review_days} without an answer the milestone counts as approved and is paid, the rest is skipped, and the "
    "order is completed. In a subscription silence approves and pays the cycle, and the next one still starts.",
    "{why}",
    "article: note on the days from each delivery",
)
CONTINUE_WINDOW = _rule(
    "continue-window",
    "A client who approved but has not started the next milestone {continue_days} after the {continue_from} ends the "
    "order. After a cancelled milestone the wait counts from the cancellation.",
    "{why}",
    "article: FAQ, the days to accept a milestone and continue",
)
DEADLINE_INSTANT = _rule(
    "deadline-instant",
    "An action at an instant before a deadline counts; at the deadline itself the timer wins.",
    "order {order}: {timer} is due at {due_at}, and this would come at {at}",
    "house reading",
)
ORDER_RENEWAL = _rule(
    "order-renewal",
    "The next cycle of a subscription starts, and is charged, by itself at its renewal date (the day of the month of "
    "placement, or the month's last day), or at the completion of the cycle before if that is later.",
    "{why}",
    "house reading; the article names the type",
)
REVISION_ALLOWANCE = _rule(
    "revision-allowance",
    "Revisions are counted per milestone. A revision closes the review; the next delivery opens a new one. With none "
    "left it is refused.",
    "milestone {position} has no revision left ({used} of {allowed} used)",
    "article: FAQ, revisions are defined per milestone",
)
STOP_WHEN = _rule(
    "stop-when",
    "The client may stop after any approved milestone: what was delivered and paid stands, later milestones are "
    "skipped. While a milestone runs and another is planned, the wish to stop after it can be noted, and approval then "
    "ends the order; the wish can be taken back.",
    "order {order} cannot stop now: {why}; possible now: {possible}",
    "article: FAQ, stopping after a milestone",
)
STOP_FINAL = _rule(
    "stop-final",
    "An ended order never resumes: every action on it is refused, but for support's reversal of an approved milestone.",
    "order {order} has ended ({status}, {reason}); nothing moves it any more",
    "article: FAQ, a stopped order cannot be resumed",
)
CANCEL_CHANNEL = _rule(
    "cancel-channel",
    "A milestone or the whole order is cancelled through the Resolution Center (one party asks with a reason, the "
    "other accepts or declines, unanswered for {resolution_hours} hours counts as accepted, the asker may withdraw) "
    "or by customer support, at once. A reason of the list is required.",
    "{why}",
    "article: FAQ, Resolution Center or Customer Support",
)
CANCEL_HOLD = _rule(
    "cancel-hold",
    "While the cancellation of the running milestone or of the whole order is asked for, the order's deadline does not "
    "fire. It lengthens nobody's time: once the deadline has passed, all that is left is to answer the request, and if "
    "it is closed without cancelling, the deadline fires at that instant. A request about a planned milestone, for "
    "more days or for a change holds nothing.",
    "order {order}: {timer} was due at {due_at} and waits for request {request}; all that is left is to answer it",
    "house reading: a client who asked to cancel has not been silent",
)
CANCEL_MOOT = _rule(
    "cancel-moot",
    "Approving or continuing is the client's word that the order goes on: it closes an open request to cancel first, "
    "as withdrawn if the client asked, as declined if the seller did; continuing closes a request for a change too. "
    "A request whose object is finished some other way is closed as moot.",
    "{why}",
    "house reading",
)
CANCEL_SPLIT = _rule(
    "cancel-split",
    "A request to cancel the running milestone, alone or with the whole order, may say what the seller keeps for work "
    "done: $0.00 unless said, at most the price less a cent. The kept part is released, with the fees on it, the rest "
    "refunded, and the milestone is cancelled. Support may do the same, and reverse an approved milestone in part.",
    "{why}",
    "house reading of a cancelled milestone",
)
CHANGE_EXTEND = _rule(
    "change-extend",
    "Either party may ask for 1 to {extension_days_max} more days for the running milestone; accepted, it is due that "
    "much later, and late is counted from there.",
    "{why}",
    "house reading",
)
CHANGE_TERMS = _rule(
    "change-terms",
    "Either party may ask to replace all milestones that are planned and not charged by a new list, within an offer's "
    "limits in all. Accepted, the order's terms change from that instant; what runs, is approved or cancelled stays.",
    "{why}",
    "house reading",
)
CHANGE_SILENCE = _rule(
    "change-silence",
    "Silence never changes what was agreed: a request for more days or for a change that is unanswered for "
    "{resolution_hours} hours lapses. One request is open at a time.",
    "{why}",
    "house reading",
)
CANCEL_MILESTONE = _rule(
    "cancel-milestone",
    "A running milestone: its charge is refunded, but for what the seller keeps, and the client may continue or stop. "
    "A planned one is dropped. An approved one: by support alone, by a reversing entry.",
    "{why}",
    "article: FAQ, a milestone or the whole order can be cancelled",
)
CANCEL_ORDER = _rule(
    "cancel-order",
    "The running milestone is refunded, the rest skipped. With at least one approved milestone left standing the "
    "order is completed, else cancelled.",
    "{why}",
    "article: note that an order with a completed milestone counts as completed",
)
SUBSTEP_PROGRESS = _rule(
    "substep-progress",
    "The seller ticks substeps of the running milestone, in any order, and can untick one.",
    "{why}",
    "article: To add a substep",
)
ZOOM_CALL = _rule(
    "zoom-call",
    "On a milestone with the Zoom option the seller can set a call (time and link), while that milestone runs.",
    "{why}",
    "article: Include Zoom option",
)
ACTOR = _rule(
    "actor",
    "Each action belongs to a party: client, seller, support or the clock. `--as HANDLE` makes the program check it.",
    "{why}",
    "article: who does what",
)

IDEMPOTENCY_KEY = _rule(
    "idempotency-key",
    "A creating or moving command that is given --key TEXT (1-80 characters) happens once: again with the same request "
    "it answers with the first result, with another request it is refused.",
    "the key {key!r} was given to another request, which was carried out at {at}",
    "house reading",
)

# ── Money ───────────────────────────────────────────────────────────────────────────────────────────────────────────

MONEY_BOUNDS = _rule(
    "money-bounds",
    "An amount is $0.01 to $1,000,000.00, written with at most 2 decimals.",
    "{given!r} is not an amount: write dollars with at most 2 decimals, from 0.01 to 1000000.00",
    "house reading",
)
MONEY_CHARGE = _rule(
    "money-charge",
    "A charge moves the milestone's price from the client to escrow, and the client fee ({client_fee}) to the "
    "marketplace.",
    "{why}",
    "article: FAQ, when clients are charged",
)
MONEY_RELEASE = _rule(
    "money-release",
    "On approval, by the client or by the clock, escrow pays the seller, less the seller fee ({seller_fee}). Sellers "
    "are paid per milestone, at its completion.",
    "{why}",
    "article: FAQ, payment per completed milestone",
)
MONEY_CLEARANCE = _rule(
    "money-clearance",
    "Released money is pending for {clearance_days} days, then available.",
    "{why}",
    "house reading",
)
MONEY_WITHDRAWAL = _rule(
    "money-withdrawal",
    "A seller withdraws at most what is available.",
    "{seller} has {available} available; {why}",
    "house reading",
)
MONEY_REFUND = _rule(
    "money-refund",
    "A refund moves the charge from escrow back to the client, the fees of that charge included.",
    "{why}",
    "house reading of a cancelled milestone",
)
MONEY_REVERSAL = _rule(
    "money-reversal",
    "A cancelled approved milestone is undone by new entries that refer to the old ones; a seller's balance may go "
    "below zero, and says so. After the order's end support can still do it for {reversal_days} days from the "
    "approval; where no approved milestone is left standing, the order's status becomes cancelled.",
    "{why}",
    "house reading of a cancelled milestone",
)
MONEY_CONSERVED = _rule(
    "money-conserved",
    "Always: charged = refunded + in escrow + seller (withdrawn money included) + fees, per order and in all; nothing "
    "is charged, released or refunded twice; with milestone payments on nothing unstarted is charged.",
    "{why}",
    "double-entry bookkeeping",
)

# ── Time ────────────────────────────────────────────────────────────────────────────────────────────────────────────

TIME_FORMAT = _rule(
    "time-format",
    "An instant is UTC, in whole seconds, in the years 2000-2100: ISO 8601 with an offset or Z; a bare date means "
    "00:00 UTC; +8d, +36h, +8d12h, +2w count from the clock. An action whose deadline would lie beyond the last "
    "instant is refused whole.",
    "{given!r} is not possible here: {why}",
    "house reading",
)
CLOCK_FORWARD = _rule(
    "clock-forward",
    "The store's clock moves only forward, and only by a tick.",
    "the store's clock is at {clock}; it cannot go back to {given}",
    "house reading",
)

RULES: Mapping[str, Rule] = _book.rules
