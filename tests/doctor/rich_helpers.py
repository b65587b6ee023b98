"""A store with something of everything that histories tell, made by the program's own commands."""

import shlex
from pathlib import Path

from cli.shell_helpers import START, Shell
from shop.shop_helpers import GIG

PLAN = "--milestone Ink:3:55.00 --milestone Print:2:25.00:1"
# Orders 1, 4 and 5 are of offers, 2, 6 and 7 of packages, 3 is a subscription. Every answer to a request, a plan that
# was changed, a part kept, days more, a reversal, cleared money and two withdrawals are in it.
STORY = f"""\
init --start {START} --policy escrow-14d
gig create --from -
gig add-faq 1 --question "How fast?" --answer "A week"
gig create --title "A poem" --seller rosa --subcategory Poetry --basic 5:2
template save 1 --name mine
inbox send --from ana --to maria --gig 1 "Can you draw a fox?"
offer create --gig 1 --client ana --milestone A:5:60:1 --milestone B:3:40:1 --milestone C:2:20 --message 1 --expires +2d
offer create --gig 1 --client bob --price 10 --days 3 --expires +2d
offer decline 2
offer create --gig 1 --client bob --price 10 --days 3 --expires +2d
offer withdraw 3
offer create --gig 1 --client bob --price 12 --days 3 --expires +2d
offer create --gig 1 --client dan --type subscription --price 30 --days 3 --cycles 4
offer create --gig 1 --client eva --milestone D:5:80:1 --milestone E:3:40 --milestone F:3:30
offer accept 1
order place --gig 1 --package premium --client ana
offer accept 5
offer accept 6
order check-substep 2 1
order set-call 2 --at +1d --link https://example.com/call
resolution extend 2 --days 3 --by seller --note "It rains"
resolution accept 1
resolution change 4 --by client {PLAN}
resolution accept 2
resolution extend 4 --days 2 --by seller
resolution decline 3
resolution change 1 --by client --milestone Ink:3:55.00
resolution withdraw 4
resolution open 1 --milestone 1 --by client --reason late --note slow
resolution decline 5
order deliver 1 --message "Three foxes" --link https://example.com/fox --recorded a.zip:7:{"5e" * 32}
order deliver 3 --message "The first month" --link https://example.com/1
order revise 1 --message "Redder"
order tick --by +1d
order deliver 1 --message "Redder foxes"
order approve 1 --continue
order approve 3
resolution open 4 --milestone 1 --by seller --reason cannot-deliver --keep 30.00
resolution accept 6
order continue 4
order deliver 4 --link https://example.com/ink
resolution open 4 --milestone 2 --by client --reason late
resolution extend 1 --days 1 --by seller
order tick --by +3d
resolution support 1 --milestone 1 --reason late --note "Support has seen it"
order deliver 2 --link https://example.com/2
order tick --by +20d
ledger withdraw --seller maria --amount 5.00
resolution open 3 --milestone 2 --by client --reason late
ledger withdraw --seller maria --amount 2.50
order tick --by +1d
offer create --gig 1 --client fay --milestone G:5:80:1 --milestone H:3:40
offer accept 7
order deliver 5 --message "Late, and good"
order place --gig 1 --package basic --client gus
order deliver 6 --link https://example.com/6
order place --gig 1 --package basic --client hal
order deliver 7 --link https://example.com/7
resolution open 7 --milestone 1 --by client --reason late
order approve 7 --continue
""".splitlines()


def rich_store(path: Path) -> Path:
    """Make the store of the story at `path`."""
    shell = Shell(path)
    for line in STORY:
        told = shell("", *shlex.split(line), stdin=GIG.encode())
        assert told.code == 0, (line, told)
    return path
