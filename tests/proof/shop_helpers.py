"""A store with something of everything, made by the command line alone, and every kind of command that writes.

Each command of WRITES can be run on a copy of the shop; READS are those that must leave a store as it is. A command
that is in neither is found by a test.
"""

import shlex
from collections.abc import Mapping
from pathlib import Path
from shutil import copyfile

import store_helpers

from milepost import times
from proof import grammar_helpers
from proof import program_helpers as program

SHOP = """
init --start 2026-01-05T09:00:00Z --policy terms-2024
gig create --title 'Logo design' --seller maria --subcategory 'Logo Design' --description 'A logo, drawn by hand' \
  --basic 150:12:2 --premium 480:20:unlimited
gig add-milestone 1 --name Sketches --days 3 --revisions 1 --zoom
gig add-milestone 1 --name Refinement --days 4 --revisions 2
gig add-milestone 1 --name Files --days 5 --package premium
gig add-substep 1 1 --name Pencil
gig add-substep 1 1 --name Ink
gig add-faq 1 --question 'Which files?' --answer 'SVG and PDF'
gig create --title 'Accounts' --seller ines --subcategory 'Accounting & Bookkeeping' --basic 350:15:1
gig add-milestone 2 --name Documents --days 3
gig add-milestone 2 --name Accounts --days 4
gig milestone-payments 2 off
template save 1 --name my-logo
inbox send --from ana --to maria --gig 1 'Can you draw a fox?'
offer create --gig 1 --client ana --price 90 --days 5 --revisions 1 --title 'A fox, quickly'
offer accept 1
order deliver 1 --link https://example.com/fox
order approve 1
order tick --by +15d
offer create --gig 1 --client ana --message 1 --milestone Draft:5:60.00:2 --milestone Ink:5:70.00:2 \
  --milestone Colour:5:80.00:2
offer accept 2
offer create --gig 1 --client ben --milestone Draft:5:60.00:2 --milestone Ink:5:70.00:2 --milestone Colour:5:80.00:2
offer accept 3
order deliver 3 --message 'The draft' --link https://example.com/draft
offer create --gig 1 --client ana --milestone Draft:5:60.00:2 --milestone Ink:5:70.00:2 --milestone Colour:5:80.00:2
offer accept 4
order deliver 4 --message 'The draft'
order approve 4
offer create --gig 1 --client ben --milestone Draft:5:60.00:2 --milestone Ink:5:70.00:2
offer accept 5
resolution open --order 5 --milestone 1 --by client --reason late --note 'I have waited'
offer create --gig 1 --client ana --type subscription --price 100 --days 10 --cycles 4
offer accept 6
order deliver 6 --message 'This month'
order place --gig 1 --package premium --client ben
order place --gig 2 --client ana
offer create --gig 1 --client ana --expires +7d --milestone Draft:5:60.00:2 --milestone Ink:5:70.00:2
offer create --gig 1 --client ben --type subscription --price 50 --days 10 --cycles 2
order revise 3 --message Bluer
order deliver 3 --message 'Bluer now'
gig create --title 'Owls' --seller maria --subcategory 'Logo Design' --basic 150:12:2
gig pause 3
""".strip().splitlines()

# Order 1 has ended and its money is cleared; 2 is worked on, 3 in review, 4 waits for the client to continue, 5 has a
# request to cancel, 6 is a subscription in review, 7 is from a gig with substeps and calls, 8 has stages. Offers 7 and
# 8 are open. Gig 3 is paused, and nothing refers to it.
WRITES: Mapping[str, str] = {
    "gig create": "gig create --title Icons --seller maria --subcategory 'Icon Design' --basic 100:7",
    "gig edit": "gig edit 1 --title 'Logo design, by hand'",
    "gig set-package": "gig set-package 1 standard 240:15:3",
    "gig add-milestone": "gig add-milestone 1 --name Last --days 2 --weight 3",
    "gig edit-milestone": "gig edit-milestone 1 2 --days 6 --revisions unlimited",
    "gig move-milestone": "gig move-milestone 1 2 --to 1",
    "gig remove-milestone": "gig remove-milestone 1 3",
    "gig add-substep": "gig add-substep 1 2 --name Colour",
    "gig remove-substep": "gig remove-substep 1 1 2",
    "gig milestone-payments": "gig milestone-payments 1 off",
    "gig use-template": "gig use-template 1 logo-design --replace",
    "gig add-faq": "gig add-faq 1 --question 'How long?' --answer 'Twelve days'",
    "gig remove-faq": "gig remove-faq 1 1",
    "gig pause": "gig pause 1",
    "gig resume": "gig resume 3",
    "gig delete": "gig delete 3 --yes",
    "template save": "template save 1 --name my-other-logo",
    "template delete": "template delete my-logo --yes",
    "inbox send": "inbox send --from ben --to maria --gig 1 'And an owl?'",
    "offer create": "offer create --gig 1 --client ben --milestone Draft:5:60.00:2 --milestone Ink:5:70.00:2",
    "offer accept": "offer accept 7",
    "offer decline": "offer decline 7",
    "offer withdraw": "offer withdraw 8",
    "order place": "order place --gig 1 --client ana",
    "order deliver": "order deliver 2 --message 'The draft' --link https://example.com/draft",
    "order approve": "order approve 3 --continue",
    "order continue": "order continue 4",
    "order revise": "order revise 3 --message Redder",
    "order stop": "order stop 4",
    "order check-substep": "order check-substep 7 1",
    "order report-stage": "order report-stage 8",
    "order set-call": "order set-call 7 --at +1d --link https://zoom.us/j/1",
    "order tick": "order tick --by +200d",
    "resolution open": "resolution open --order 2 --whole --by seller --reason cannot-deliver",
    "resolution extend": "resolution extend 2 --days 3 --by seller",
    "resolution change": "resolution change 3 --by client --milestone Paint:2:75.00 --milestone Frame:3:85.00:1",
    "resolution accept": "resolution accept 1",
    "resolution decline": "resolution decline 1",
    "resolution withdraw": "resolution withdraw 1",
    "resolution support": "resolution support 4 --milestone 1 --reason terms-broken",
    "ledger withdraw": "ledger withdraw --seller maria --all",
}
READS: Mapping[str, str] = {
    "gig list": "gig list",
    "gig show": "gig show 1",
    "gig export": "gig export 1",
    "gig check": "gig check 1",
    "gig subcategories": "gig subcategories",
    "template list": "template list",
    "template show": "template show my-logo",
    "inbox list": "inbox list",
    "inbox show": "inbox show 1",
    "offer list": "offer list",
    "offer show": "offer show 2",
    "offer check": "offer check 2",
    "offer forecast": "offer forecast 2",
    "offer export": "offer export 2",
    "order list": "order list",
    "order show": "order show 3",
    "order history": "order history 3",
    "order timers": "order timers",
    "order explain": "order explain 3",
    "order timeline": "order timeline",
    "order export": "order export 3",
    "order what-if": "order what-if 3 approve continue",
    "resolution list": "resolution list",
    "resolution show": "resolution show 1",
    "resolution reasons": "resolution reasons",
    "ledger show": "ledger show",
    "ledger balances": "ledger balances",
    "ledger check": "ledger check",
    "policy list": "policy list",
    "policy show": "policy show terms-2024",
    "rules": "rules",
    "status": "status",
    "todo": "todo --within 30d",
    "demo": "demo",
    "doctor": "doctor",
    "scenario new": "scenario new",
}
GOOD_FILES: Mapping[str, str] = {
    "gig.toml": """
title = "Icons"
seller = "maria"
subcategory = "Logo Design"
description = "Drawn by hand"
package.basic = { price = "150.00", days = 12, revisions = 2 }
package.premium = { price = "480.00", days = 20, revisions = "unlimited", description = "All of it" }
[[milestone]]
name = "Sketches"
days = 5
zoom = true
prices = { basic = "100.00", premium = "300.00" }
substeps = ["Pencil", { name = "Ink", packages = ["premium"] }]
[[milestone]]
name = "Files"
days = 7
revisions = 1
prices = { basic = "50.00", premium = "180.00" }
""",
    "offer.toml": """
gig = 1
client = "ana"
type = "milestones"
title = "A fox"
expires = "+3d"
[[milestone]]
name = "Draft"
days = 5
price = "60.00"
revisions = 2
substeps = ["Pencil", "Ink"]
[[milestone]]
name = "Colour"
days = 5
price = "70.00"
zoom = true
""",
    "policy.toml": """
name = "own"
review_hours = 100
continue_hours = 50
continue_from = "approval"
clearance_days = 3
seller_fee_bp = 1000
client_fee_bp = 500
small_charge_fee_cents = 200
small_charge_under_cents = 5000
""",
    "story.toml": """
[scenario]
title = "A fox"
start = 2026-01-05T09:00:00Z
policy = "terms-2024"
[[gig]]
ref = "foxes"
title = "Foxes"
seller = "maria"
subcategory = "Logo Design"
package.basic = { price = "150.00", days = 7 }
[[offer]]
ref = "deal"
gig = "foxes"
client = "ana"
type = "milestones"
[[offer.milestone]]
name = "Draft"
days = 5
price = "60.00"
revisions = 1
[[offer.milestone]]
name = "Colour"
days = 5
price = "70.00"
[[step]]
at = "+0d"
do = "offer accept deal as job"
[[step]]
at = "+1d"
do = "order deliver job --link https://example.com/fox"
expect = { phase = "review", timers = ["review-silence"] }
[[step]]
at = "+2d"
do = "order approve job"
[[step]]
at = "+3d"
do = "order revise job"
refused = "review-window"
[[expect]]
at = "+30d"
order = "job"
status = "completed"
reason = "continue-expired"
balances = { "seller:maria:available" = "48.00", escrow = "0.00" }
""",
}
ON_FILES = {  # these leave the store of `--db` as it is; tests of their own treat those that make a file
    "batch",  # runs lines that are tried by themselves
    "init",
    "generate",
    "backup",
    "scenario run",
    "scenario check",
    "scenario compare",
    "scenario explore",
}


def all_commands() -> list[str]:
    """Every command of the program, by its words."""
    return [" ".join(leaf.words) for leaf in grammar_helpers.leaves()]


def run_reading(store: Path, line: str) -> None:
    """Run a command of `READS`; a check may say that something is amiss."""
    answer = program.call("--db", str(store), *shlex.split(line))
    assert answer.code in (0, 7), answer


def build_shop(path: Path) -> Path:
    """Make the shop at `path`."""
    for line in SHOP:
        program.done("--db", str(path), *shlex.split(line))
    return path


def build_bulk(path: Path, orders: int) -> tuple[Path, tuple[str, ...]]:
    """Make a store with many orders in review, and the tick that all of them are due by.

    By the thousand the command line takes minutes for it, so this alone is done behind its back.
    """
    with store_helpers.file_store(path) as db:
        target = store_helpers.fill_with_reviews(db, orders, due=orders)
    return path, ("order", "tick", "--now", times.format_instant(target))


def copied(store: Path, folder: Path) -> Path:
    """A copy of a store, in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(copyfile(store, folder / "store.db"))
