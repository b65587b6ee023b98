"""Orders that were changed, extended and split by agreement: exported, and played again to the same rows and ledger."""

from pathlib import Path
from typing import Any

import pytest
from cli.shell_helpers import Shell

LINK = "https://example.com/all"
CHANGED = (
    "order deliver 1", "order approve 1 --continue",
    "resolution change 1 --by client --milestone Launch:2:25.00 --milestone Care:3:35.00:1", "resolution accept 1",
    "order deliver 1", "order approve 1 --continue", f"order deliver 1 --link {LINK}",
)  # fmt: skip
EXTENDED = ("order tick --by 1d", "resolution extend 1 --days 3 --by seller", "resolution accept 1", "order deliver 1")
SPLIT = (
    "resolution open 1 --milestone 1 --by seller --reason cannot-deliver --keep 20.00", "resolution accept 1",
    "order continue 1", "order stop 1 --after-current", "order stop 1 --undo", "order deliver 1", "order approve 1",
)  # fmt: skip
REVERSED = (
    "order deliver 1", "order approve 1", "order stop 1", "order tick --by 20d",
    "resolution support 1 --milestone 1 --reason not-as-agreed --keep 10.00",
)  # fmt: skip
LAPSED = ("resolution extend 1 --days 3 --by client", "order tick --by 3d", "order deliver 1", "order tick --by 9d")


def told(shell: Shell) -> list[Any]:
    """All that is known of order 1."""
    order = shell.json("order show 1")
    return [
        {name: value for name, value in order.items() if name != "policy"},
        shell.json("order history 1"),
        shell.json("ledger show --order 1"),
    ]


@pytest.mark.parametrize("policy", ["standard", "terms-2024", "escrow-14d"])
@pytest.mark.parametrize("lines", [CHANGED, EXTENDED, SPLIT, REVERSED, LAPSED])
def test_an_order_that_changed_by_agreement_is_played_again_to_the_same(
    tmp_path: Path, lines: tuple[str, ...], policy: str
) -> None:
    shell = Shell(tmp_path / "first.db")
    shell.ok(f"init --start 2026-01-05T09:00:00Z --policy {policy}")
    shell.ok('gig create --title Logo --seller maria --subcategory "Logo Design" --basic 450:12')
    parts = " ".join(f'--milestone "{name}:5:90.00:1"' for name in ("Sketch", "Ink", "Files"))
    shell.ok(f"offer create --gig 1 --client ana {parts}")
    shell.ok("offer accept 1")
    for line in lines:
        if "Launch:2:25.00" in line and policy == "terms-2024":  # its least price is higher
            line = line.replace("25.00", "55.00").replace("35.00", "65.00")  # noqa: PLW2901
        shell.ok(line)
    story = tmp_path / "story.toml"
    story.write_text(shell.ok("order export 1").out, encoding="utf-8")
    again = Shell(tmp_path / "again.db")
    shell.ok(f"scenario run {story} --keep {again.db}")

    assert told(again) == told(shell)
    assert again.ok("order export 1").out == story.read_text("utf-8")
