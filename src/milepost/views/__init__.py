"""Views: what a command answers, for the table and for `--json` alike.

A view's fields are the JSON's keys: amounts in integer cents under `*_cents`, instants as ISO 8601 with Z. Nothing
here reads the store; `of` functions take core objects and the instant that "now" is.
"""

from milepost.views.base import Created, Listing, StoreView, TextView, as_plain, iso, iso_at
from milepost.views.gigs import CheckView, ClientGigView, GigView, PackageView, TemplateView
from milepost.views.money import BalanceView, EntryView, FindingsView, WithdrawalView
from milepost.views.offers import (
    ConversationLineView,
    ConversationView,
    CourseView,
    ForecastView,
    LintView,
    MessageView,
    OfferView,
)
from milepost.views.orders import (
    HistoryEntryView,
    OrderedView,
    OrderLineView,
    OrderView,
    PlacedView,
    ReasonView,
    RequestView,
    TimerView,
)
from milepost.views.rules import PolicyView, RuleView, TransitionView, state_diagram, transition_views
from milepost.views.telling import (
    ChoiceView,
    ComparedView,
    ExpectationView,
    ExplainView,
    ExploredView,
    OutcomeView,
    PlayedView,
    SegmentView,
    StepView,
    SuiteView,
    TickView,
    TimelineRowView,
    TimelineView,
    TrialView,
)

__all__ = [
    "BalanceView",
    "CheckView",
    "ChoiceView",
    "ClientGigView",
    "ComparedView",
    "ConversationLineView",
    "ConversationView",
    "CourseView",
    "Created",
    "EntryView",
    "ExpectationView",
    "ExplainView",
    "ExploredView",
    "FindingsView",
    "ForecastView",
    "GigView",
    "HistoryEntryView",
    "LintView",
    "Listing",
    "MessageView",
    "OfferView",
    "OrderLineView",
    "OrderView",
    "OrderedView",
    "OutcomeView",
    "PackageView",
    "PlacedView",
    "PlayedView",
    "PolicyView",
    "ReasonView",
    "RequestView",
    "RuleView",
    "SegmentView",
    "StepView",
    "StoreView",
    "SuiteView",
    "TemplateView",
    "TextView",
    "TickView",
    "TimelineRowView",
    "TimelineView",
    "TimerView",
    "TransitionView",
    "TrialView",
    "WithdrawalView",
    "as_plain",
    "iso",
    "iso_at",
    "state_diagram",
    "transition_views",
]
