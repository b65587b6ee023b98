"""What a client agrees to: the milestones of a package or an offer, as one table."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from rich.table import Table
from rich.text import Text

from milepost.render.base import amount, revisions, table, words
from milepost.render.plain import printable

if TYPE_CHECKING:
    from milepost.views.gigs import PackageMilestoneView
    from milepost.views.offers import OfferMilestoneView

_Agreed: TypeAlias = "PackageMilestoneView | OfferMilestoneView"


def agreed(milestones: Sequence[_Agreed], cents: Sequence[int | None], total: str) -> Table:
    """The milestones of a package or an offer, their amounts and their totals."""
    made = table("#", "Milestone", "Days", "Amount", "Revisions", right=("#", "Days", "Amount"))
    for position, (one, price) in enumerate(zip(milestones, cents, strict=True), start=1):
        made.add_row(str(position), with_substeps(one), str(one.days), amount(price), revisions(one.revisions))
    made.add_section()
    made.add_row("", "Total", str(sum(one.days for one in milestones)), total, "")
    return made


def with_substeps(milestone: _Agreed) -> Text:
    """A milestone's name as a client reads it, its Zoom option beside it, its description and its substeps below."""
    name = words(milestone.name)
    if milestone.zoom:
        name.append("  Zoom", "cyan")
    if milestone.description:
        name.append(f"\n{printable(milestone.description)}", "dim")
    for substep in milestone.substeps:
        name.append(f"\n· {printable(substep)}", "dim")
    return name
