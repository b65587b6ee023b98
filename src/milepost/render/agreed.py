"""What a client agrees to: the milestones of a package or an offer, as one table."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from rich.table import Table
from rich.text import Text

from milepost.render.base import amount, milestone_name, revisions, substep_lines, table

if TYPE_CHECKING:
    from milepost.views.gigs import PackageMilestoneView
    from milepost.views.offers import OfferMilestoneView

_Agreed: TypeAlias = "PackageMilestoneView | OfferMilestoneView"


def agreed(milestones: Sequence[_Agreed], cents: Sequence[int | None], total: str) -> Table:
    """The milestones of a package or an offer, their amounts and their totals."""
    made = table("#", "Milestone", "Days", "Amount", "Revisions", right=("#", "Days", "Amount"))
    for position, (one, price) in enumerate(zip(milestones, cents, strict=True), start=1):
        made.add_row(str(position), as_read(one), str(one.days), amount(price), revisions(one.revisions))
    made.add_section()
    made.add_row("", "Total", str(sum(one.days for one in milestones)), total, "")
    return made


def as_read(milestone: _Agreed) -> Text:
    """A milestone's name as a client reads it, with all that it says and its substeps."""
    below = [milestone.description, *substep_lines(milestone.substeps)]
    return milestone_name(milestone.name, zoom=milestone.zoom, below=below)
