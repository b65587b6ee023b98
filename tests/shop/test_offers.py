"""Custom offers: of three types, by flags, file or stdin; expiring at their instant; checked, and closed once."""

import json
from pathlib import Path

import pytest

from shop.conftest import Opens
from shop.shop_helpers import OFFER, THREE, Shop

CREATE = "offer create --gig 1 --client ana"
FLAGS = {
    "single": "--type single --price 85.50 --days 3 --revisions unlimited --title Recolouring",
    "subscription": "--type subscription --price 200 --days 10 --revisions 2 --cycles 3 --title Posts",
    "milestones": "--milestone Sketches:5:60.00:1 --milestone 'Files: all of them:3:40.00' --title 'A fox'",
}
FILES = {
    "single": 'title = "Recolouring"\nprice = "85.50"\ndays = 3\nrevisions = "unlimited"\n',
    "subscription": 'title = "Posts"\nprice = 200\ndays = 10\nrevisions = 2\ncycles = 3\n',
    "milestones": 'title = "A fox"\n[[milestone]]\nname = "Sketches"\ndays = 5\nprice = "60.00"\nrevisions = 1\n'
    '[[milestone]]\nname = "Files: all of them"\ndays = 3\nprice = 40\n',
}
KEYS = {
    "id", "gig", "type", "seller", "client", "title", "status", "sent_at", "expires_at", "closed_at", "policy",
    "milestones", "total_cents", "order", "message",
}  # fmt: skip
MILESTONE_KEYS = {"position", "name", "description", "days", "price_cents", "revisions", "zoom", "substeps"}


@pytest.mark.parametrize("type", FLAGS)
def test_an_offer_is_the_same_by_flags_by_file_and_by_stdin(shop: Shop, tmp_path: Path, type: str) -> None:
    text = f'gig = 1\nclient = "ana"\ntype = "{type}"\n{FILES[type]}'
    file = tmp_path / "offer.toml"
    file.write_text(text)
    ids = [shop.ok(f"{CREATE} {FLAGS[type]}").id, shop.ok(f"offer create --from {file}").id, shop.create(text, "offer")]
    first, second, third = (shop.json(f"offer show {offer}") for offer in ids)

    assert first == second | {"id": 1} == third | {"id": 1}
    assert first["type"] == type
    assert first.keys() == KEYS
    assert all(milestone.keys() == MILESTONE_KEYS for milestone in first["milestones"])
    assert first["total_cents"] == {"single": 8_550, "subscription": 60_000, "milestones": 10_000}[type]


@pytest.mark.parametrize("type", FLAGS)
def test_an_exported_offer_makes_the_same_offer_again_byte_for_byte(shop: Shop, type: str) -> None:
    shop.ok(f"{CREATE} {FLAGS[type]} --expires +7d")
    text = shop.ok("offer export 1").out
    shop.create(text, "offer")

    assert shop.ok("offer export 2").out == text
    assert shop.json("offer show 2") == shop.json("offer show 1") | {"id": 2}


def test_the_type_is_milestones_where_any_is_given_and_else_a_single_payment(shop: Shop) -> None:
    shop.ok(f"{CREATE} --milestone A:1:5 --milestone B:1:5")
    shop.ok(f"{CREATE} --price 5 --days 1")

    assert [one["type"] for one in shop.json("offer list")] == ["milestones", "single"]


def test_an_offer_has_the_gigs_title_unless_it_has_its_own(shop: Shop) -> None:
    assert shop.json(f"{CREATE} --price 5 --days 1")["title"] == "A logo"
    assert shop.json(f"{CREATE} --price 5 --days 1 --title ''")["title"] == "A logo"
    assert shop.json(f"{CREATE} --price 5 --days 1 --title ' A fox '")["title"] == "A fox"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("--type milestones --price 5 --days 2 --cycles 3", ["price", "days", "cycles"]),
        ("--type milestones --days 2 --milestone A:1:5 --milestone B:1:5", ["days"]),
        ("--type single --price 5 --days 2 --cycles 3", ["cycles"]),
        ("--type single --cycles 3 --milestone A:1:5", ["cycles", "milestone"]),
        ("--type single --price 5", ["price"]),
        ("--type single --days 5", ["price"]),
        ("--type subscription --price 5 --days 2 --cycles 3 --milestone A:1:5", ["milestone"]),
        ("--type subscription --cycles 3", ["price"]),
    ],
)
def test_keys_of_another_type_are_refused_all_at_once(shop: Shop, options: str, told: list[str]) -> None:
    shop.refuses(*["offer-type"] * len(told), line=f"{CREATE} {options}")
    error = json.loads(shop(f"{CREATE} {options} --json").err)["error"]

    assert [one["values"]["key"] for one in (error, *error.get("also", []))] == told


@pytest.mark.parametrize(
    ("rules", "options"),
    [
        (["offer-milestones-min"], "--milestone A:1:5"),
        (["offer-milestones-min"], "--type milestones"),
        (["offer-milestones-max"], " ".join(["--milestone A:1:5"] * 7)),
        (["offer-milestone-days"], "--milestone A:31:5 --milestone B:30:5"),
        (["offer-milestone-days"], "--milestone A:0:5 --milestone B:1:5"),
        (["offer-subscription"], "--type subscription --price 5 --days 2"),
        (["offer-subscription", "offer-type"], "--type subscription --price 5"),
        (["offer-subscription"], "--type subscription --price 5 --days 2 --cycles 13"),
        (["offer-subscription"], "--type subscription --price 5 --days 2 --cycles 0"),
        (["money-bounds"], "--price 0 --days 2"),
        (["time-format"], "--price 5 --days 2 --expires +0d"),
        (["time-format"], "--price 5 --days 2 --expires 2026-01-05T08:59:59Z"),
        (["offer-milestones-max", "offer-milestone-days"], " ".join(["--milestone A:1:5"] * 6) + " --milestone B:31:5"),
    ],
)
def test_a_refused_offer_is_not_sent(shop: Shop, rules: list[str], options: str) -> None:
    shop.refuses(*rules, line=f"{CREATE} {options}")


def test_an_expiry_at_no_time_is_a_usage_error_by_its_rule(shop: Shop) -> None:
    before = shop.digest()

    assert shop.unreadable(f"{CREATE} --price 5 --days 2 --expires tomorrow") == "time-format"
    assert shop.digest() == before


@pytest.mark.parametrize("count", [2, 6])
def test_two_to_six_milestones_of_one_to_thirty_days_and_a_cent_or_more_are_sent(shop: Shop, count: int) -> None:
    milestones = " ".join(f"--milestone Part:{days}:0.01" for days in (1, 30, 1, 30, 1, 30)[:count])

    assert shop.json(f"{CREATE} {milestones}")["total_cents"] == count


def test_nobody_sends_an_offer_to_themselves(shop: Shop) -> None:
    shop.refuses("names", line="offer create --gig 1 --client maria --price 5 --days 2")


def test_milestones_need_an_eligible_subcategory_but_no_100_dollars(shop: Shop) -> None:
    shop.sell(subcategory="Translation", basic="150:7")
    shop.sell(subcategory="Logo Design", basic="5:7")
    words = "--client ana --milestone A:1:5 --milestone B:1:5"
    shop.refuses("offer-subcategory", line=f"offer create --gig 2 {words}")
    shop.ok("offer create --gig 2 --client ana --price 5 --days 2")
    shop.ok(f"offer create --gig 3 {words}")


def test_options_beside_a_file_are_refused(shop: Shop) -> None:
    told = shop("offer create --from - --client ana --price 5", stdin=OFFER.encode())

    assert (told.code, told.out) == (2, "")
    assert "--client" in told.err
    assert "--price" in told.err
    assert shop.json("offer list") == []


# ── Closing ─────────────────────────────────────────────────────────────────────────────────────────────────────────

MOVES = {"accept": ("ana", "accepted"), "decline": ("ana", "declined"), "withdraw": ("maria", "withdrawn")}


@pytest.mark.parametrize(("verb", "handle", "status"), [(verb, *move) for verb, move in MOVES.items()])
def test_an_offer_is_moved_once_by_the_one_whose_move_it_is(shop: Shop, verb: str, handle: str, status: str) -> None:
    shop.create(OFFER, "offer")
    other = {"ana": "maria", "maria": "ana"}[handle]
    for stranger in (other, "ben"):
        shop.refuses("actor", line=f"--as {stranger} offer {verb} 1")
    shop.ok(f"--as {handle} offer {verb} 1")

    assert shop.json("offer show 1")["status"] == status
    for again in MOVES:
        shop.refuses("offer-lifecycle", line=f"offer {again} 1")


@pytest.mark.parametrize("verb", MOVES)
def test_a_stranger_to_an_offer_is_told_so_and_customer_support_is_told_whose_move_it_is(shop: Shop, verb: str) -> None:
    shop.create(OFFER, "offer")
    told = shop.refuses("actor", line=f"--as bob offer {verb} 1")
    assert "bob has no part in offer 1: its seller is maria, its client ana" in told.err
    assert "support" not in told.err

    told = shop.refuses("actor", line=f"--as support offer {verb} 1")
    assert "not by the support" in told.err


def test_a_subscription_file_that_does_not_say_its_cycles_is_refused(shop: Shop) -> None:
    text = 'gig = 1\nclient = "ana"\ntype = "subscription"\nprice = 200\ndays = 10\n'
    told = shop.refuses("offer-subscription", line="offer create --from -", stdin=text)

    assert "says for how many monthly cycles it is" in told.err
    assert len(shop.json(f"offer show {shop.create(f'{text}cycles = 1', 'offer')}")["milestones"]) == 1


@pytest.mark.parametrize("expires", ["1w", "+1w", "7d", "6d24h", "168h"])
def test_an_offer_expires_after_a_duration_with_or_without_a_plus_or_in_weeks(shop: Shop, expires: str) -> None:
    told = shop.json(f"{CREATE} --price 5 --days 2 --expires {expires}")
    by_file = shop.create(OFFER.replace('"milestones"\n', f'"milestones"\nexpires = "{expires}"\n'), "offer")

    assert told["expires_at"] == shop.json(f"offer show {by_file}")["expires_at"] == "2026-01-12T09:00:00Z"


@pytest.mark.parametrize("verb", MOVES)
def test_an_offer_moves_a_second_before_its_expiry(shop: Shop, verb: str) -> None:
    shop.ok(f"{CREATE} --price 5 --days 2 --expires +3d12h")
    shop.ok("order tick --now 2026-01-08T20:59:59Z")

    assert shop.json("offer show 1")["status"] == "sent"
    shop.ok(f"offer {verb} 1")
    assert shop.json("offer show 1")["status"] == MOVES[verb][1]
    assert shop.json("order tick --now 2026-02-08T21:00:00Z")["fired"] == []


def test_an_offer_expires_at_its_instant_and_is_closed_then(shop: Shop) -> None:
    shop.ok(f"{CREATE} --price 5 --days 2 --expires 2026-01-08T21:00:00Z")
    shop.ok(f"{CREATE} --price 5 --days 2")
    shop.ok("order tick --now 2026-02-01")
    first, second = shop.json("offer list")

    assert (first["status"], first["closed_at"]) == ("expired", "2026-01-08T21:00:00Z")
    assert (second["status"], second["closed_at"]) == ("sent", None)
    for verb in MOVES:
        shop.refuses("offer-lifecycle", line=f"offer {verb} 1")


def test_an_expiry_stops_at_the_instant_itself(shop: Shop) -> None:
    shop.ok(f"{CREATE} --price 5 --days 2 --expires +1d")
    shop.ok("order tick --by 1d")

    assert shop.json("offer show 1")["status"] == "expired"
    assert shop.json("offer list --status expired")[0]["id"] == 1
    assert shop.json("offer list --status sent") == []


def test_offers_are_listed_by_seller_client_and_status(shop: Shop) -> None:
    shop.sell(seller="ben", **THREE)
    for gig, client in ((1, "ana"), (1, "eve"), (2, "ana")):
        shop.ok(f"offer create --gig {gig} --client {client} --price 5 --days 2")
    shop.ok("offer decline 2")

    def ids(options: str) -> list[int]:
        return [one["id"] for one in shop.json(f"offer list {options}")]

    assert (ids("--seller maria"), ids("--client ana"), ids("--status declined")) == ([1, 2], [1, 3], [2])
    assert ids("--seller maria --client ana --status sent") == [1]


# ── What is unwise ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("--milestone A:5:100:1 --milestone B:5:100:1", set()),
        ("--milestone A:5:100 --milestone B:5:100:1", {"no-revisions"}),
        ("--milestone A:5:100:1 --milestone B:6:100.01:1", {"heavy-last"}),
        ("--milestone A:15:100:1 --milestone B:16:100:1", {"long-work"}),
        ("--milestone A:10:100:1 --milestone B:5:100:1", {"exposure"}),
        ("--milestone A:5:49.99:1 --milestone B:5:49.99:1", {"under-minimum"}),
        ("--milestone A:25:20 --milestone B:10:200", {
            "no-revisions", "heavy-last", "long-work", "exposure", "under-minimum",
        }),
    ],
)  # fmt: skip
def test_a_check_names_what_is_unwise_and_what_to_do(shop: Shop, options: str, found: set[str]) -> None:
    shop.ok(f"{CREATE} {options}")
    told = shop.json("offer check 1")

    assert {one["name"] for one in told["findings"]} == found
    assert all(one["message"] and one["advice"] for one in told["findings"])
    text = shop.ok("offer check 1").out
    assert all(f"{name}:" in text for name in found)
    assert ("Nothing unwise." in text) is not found


def test_a_check_tells_the_sellers_exposure_by_milestone(shop: Shop) -> None:
    shop.ok(f"{CREATE} --milestone A:8:20:1 --milestone B:2:80:1")

    assert shop.json("offer check 1")["exposure"] == [
        {"position": 1, "name": "A", "work_cents": 8_000, "secured_cents": 2_000, "open_cents": 6_000},
        {"position": 2, "name": "B", "work_cents": 10_000, "secured_cents": 10_000, "open_cents": 0},
    ]


def test_a_check_says_where_milestones_are_not_available(shop: Shop) -> None:
    shop.sell(subcategory="Translation", basic="150:7")
    shop.ok("offer create --gig 2 --client ana --price 100 --days 5 --revisions 1")

    assert [one["name"] for one in shop.json("offer check 1")["findings"]] == ["no-milestones-here"]


# ── What it could come to ───────────────────────────────────────────────────────────────────────────────────────────

COURSE_KEYS = {
    "client", "status", "reason", "ends_at", "charged_cents", "released_cents", "fees_cents", "last_available_at",
    "events",
}  # fmt: skip


def play(shop: Shop, client: str) -> None:
    """Order 1 of offer 1 to its end, with a seller who delivers when the work is due."""
    stops_after = int(client.removeprefix("stops after ")) if client.startswith("stops") else None
    shop.ok("offer accept 1")
    while (order := shop.show())["phase"] != "ended":
        approved = sum(one["state"] == "approved" for one in order["milestones"])
        if order["phase"] == "working":
            due = next(one["due_at"] for one in order["milestones"] if one["state"] == "active")
            shop.ok(f"order tick --now {due}")
            shop.do("deliver")
        elif client == "silent":
            shop.ok("order tick --next")
        elif order["phase"] == "review":
            shop.do("approve")
        elif approved == stops_after:
            shop.do("stop")
        elif order["phase"] == "awaiting-renewal":
            shop.ok("order tick --next")
        else:
            shop.do("continue")


@pytest.mark.parametrize("policy", ["standard", "terms-2024", "escrow-14d"])
@pytest.mark.parametrize("type", FLAGS)
def test_a_forecast_is_what_happens_to_the_cent_and_to_the_second(opens: Opens, policy: str, type: str) -> None:
    amounts = {"milestones": "--milestone Sketches:5:60.01:1 --milestone Ink:4:99.99:1 --milestone 'Files:3:150.55'"}
    clients = ["prompt", "silent", *(["stops after 1"] if type != "single" else [])]
    for client in clients:
        shop = opens(gig=True, policy=policy)
        shop.ok(f"{CREATE} {amounts.get(type, FLAGS[type])}")
        told = next(one for one in shop.json("offer forecast 1")["courses"] if one["client"] == client)
        play(shop, client)
        shop.ok("order tick --by 60d")
        order = shop.show()

        assert told.keys() == COURSE_KEYS
        names = ("status", "reason", "charged_cents", "released_cents", "fees_cents")
        assert {name: told[name] for name in names} == {name: order[name] for name in names}
        assert told["ends_at"] == order["completed_at"]
        entries = shop.json("ledger show --order 1")
        assert sum(one["paid_cents"] for one in told["events"]) == -shop.balances()["client:ana"]
        available = sum(one["available_cents"] for one in told["events"])
        assert available == shop.balances()["seller:maria:available"]
        assert [(one["at"], one["kind"]) for one in told["events"]] == [(one["at"], one["kind"]) for one in entries]


def test_a_forecast_has_a_course_for_each_client_and_is_shown_as_tables_and_bars(shop: Shop) -> None:
    shop.create(OFFER, "offer")
    told = shop.json("offer forecast 1")
    text = shop.ok("offer forecast 1").out

    assert told.keys() == {"offer", "accepted_at", "courses"}
    assert [one["client"] for one in told["courses"]] == ["prompt", "silent", "stops after 1"]
    assert (told["courses"][0]["ends_at"], told["courses"][0]["released_cents"]) == ("2026-01-13T09:00:00Z", 10_000)
    assert all(seen in text for seen in ("2026-01-13", "$100.00", "$60.00", "█", "review-expired", "client-stopped"))
    assert max(len(line) for line in text.splitlines()) <= 80


def test_a_forecast_changes_nothing(shop: Shop) -> None:
    shop.create(OFFER, "offer")
    before = shop.digest()
    shop.ok("offer forecast 1")
    shop.ok("offer check 1")

    assert shop.digest() == before
