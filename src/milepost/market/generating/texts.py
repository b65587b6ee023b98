"""What made-up people are called, and what they write: put together from the shipped phrases."""

from itertools import product
from sys import intern

from milepost import data
from milepost.core.gig import Faq, Milestone, Substep
from milepost.core.values import JsonValue
from milepost.market.generating.dice import Dice

_ENDINGS = ("zip", "pdf", "svg", "docx", "mp4", "xlsx")


class Texts:
    """Texts of a made-up marketplace."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._phrases = data.phrases()
        self._words = {heading: " ".join(lines).split() for heading, lines in self._phrases.items()}
        self._taken: set[str] = set()
        self._notes = dict(line.split(": ", 1) for line in self._phrases["notes"])
        self._enquiries = self._composed("greetings", "enquiries", "closings")
        self._deliveries = self._composed("delivery-openings", "deliveries", "delivery-closings")

    def _some(self, heading: str) -> str:
        return self._dice.pick(self._phrases[heading])

    def _word(self, heading: str) -> str:
        return self._dice.pick(self._words[heading])

    def _composed(self, *headings: str) -> tuple[str, ...]:
        """Every text of one phrase from each heading; made once, since thousands of orders choose from them."""
        return tuple(" ".join(parts) for parts in product(*(self._phrases[heading] for heading in headings)))

    # ── Names ───────────────────────────────────────────────────────────────────────────────────────────────────────

    def person(self) -> str:
        """A handle that nobody has yet."""
        first, last = self._word("first-names"), self._word("last-names")
        return self._free(self._dice.pick((f"{first}.{last}", f"{first}-{last}", f"{first}_{last}", f"{first}{last}")))

    def studio(self) -> str:
        """A seller's handle that nobody has yet: a studio's, or a person's."""
        if self._dice.chance(0.4):
            return self.person()
        return self._free(f"{self._word('studio-words')}-{self._word('studio-kinds')}")

    def _free(self, wanted: str) -> str:
        handle, number = wanted, 2
        while handle in self._taken:
            handle, number = f"{wanted}-{number}", number + self._dice.between(1, 7)
        self._taken.add(handle)
        return handle

    # ── What a seller writes in the shop ────────────────────────────────────────────────────────────────────────────

    def title(self, subcategory: str) -> str:
        """A gig's title."""
        return f"{subcategory} {self._some('audiences')}"[:80].rstrip()

    def gig(self, opening: str) -> str:
        """A gig's description."""
        return " ".join([opening, *(self._some("gig-sentences") for _ in range(self._dice.between(2, 5)))]).strip()

    def package(self) -> str:
        """A package's description."""
        return self._some("package-sentences")

    def faq(self) -> Faq:
        """A question and its answer."""
        return Faq(f"Do you work {self._some('audiences')}, too?", f"Yes. {self._some('gig-sentences')}")

    def stages(self) -> tuple[Milestone, ...]:
        """A workflow for a trade that has no template."""
        made = []
        for line in self._phrases["stages"]:
            name, description = line.split(": ", 1)
            substeps = tuple(Substep(step) for step in self._phrases["substeps"][:: self._dice.between(2, 4)])
            days, weight = self._dice.between(2, 9), self._dice.between(1, 4)
            made.append(Milestone(name, days, description, self._dice.between(0, 2), weight=weight, substeps=substeps))
        return tuple(made)

    def offer_part(self, described: str) -> str:
        """The description of an offer's milestone."""
        return intern(f"{described} {self._some('offer-descriptions')}".strip())  # few, and kept by many offers

    # ── What the parties write to each other ────────────────────────────────────────────────────────────────────────

    def enquiry(self) -> str:
        """A client's message to a seller."""
        return self._dice.pick(self._enquiries)

    def reply(self) -> str:
        """The seller's answer."""
        return self._some("replies")

    def question(self) -> str:
        """What a client asks further."""
        return self._some("questions")

    def answer(self) -> str:
        """What the seller says to that."""
        return self._some("answers")

    def delivery(self) -> str:
        """What goes with a delivery."""
        return self._dice.pick(self._deliveries)

    def revision(self) -> str:
        """What goes with a request for a revision."""
        return self._some("revisions")

    def note(self, reason: str) -> str:
        """What is said with a reason to cancel."""
        return self._notes[reason]

    def extension(self) -> str:
        """What is said with a request for more days."""
        return self._some("extensions")

    def change(self) -> str:
        """What is said with a request to change what is planned."""
        return self._some("changes")

    def file(self, order: int, position: int) -> dict[str, JsonValue]:
        """The record of a delivered file."""
        name = f"order-{order}-part-{position}.{self._dice.pick(_ENDINGS)}"
        return {"name": name, "size": self._dice.between(20_000, 90_000_000), "sha256": self._dice.sha256()}

    def link(self, what: str, order: int, position: int) -> str:
        """A link to hand over."""
        return f"https://{what}.example/{order}/{position}-{self._dice.between(100_000, 999_999)}"
