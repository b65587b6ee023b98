-- What a store of version 3 holds.

CREATE TABLE "policies" (
    id INTEGER NOT NULL,
    name TEXT NOT NULL,
    schema INTEGER NOT NULL,
    numbers TEXT NOT NULL,
    PRIMARY KEY (id)
) STRICT;

CREATE TABLE "gigs" (
    id INTEGER NOT NULL,
    title TEXT NOT NULL,
    seller TEXT NOT NULL,
    subcategory TEXT NOT NULL,
    description TEXT NOT NULL,
    milestone_payments INTEGER NOT NULL,
    paused INTEGER NOT NULL,
    faq TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT milestone_payments_flag CHECK (milestone_payments IN (0, 1)),
    CONSTRAINT paused_flag CHECK (paused IN (0, 1)),
    CONSTRAINT created_at_bounds CHECK (created_at BETWEEN 946684800 AND 4133980799)
) STRICT;
CREATE INDEX ix_gigs_seller ON gigs (seller);

CREATE TABLE "templates" (
    name TEXT NOT NULL,
    seller TEXT,
    title TEXT NOT NULL,
    description TEXT NOT NULL,
    subcategories TEXT NOT NULL,
    milestones TEXT NOT NULL,
    PRIMARY KEY (name)
) WITHOUT ROWID, STRICT;

CREATE TABLE "conversations" (
    id INTEGER NOT NULL,
    client TEXT NOT NULL,
    seller TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (client, seller),
    CONSTRAINT parties_differ CHECK (seller <> client)
) STRICT;
CREATE INDEX ix_conversations_seller ON conversations (seller);

CREATE TABLE "requests" (
    id INTEGER NOT NULL,
    order_id INTEGER NOT NULL,
    kind TEXT NOT NULL,
    asker TEXT NOT NULL,
    position INTEGER,
    reason TEXT,
    note TEXT NOT NULL,
    keep_cents INTEGER NOT NULL,
    days INTEGER NOT NULL,
    proposal TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    closed_at INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT kind_known CHECK (kind = 'cancel' OR kind = 'extend' OR kind = 'change'),
    CONSTRAINT asker_known CHECK (asker = 'client' OR asker = 'seller'),
    CONSTRAINT state_known CHECK (state = 'open' OR state = 'accepted' OR state = 'declined'
        OR state = 'withdrawn' OR state = 'unanswered' OR state = 'lapsed' OR state = 'moot'),
    CONSTRAINT closed_when_answered CHECK ((state = 'open') = (closed_at IS NULL)),
    CONSTRAINT reason_to_cancel CHECK ((kind = 'cancel') = (reason IS NOT NULL)),
    CONSTRAINT keep_cents_bounds CHECK (keep_cents BETWEEN 0 AND 100000000),
    CONSTRAINT days_to_extend CHECK ((kind = 'extend') = (days > 0) AND days >= 0),
    CONSTRAINT proposal_to_change CHECK (kind = 'change' OR proposal = '[]')
) STRICT;
CREATE UNIQUE INDEX one_open_request ON requests (order_id) WHERE state = 'open';
CREATE INDEX ix_requests_state ON requests (state);
CREATE INDEX ix_requests_order_id ON requests (order_id);

CREATE TABLE "balances" (
    account TEXT NOT NULL,
    balance_cents INTEGER NOT NULL,
    PRIMARY KEY (account)
) WITHOUT ROWID, STRICT;
CREATE INDEX balances_held ON balances (account) WHERE balance_cents <> 0;
CREATE INDEX balances_empty ON balances (account) WHERE balance_cents = 0;

CREATE TABLE "sums" (
    kind TEXT NOT NULL,
    balance_cents INTEGER NOT NULL,
    PRIMARY KEY (kind)
) WITHOUT ROWID, STRICT;

CREATE TABLE "store" (
    id INTEGER NOT NULL,
    clock INTEGER NOT NULL,
    clock_mode TEXT NOT NULL,
    policy_id INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT one_row CHECK (id = 1),
    CONSTRAINT clock_bounds CHECK (clock BETWEEN 946684800 AND 4133980799),
    CONSTRAINT clock_mode_known CHECK (clock_mode = 'simulated' OR clock_mode = 'system'),
    FOREIGN KEY(policy_id) REFERENCES policies (id)
) STRICT;

CREATE TABLE "packages" (
    gig_id INTEGER NOT NULL,
    tier TEXT NOT NULL,
    price_cents INTEGER NOT NULL,
    days INTEGER NOT NULL,
    revisions INTEGER,
    description TEXT NOT NULL,
    PRIMARY KEY (gig_id, tier),
    CONSTRAINT tier_known CHECK (tier = 'basic' OR tier = 'standard' OR tier = 'premium'),
    CONSTRAINT price_cents_bounds CHECK (price_cents BETWEEN 1 AND 100000000),
    FOREIGN KEY(gig_id) REFERENCES gigs (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE "gig_milestones" (
    gig_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    days INTEGER NOT NULL,
    revisions INTEGER,
    zoom INTEGER NOT NULL,
    packages TEXT NOT NULL,
    weight INTEGER NOT NULL,
    prices TEXT NOT NULL,
    substeps TEXT NOT NULL,
    PRIMARY KEY (gig_id, position),
    CONSTRAINT zoom_flag CHECK (zoom IN (0, 1)),
    FOREIGN KEY(gig_id) REFERENCES gigs (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE "messages" (
    id INTEGER NOT NULL,
    conversation_id INTEGER NOT NULL,
    sender TEXT NOT NULL,
    gig_id INTEGER,
    text TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT sender_known CHECK (sender = 'client' OR sender = 'seller'),
    CONSTRAINT sent_at_bounds CHECK (sent_at BETWEEN 946684800 AND 4133980799),
    FOREIGN KEY(conversation_id) REFERENCES conversations (id),
    FOREIGN KEY(gig_id) REFERENCES gigs (id)
) STRICT;
CREATE INDEX ix_messages_gig_id ON messages (gig_id);
CREATE INDEX ix_messages_conversation_id ON messages (conversation_id);

CREATE TABLE "offers" (
    id INTEGER NOT NULL,
    gig_id INTEGER NOT NULL,
    type TEXT NOT NULL,
    seller TEXT NOT NULL,
    client TEXT NOT NULL,
    title TEXT NOT NULL,
    policy_id INTEGER NOT NULL,
    status TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    expires_at INTEGER,
    closed_at INTEGER,
    message_id INTEGER,
    PRIMARY KEY (id),
    CONSTRAINT type_known CHECK (type = 'single' OR type = 'subscription' OR type = 'milestones'),
    CONSTRAINT status_known CHECK (status = 'sent' OR status = 'accepted' OR status = 'declined'
        OR status = 'withdrawn' OR status = 'expired'),
    CONSTRAINT closed_when_moved CHECK ((status = 'sent') = (closed_at IS NULL)),
    CONSTRAINT sent_at_bounds CHECK (sent_at BETWEEN 946684800 AND 4133980799),
    FOREIGN KEY(gig_id) REFERENCES gigs (id),
    FOREIGN KEY(policy_id) REFERENCES policies (id),
    FOREIGN KEY(message_id) REFERENCES messages (id)
) STRICT;
CREATE INDEX ix_offers_message_id ON offers (message_id);
CREATE INDEX offers_due ON offers (expires_at, id) WHERE status = 'sent' AND expires_at IS NOT NULL;
CREATE INDEX ix_offers_status ON offers (status);
CREATE INDEX ix_offers_seller ON offers (seller);
CREATE INDEX ix_offers_gig_id ON offers (gig_id);
CREATE INDEX ix_offers_client ON offers (client);

CREATE TABLE "offer_milestones" (
    offer_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    days INTEGER NOT NULL,
    price_cents INTEGER NOT NULL,
    revisions INTEGER,
    description TEXT NOT NULL,
    zoom INTEGER NOT NULL,
    substeps TEXT NOT NULL,
    stages TEXT NOT NULL,
    PRIMARY KEY (offer_id, position),
    CONSTRAINT price_cents_bounds CHECK (price_cents BETWEEN 1 AND 100000000),
    CONSTRAINT zoom_flag CHECK (zoom IN (0, 1)),
    FOREIGN KEY(offer_id) REFERENCES offers (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE "orders" (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    seller TEXT NOT NULL,
    client TEXT NOT NULL,
    title TEXT NOT NULL,
    policy_id INTEGER NOT NULL,
    placed_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    reason TEXT,
    ended_at INTEGER,
    stopping INTEGER NOT NULL,
    request_id INTEGER,
    version INTEGER NOT NULL,
    due_at INTEGER,
    phase TEXT NOT NULL,
    work_due_at INTEGER,
    hash BLOB NOT NULL,
    gig_id INTEGER,
    offer_id INTEGER,
    CONSTRAINT type_known CHECK (type = 'single' OR type = 'subscription' OR type = 'milestones'),
    CONSTRAINT status_known CHECK (status = 'active' OR status = 'completed' OR status = 'cancelled'),
    CONSTRAINT reason_known CHECK (reason = 'all-approved' OR reason = 'client-stopped'
        OR reason = 'review-expired' OR reason = 'continue-expired' OR reason = 'cancelled'),
    CONSTRAINT ended_when_over CHECK ((status = 'active') = (ended_at IS NULL)),
    CONSTRAINT reason_when_over CHECK ((status = 'active') = (reason IS NULL)),
    CONSTRAINT parties_differ CHECK (seller <> client),
    CONSTRAINT stopping_flag CHECK (stopping IN (0, 1)),
    CONSTRAINT placed_at_bounds CHECK (placed_at BETWEEN 946684800 AND 4133980799),
    FOREIGN KEY(policy_id) REFERENCES policies (id),
    FOREIGN KEY(request_id) REFERENCES requests (id),
    FOREIGN KEY(gig_id) REFERENCES gigs (id),
    UNIQUE (offer_id),
    FOREIGN KEY(offer_id) REFERENCES offers (id)
) STRICT;
CREATE INDEX ix_orders_seller ON orders (seller);
CREATE INDEX ix_orders_client ON orders (client);
CREATE INDEX ix_orders_status ON orders (status);
CREATE INDEX ix_orders_gig_id ON orders (gig_id);
CREATE INDEX ix_orders_phase ON orders (phase);
CREATE INDEX orders_due ON orders (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX orders_work_due ON orders (phase, work_due_at, id) WHERE work_due_at IS NOT NULL;

CREATE TABLE "agreed" (
    order_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    edition INTEGER NOT NULL,
    name TEXT NOT NULL,
    days INTEGER NOT NULL,
    price_cents INTEGER NOT NULL,
    revisions INTEGER,
    description TEXT NOT NULL,
    zoom INTEGER NOT NULL,
    substeps TEXT NOT NULL,
    stages TEXT NOT NULL,
    PRIMARY KEY (order_id, number),
    CONSTRAINT price_cents_bounds CHECK (price_cents BETWEEN 1 AND 100000000),
    CONSTRAINT zoom_flag CHECK (zoom IN (0, 1)),
    FOREIGN KEY(order_id) REFERENCES orders (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE "history" (
    order_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    position INTEGER,
    args TEXT,
    hash BLOB NOT NULL,
    PRIMARY KEY (order_id, number),
    CONSTRAINT actor_known CHECK (actor = 'client' OR actor = 'seller' OR actor = 'support'
        OR actor = 'clock'),
    CONSTRAINT at_bounds CHECK (at BETWEEN 946684800 AND 4133980799),
    FOREIGN KEY(order_id) REFERENCES orders (id)
) WITHOUT ROWID, STRICT;

CREATE TABLE "milestones" (
    order_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    agreed INTEGER NOT NULL,
    state TEXT NOT NULL,
    started_at INTEGER,
    first_delivered_at INTEGER,
    delivered_at INTEGER,
    ended_at INTEGER,
    approved_by TEXT,
    revisions_used INTEGER NOT NULL,
    substeps_done TEXT NOT NULL,
    stages_done INTEGER NOT NULL,
    call_at INTEGER,
    call_link TEXT,
    clears_at INTEGER,
    extended_days INTEGER NOT NULL,
    kept_cents INTEGER NOT NULL,
    PRIMARY KEY (order_id, position),
    CONSTRAINT state_known CHECK (state = 'planned' OR state = 'active' OR state = 'delivered'
        OR state = 'revising' OR state = 'approved' OR state = 'cancelled' OR state = 'skipped'),
    CONSTRAINT approved_by_known CHECK (approved_by = 'client' OR approved_by = 'seller'
        OR approved_by = 'support' OR approved_by = 'clock'),
    CONSTRAINT extended_days_bounds CHECK (extended_days >= 0),
    CONSTRAINT kept_cents_bounds CHECK (kept_cents BETWEEN 0 AND 100000000),
    FOREIGN KEY(order_id, agreed) REFERENCES agreed (order_id, number)
) WITHOUT ROWID, STRICT;
CREATE INDEX milestones_call ON milestones (call_at) WHERE call_at IS NOT NULL;
CREATE UNIQUE INDEX one_running_milestone ON milestones (order_id) WHERE state = 'active'
    OR state = 'delivered' OR state = 'revising';

CREATE TABLE "ledger" (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    order_id INTEGER,
    number INTEGER,
    position INTEGER NOT NULL,
    kind TEXT NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    amount_cents INTEGER NOT NULL,
    at INTEGER NOT NULL,
    undoes TEXT,
    CONSTRAINT kind_known CHECK (kind = 'charge' OR kind = 'client-fee' OR kind = 'release'
        OR kind = 'seller-fee' OR kind = 'clear' OR kind = 'refund' OR kind = 'client-fee-refund'
        OR kind = 'reversal' OR kind = 'seller-fee-reversal' OR kind = 'withdrawal'),
    CONSTRAINT amount_cents_bounds CHECK (amount_cents BETWEEN 1 AND 100000000),
    CONSTRAINT at_bounds CHECK (at BETWEEN 946684800 AND 4133980799),
    CONSTRAINT accounts_differ CHECK (debit <> credit),
    CONSTRAINT order_unless_withdrawal CHECK ((order_id IS NULL) = (kind = 'withdrawal')),
    FOREIGN KEY(order_id, number) REFERENCES history (order_id, number),
    FOREIGN KEY(order_id, position, undoes) REFERENCES ledger (order_id, position, kind)
) STRICT;
CREATE UNIQUE INDEX once_per_milestone ON ledger (order_id, position, kind);
CREATE INDEX ledger_at ON ledger (at);
CREATE INDEX ledger_withdrawn ON ledger (debit) WHERE order_id IS NULL;
CREATE INDEX ledger_fees ON ledger (id) WHERE debit = 'marketplace:fees' OR credit = 'marketplace:fees';

CREATE TRIGGER agreed_no_update BEFORE UPDATE ON agreed BEGIN SELECT RAISE(ABORT, 'agreed is append-only'); END;
CREATE TRIGGER agreed_no_delete BEFORE DELETE ON agreed BEGIN SELECT RAISE(ABORT, 'agreed is append-only'); END;
CREATE TRIGGER history_no_update BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER history_no_delete BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'history is append-only'); END;
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger is append-only'); END;
CREATE TRIGGER policies_no_update BEFORE UPDATE ON policies BEGIN SELECT RAISE(ABORT, 'policies is append-only'); END;
CREATE TRIGGER policies_no_delete BEFORE DELETE ON policies BEGIN SELECT RAISE(ABORT, 'policies is append-only'); END;

CREATE TABLE "keys" (
    key TEXT NOT NULL,
    request BLOB NOT NULL,
    at INTEGER NOT NULL,
    id INTEGER,
    answer TEXT NOT NULL,
    shown TEXT NOT NULL,
    PRIMARY KEY (key),
    CONSTRAINT at_bounds CHECK (at BETWEEN 946684800 AND 4133980799)
) WITHOUT ROWID, STRICT;
