"""A shop: a shell on a store of its own, and short words for what a seller and a client do before an order."""

from typing import Any

from cli.shell_helpers import Told
from market.desk_helpers import Desk

GIG = """\
title = "A logo"
seller = "maria"
subcategory = "Logo Design"

[package.basic]
price = "150.00"
days = 7
revisions = 1
description = "One concept"

[package.standard]
price = "300.00"
days = 12
revisions = 2

[package.premium]
price = "480.01"
days = 20
revisions = "unlimited"

[[milestone]]
name = "Sketches"
days = 3
revisions = 1
weight = 2
zoom = true
substeps = ["Mood board", { name = "Ink", packages = ["premium"] }]

[[milestone]]
name = "Refinement"
days = 2
revisions = 2

[[milestone]]
name = "Brand sheet"
days = 4
revisions = "unlimited"
packages = ["premium"]

[[faq]]
question = "Which files?"
answer = "SVG, PDF, PNG"
"""
OFFER = """\
gig = 1
client = "ana"
type = "milestones"

[[milestone]]
name = "Sketches"
days = 5
price = "60.00"
revisions = 1

[[milestone]]
name = "Files"
days = 3
price = "40.00"
revisions = 1
"""
THREE = {"basic": "150:7:2", "standard": "300:12:2", "premium": "480:20:unlimited"}


class Shop(Desk):
    """A shell with the words of a seller and of a client."""

    def create(self, text: str, noun: str = "gig") -> int:
        """A gig or an offer of a file that is typed into stdin: its id."""
        return self(f"{noun} create --from -", stdin=text.encode()).id

    def sell(self, *, seller: str = "maria", subcategory: str = "Logo Design", **packages: str) -> int:
        """A gig with these packages, written PRICE:DAYS[:REVISIONS]: its id."""
        options = [word for tier, terms in packages.items() for word in (f"--{tier}", terms)]
        words = ("--title", "A logo", "--seller", seller, "--subcategory", subcategory, *options)
        return self.ok("gig create", *words).id

    def parts(self, *names: str, gig: int = 1, options: str = "") -> None:
        """Milestones at the end of a gig's workflow, of two days each."""
        for name in names:
            self.ok(f"gig add-milestone {gig} --days 2 {options} --name", name)

    def gig_told(self, gig: int = 1) -> Any:
        """A gig as `gig show --json` tells it."""
        return self.json(f"gig show {gig}")

    def amounts(self, tier: str, gig: int = 1) -> list[int]:
        """What each milestone of a package costs."""
        package = next(one for one in self.gig_told(gig)["packages"] if one["tier"] == tier)
        return [one["amount_cents"] for one in package["milestones"]]

    def names(self, gig: int = 1) -> list[str]:
        """The names of a gig's milestones."""
        return [one["name"] for one in self.gig_told(gig)["milestones"]]

    def buy(self, tier: str = "basic", *options: str, gig: int = 1, client: str = "ana") -> int:
        """An order of a package: its id."""
        return self.ok(f"order place --gig {gig} --client {client} --package {tier}", *options).id

    def lacks(self, gig: int = 1) -> list[str]:
        """The rules by which a gig lacks something, as `gig check` tells them."""
        told = self(f"gig check {gig} --json")
        missing = told.json["missing"]
        assert told.code == (7 if missing else 0)
        return [one["rule"] for one in missing]

    def refuses(self, *rules: str, line: str, more: tuple[str, ...] = (), stdin: str = "") -> Told:
        """A command that these rules refuse, all told at once, and that leaves everything as it was."""
        before = self.digest()
        told = self(line, *more, stdin=stdin.encode())
        assert (told.code, told.out, told.rules) == (4, "", list(rules)), told
        assert self.digest() == before
        return told
