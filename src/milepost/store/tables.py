"""The newest tables, with everything that the file itself refuses: types (STRICT), named checks, foreign keys, indexes.

Stores are not made from these classes but from the frozen text of `versions/`; a test holds the newest one equal to
what they say, so that a change here demands a new version there. A table model checks nothing by itself; what goes in
was judged by `core` before. Amounts are cents, instants are UTC seconds, flags are 0 or 1, short lists are JSON text.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from milepost import money, times
from milepost.core.ledger import FEES, Kind
from milepost.core.terms import OrderType
from milepost.core.transitions import RUNNING, Actor, Reason, RequestKind, RequestState, State, Status

STRICT = {"sqlite_strict": True}
NUMBERED = {
    "sqlite_strict": True,
    "sqlite_autoincrement": True,
}  # no id is given again, so a row that is gone is missed
CLUSTERED = {"sqlite_strict": True, "sqlite_with_rowid": False}


def _is_one_of(column: str, values: Iterable[str]) -> str:
    # Not `IN (...)`: for more than two texts SQLite builds a temporary table, anew for every row that is written.
    return " OR ".join(f"{column} = '{value}'" for value in values)


def _one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    return CheckConstraint(_is_one_of(column, values), name=f"{column}_known")


def _flag(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} IN (0, 1)", name=f"{column}_flag")


def _instant(column: str) -> CheckConstraint:
    low, high = times.MIN_INSTANT, times.MAX_INSTANT
    return CheckConstraint(f"{column} BETWEEN {low} AND {high}", name=f"{column}_bounds")


def _cents(column: str) -> CheckConstraint:
    return CheckConstraint(f"{column} BETWEEN {money.MIN_CENTS} AND {money.MAX_CENTS}", name=f"{column}_bounds")


def _text(**options: Any) -> Any:
    return Field(sa_type=Text, **options)


def _integer(**options: Any) -> Any:
    return Field(sa_type=Integer, **options)


def _hash() -> Any:
    return Field(sa_type=LargeBinary)


class StoreRow(SQLModel, table=True):
    """The store itself, one row: its clock, how the clock moves, and the policy for new orders."""

    __tablename__ = "store"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        _instant("clock"),
        _one_of("clock_mode", ("simulated", "system")),
        STRICT,
    )
    id: int = _integer(primary_key=True, default=1)
    clock: int = _integer()
    clock_mode: str = _text()
    policy_id: int = _integer(foreign_key="policies.id")


class PolicyRow(SQLModel, table=True):
    """A policy: its numbers as JSON, and the schema that they were written under; never changed."""

    __tablename__ = "policies"
    __table_args__ = (STRICT,)
    id: int | None = _integer(primary_key=True, default=None)
    name: str = _text()
    schema_: int = _integer(sa_column_kwargs={"name": "schema"})
    numbers: str = _text()


class GigRow(SQLModel, table=True):
    """A seller's gig."""

    __tablename__ = "gigs"
    __table_args__ = (_flag("milestone_payments"), _flag("paused"), _instant("created_at"), STRICT)
    id: int | None = _integer(primary_key=True, default=None)
    title: str = _text()
    seller: str = _text(index=True)
    subcategory: str = _text()
    description: str = _text()
    milestone_payments: int = _integer(default=1)
    paused: int = _integer(default=0)
    faq: str = _text(default="[]")
    created_at: int = _integer()


class PackageRow(SQLModel, table=True):
    """A gig's package; revisions None is unlimited."""

    __tablename__ = "packages"
    __table_args__ = (_one_of("tier", ("basic", "standard", "premium")), _cents("price_cents"), CLUSTERED)
    gig_id: int = _integer(primary_key=True, foreign_key="gigs.id")
    tier: str = _text(primary_key=True)
    price_cents: int = _integer()
    days: int = _integer()
    revisions: int | None = _integer()
    description: str = _text()


class GigMilestoneRow(SQLModel, table=True):
    """A milestone of a gig's workflow; `packages`, `prices` and `substeps` are JSON."""

    __tablename__ = "gig_milestones"
    __table_args__ = (_flag("zoom"), CLUSTERED)
    gig_id: int = _integer(primary_key=True, foreign_key="gigs.id")
    position: int = _integer(primary_key=True)
    name: str = _text()
    description: str = _text()
    days: int = _integer()
    revisions: int | None = _integer()
    zoom: int = _integer()
    packages: str = _text()
    weight: int = _integer()
    prices: str = _text()
    substeps: str = _text()


class TemplateRow(SQLModel, table=True):
    """A workflow template that was saved from a gig; `subcategories` and `milestones` are JSON.

    `seller` saved it; None: it was saved before that was noted.
    """

    __tablename__ = "templates"
    __table_args__ = (CLUSTERED,)
    name: str = _text(primary_key=True)
    seller: str | None = _text(default=None)
    title: str = _text()
    description: str = _text()
    subcategories: str = _text()
    milestones: str = _text()


class ConversationRow(SQLModel, table=True):
    """What a client and a seller write to each other; the client began it (rule offer-from-message)."""

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("client", "seller"),
        CheckConstraint("seller <> client", name="parties_differ"),
        STRICT,
    )
    id: int | None = _integer(primary_key=True, default=None)
    client: str = _text()
    seller: str = _text(index=True)


class MessageRow(SQLModel, table=True):
    """A message of a conversation, by one of its two parties."""

    __tablename__ = "messages"
    __table_args__ = (_one_of("sender", (Actor.CLIENT, Actor.SELLER)), _instant("sent_at"), STRICT)
    id: int | None = _integer(primary_key=True, default=None)
    conversation_id: int = _integer(foreign_key="conversations.id", index=True)
    sender: str = _text()
    gig_id: int | None = _integer(default=None, foreign_key="gigs.id", index=True)
    text: str = _text()
    sent_at: int = _integer()


class OfferRow(SQLModel, table=True):
    """A custom offer; `expires_at` stays when it has moved, the index below forgets it."""

    __tablename__ = "offers"
    __table_args__ = (
        _one_of("type", OrderType),
        _one_of("status", ("sent", "accepted", "declined", "withdrawn", "expired")),
        CheckConstraint("(status = 'sent') = (closed_at IS NULL)", name="closed_when_moved"),
        _instant("sent_at"),
        Index("offers_due", "expires_at", "id", sqlite_where=text("status = 'sent' AND expires_at IS NOT NULL")),
        STRICT,
    )
    id: int | None = _integer(primary_key=True, default=None)
    gig_id: int = _integer(foreign_key="gigs.id", index=True)
    type: str = _text()
    seller: str = _text(index=True)
    client: str = _text(index=True)
    title: str = _text()
    policy_id: int = _integer(foreign_key="policies.id")
    status: str = _text(default="sent", index=True)
    sent_at: int = _integer()
    expires_at: int | None = _integer(default=None)
    closed_at: int | None = _integer(default=None)
    message_id: int | None = _integer(default=None, foreign_key="messages.id", index=True)


class _AgreedColumns(SQLModel):
    """A milestone's terms, alike in offers and orders."""

    name: str = _text()
    days: int = _integer()
    price_cents: int = _integer()
    revisions: int | None = _integer()
    description: str = _text()
    zoom: int = _integer()
    substeps: str = _text()
    stages: str = _text()


_AGREED_CHECKS = (_cents("price_cents"), _flag("zoom"))

# The columns of the last base come first. In a table without rowid the key must: of one whose key stands later,
# SQLite 3.40 says in `integrity_check` that its texts are NULL.


class _OfferKey(SQLModel):
    offer_id: int = _integer(primary_key=True, foreign_key="offers.id")
    position: int = _integer(primary_key=True)


class OfferMilestoneRow(_AgreedColumns, _OfferKey, table=True):
    """One milestone, or one cycle, of an offer."""

    __tablename__ = "offer_milestones"
    __table_args__ = (*_AGREED_CHECKS, CLUSTERED)


class OrderRow(SQLModel, table=True):
    """An order as it stands; `version` is the length of its history, `hash` the last one of its chain.

    What the clock and lists look for is worked out: `due_at` is the instant of its next timer; `work_due_at` is when
    the work of its current milestone is due, or was, unless that was delivered in time.
    """

    __tablename__ = "orders"
    __table_args__ = (
        _one_of("type", OrderType),
        _one_of("status", Status),
        _one_of("reason", Reason),
        CheckConstraint("(status = 'active') = (ended_at IS NULL)", name="ended_when_over"),
        CheckConstraint("(status = 'active') = (reason IS NULL)", name="reason_when_over"),
        CheckConstraint("seller <> client", name="parties_differ"),
        _flag("stopping"),
        _instant("placed_at"),
        Index("orders_due", "due_at", "id", sqlite_where=text("due_at IS NOT NULL")),
        Index("orders_work_due", "phase", "work_due_at", "id", sqlite_where=text("work_due_at IS NOT NULL")),
        NUMBERED,
    )
    id: int = _integer(primary_key=True)
    type: str = _text()
    seller: str = _text(index=True)
    client: str = _text(index=True)
    title: str = _text()
    policy_id: int = _integer(foreign_key="policies.id")
    placed_at: int = _integer()
    status: str = _text(index=True)
    reason: str | None = _text(default=None)
    ended_at: int | None = _integer(default=None)
    stopping: int = _integer(default=0)
    request_id: int | None = _integer(default=None, foreign_key="requests.id")
    version: int = _integer()
    due_at: int | None = _integer(default=None)
    phase: str = _text(index=True)
    work_due_at: int | None = _integer(default=None)
    hash: bytes = _hash()
    gig_id: int | None = _integer(default=None, foreign_key="gigs.id", index=True)
    offer_id: int | None = _integer(default=None, foreign_key="offers.id", unique=True)


class _AgreedKey(SQLModel):
    order_id: int = _integer(primary_key=True, foreign_key="orders.id")
    number: int = _integer(primary_key=True)
    edition: int = _integer()


class AgreedRow(_AgreedColumns, _AgreedKey, table=True):
    """What was agreed of a milestone of an order; append-only, and apart from what changes.

    Edition 1 is what the order was placed on. Each change by agreement adds an edition: of the milestones that differ.
    """

    __tablename__ = "agreed"
    __table_args__ = (*_AGREED_CHECKS, CLUSTERED)


class MilestoneRow(SQLModel, table=True):
    """A milestone of an order: its present state, and the number of what was agreed of it."""

    __tablename__ = "milestones"
    __table_args__ = (
        _one_of("state", State),
        _one_of("approved_by", Actor),
        CheckConstraint("extended_days >= 0", name="extended_days_bounds"),
        CheckConstraint(f"kept_cents BETWEEN 0 AND {money.MAX_CENTS}", name="kept_cents_bounds"),
        ForeignKeyConstraint(["order_id", "agreed"], ["agreed.order_id", "agreed.number"]),
        Index("milestones_call", "call_at", sqlite_where=text("call_at IS NOT NULL")),
        Index(
            "one_running_milestone",
            "order_id",
            unique=True,
            sqlite_where=text(_is_one_of("state", RUNNING)),
        ),
        CLUSTERED,
    )
    order_id: int = _integer(primary_key=True)
    position: int = _integer(primary_key=True)
    agreed: int = _integer()
    state: str = _text()
    started_at: int | None = _integer(default=None)
    first_delivered_at: int | None = _integer(default=None)
    delivered_at: int | None = _integer(default=None)
    ended_at: int | None = _integer(default=None)
    approved_by: str | None = _text(default=None)
    revisions_used: int = _integer(default=0)
    substeps_done: str = _text(default="[]")
    stages_done: int = _integer(default=0)
    call_at: int | None = _integer(default=None)
    call_link: str | None = _text(default=None)
    clears_at: int | None = _integer(default=None)
    extended_days: int = _integer(default=0)
    kept_cents: int = _integer(default=0)


class RequestRow(SQLModel, table=True):
    """A request of one party to the other: to cancel a milestone, or the whole order (position None), to have `days`
    more, or to change what is planned. `proposal` is JSON: the milestones that a change proposes.
    """

    __tablename__ = "requests"
    __table_args__ = (
        _one_of("kind", RequestKind),
        _one_of("asker", (Actor.CLIENT, Actor.SELLER)),
        _one_of("state", tuple(state for state in RequestState if state is not RequestState.NONE)),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_when_answered"),
        CheckConstraint("(kind = 'cancel') = (reason IS NOT NULL)", name="reason_to_cancel"),
        CheckConstraint(f"keep_cents BETWEEN 0 AND {money.MAX_CENTS}", name="keep_cents_bounds"),
        CheckConstraint("(kind = 'extend') = (days > 0) AND days >= 0", name="days_to_extend"),
        CheckConstraint("kind = 'change' OR proposal = '[]'", name="proposal_to_change"),
        Index("one_open_request", "order_id", unique=True, sqlite_where=text("state = 'open'")),
        STRICT,
    )
    id: int = _integer(primary_key=True)
    order_id: int = _integer(index=True)
    kind: str = _text()
    asker: str = _text()
    position: int | None = _integer(default=None)
    reason: str | None = _text(default=None)
    note: str = _text()
    keep_cents: int = _integer(default=0)
    days: int = _integer(default=0)
    proposal: str = _text(default="[]")
    opened_at: int = _integer()
    state: str = _text(index=True)
    closed_at: int | None = _integer(default=None)


class HistoryRow(SQLModel, table=True):
    """One accepted action; append-only. `args` is JSON, None where the action has none; `hash` as in `chain`.

    No check names the actions: a new one must not need a new table. One that is not known is met when it is read.
    """

    __tablename__ = "history"
    __table_args__ = (
        _one_of("actor", Actor),
        _instant("at"),
        CLUSTERED,
    )
    order_id: int = _integer(primary_key=True, foreign_key="orders.id")
    number: int = _integer(primary_key=True)
    at: int = _integer()
    actor: str = _text()
    action: str = _text()
    position: int | None = _integer(default=None)
    args: str | None = _text(default=None)
    hash: bytes = _hash()


class LedgerRow(SQLModel, table=True):
    """One movement of money between two accounts; append-only. Of each kind there is one for a milestone.

    `order_id`, `number` name the history line that caused it; a withdrawal has neither. `undoes` is the kind of the
    same milestone's entry that this one takes back.
    """

    __tablename__ = "ledger"
    __table_args__ = (
        _one_of("kind", Kind),
        _cents("amount_cents"),
        _instant("at"),
        CheckConstraint("debit <> credit", name="accounts_differ"),
        CheckConstraint("(order_id IS NULL) = (kind = 'withdrawal')", name="order_unless_withdrawal"),
        ForeignKeyConstraint(["order_id", "number"], ["history.order_id", "history.number"]),
        ForeignKeyConstraint(["order_id", "position", "undoes"], ["ledger.order_id", "ledger.position", "ledger.kind"]),
        Index("once_per_milestone", "order_id", "position", "kind", unique=True),
        Index("ledger_at", "at"),
        Index("ledger_withdrawn", "debit", sqlite_where=text("order_id IS NULL")),
        Index("ledger_fees", "id", sqlite_where=text(f"debit = '{FEES}' OR credit = '{FEES}'")),
        NUMBERED,
    )
    id: int | None = _integer(primary_key=True, default=None)
    order_id: int | None = _integer(default=None)
    number: int | None = _integer(default=None)
    position: int = _integer()
    kind: str = _text()
    debit: str = _text()
    credit: str = _text()
    amount_cents: int = _integer()
    at: int = _integer()
    undoes: str | None = _text(default=None)


class BalanceRow(SQLModel, table=True):
    """The running balance of an account: what was credited less what was debited. `ledger check` adds it up anew.

    The escrow account of an order is closed, and has no row, while nothing of the order runs.
    """

    __tablename__ = "balances"
    __table_args__ = (
        Index("balances_held", "account", sqlite_where=text("balance_cents <> 0")),
        Index("balances_empty", "account", sqlite_where=text("balance_cents = 0")),
        CLUSTERED,
    )
    account: str = _text(primary_key=True)
    balance_cents: int = _integer()


class SumRow(SQLModel, table=True):
    """What all accounts of a kind hold together (`core.ledger.kind_of`)."""

    __tablename__ = "sums"
    __table_args__ = (CLUSTERED,)
    kind: str = _text(primary_key=True)
    balance_cents: int = _integer()


class KeyRow(SQLModel, table=True):
    """A command that was given a key (rule idempotency-key): its request, when it was carried out, and its answer.

    `id` is that of what it made, `answer` its JSON, `shown` its text.
    """

    __tablename__ = "keys"
    __table_args__ = (_instant("at"), CLUSTERED)
    key: str = _text(primary_key=True)
    request: bytes = _hash()
    at: int = _integer()
    id: int | None = _integer(default=None)
    answer: str = _text()
    shown: str = _text()


METADATA = SQLModel.metadata
APPEND_ONLY = (
    AgreedRow.__tablename__,
    HistoryRow.__tablename__,
    LedgerRow.__tablename__,
    PolicyRow.__tablename__,
)
