"""The beginnings of stories in TOML, and their steps, for tests that care about what comes after."""

GIG_STORY = """\
[scenario]
title = "A story"
start = 2026-01-05T09:00:00Z

[[gig]]
ref = "site"
title = "A website"
seller = "maria"
subcategory = "Website Design"
package.basic = { price = "150.00", days = 9 }
"""


def offer_story(milestones: str) -> str:
    """The story of the gig with an offer `deal` of it to ana; `milestones` are the items of its list."""
    offer = f'[[offer]]\nref = "deal"\ngig = "site"\nclient = "ana"\ntype = "milestones"\nmilestone = [{milestones}]\n'
    return f"{GIG_STORY}\n{offer}"


def step(do: str, at: str = "+0d", more: str = "") -> str:
    """A step of a story."""
    return f'\n[[step]]\nat = "{at}"\ndo = {do!r}\n{more}\n'
