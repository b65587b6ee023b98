"""The inbox: who may begin a conversation, who answers, and which offers stand under which message."""

import pytest

from shop.shop_helpers import THREE, Shop

SKETCHES = ("--milestone", "Sketches:5:60:1", "--milestone", "Files:3:40:1")


def send(shop: Shop, sender: str, receiver: str, text: str = "Hello", options: str = "") -> int:
    return shop.ok(f"inbox send --from {sender} --to {receiver} {options}", text).id


def answer(shop: Shop, message: int, options: str = "") -> int:
    """An offer of maria to ana that answers a message."""
    return shop.ok(f"offer create --gig 1 --client ana --message {message} {options}", *SKETCHES).id


def test_a_clients_message_opens_a_conversation_and_either_goes_on_in_it(shop: Shop) -> None:
    assert send(shop, "ana", "maria", "Can you draw a fox?", "--gig 1") == 1
    assert send(shop, "maria", "ana", "Yes") == 2
    assert send(shop, "ana", "maria", "Good") == 3

    told = shop.json("inbox show 1")
    assert (told["client"], told["seller"]) == ("ana", "maria")
    assert [(one["sender"], one["receiver"], one["text"], one["gig"]) for one in told["messages"]] == [
        ("ana", "maria", "Can you draw a fox?", 1), ("maria", "ana", "Yes", None), ("ana", "maria", "Good", None),
    ]  # fmt: skip


def test_a_seller_does_not_open_a_conversation_with_a_client(shop: Shop) -> None:
    told = shop.refuses("offer-from-message", line="inbox send --from maria --to ana Hello")

    assert "ana has no gig" in told.err


def test_nobody_opens_a_conversation_with_somebody_without_a_gig(empty_shop: Shop) -> None:
    empty_shop.refuses("offer-from-message", line="inbox send --from ana --to maria Hello")


def test_two_sellers_may_be_each_others_clients(shop: Shop) -> None:
    shop.sell(seller="ben", **THREE)
    send(shop, "maria", "ben", "Can you translate?", "--gig 2")

    assert shop.json("inbox show 1")["client"] == "maria"
    send(shop, "ben", "maria", "Yes")
    assert len(shop.json("inbox show 1")["messages"]) == 2


def test_a_conversation_of_a_pair_is_one(shop: Shop) -> None:
    for _ in range(3):
        send(shop, "ana", "maria")
    send(shop, "ben", "maria")

    assert [(one["client"], one["messages"]) for one in shop.json("inbox list")] == [("ana", 3), ("ben", 1)]


@pytest.mark.parametrize(
    ("rule", "line", "text"),
    [
        ("names", "inbox send --from ana --to ana", "Hello"),
        ("names", "inbox send --from Ana --to maria", "Hello"),
        ("names", "inbox send --from ana --to maria", ""),
        ("names", "inbox send --from ana --to maria", " \n"),
        ("names", "inbox send --from ana --to maria", "\x1b[31m"),
        ("names", "inbox send --from ana --to maria", "x" * 5_001),
        ("actor", "--as ben inbox send --from ana --to maria", "Hello"),
        ("offer-from-message", "inbox send --from ana --to maria --gig 2", "Hello"),
    ],
)
def test_a_refused_message_is_not_sent(shop: Shop, rule: str, line: str, text: str) -> None:
    shop.sell(seller="ben", **THREE)
    shop.refuses(rule, line=line, more=(text,))


def test_a_message_about_a_gig_that_is_not_there_is_not_sent(shop: Shop) -> None:
    assert shop("inbox send --from ana --to maria --gig 9 Hello").code == 3
    assert shop.json("inbox list") == []


def test_a_message_is_sent_under_the_senders_own_handle(shop: Shop) -> None:
    shop.ok("--as ana inbox send --from ana --to maria Hello")
    shop.ok("--as maria inbox send --from maria --to ana Hello")

    assert len(shop.json("inbox show 1")["messages"]) == 2


def test_a_text_of_several_lines_is_kept_and_shown(shop: Shop) -> None:
    send(shop, "ana", "maria", "First\nsecond: [bold]ünïcödé[/bold] :smile:")

    assert shop.json("inbox show 1")["messages"][0]["text"] == "First\nsecond: [bold]ünïcödé[/bold] :smile:"
    assert "second: [bold]ünïcödé[/bold] :smile:" in shop.ok("inbox show 1").out


# ── Lists ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_list_for_somebody_holds_their_conversations_on_either_side(shop: Shop) -> None:
    shop.sell(seller="ben", **THREE)
    for client, seller in (("ana", "maria"), ("ben", "maria"), ("ana", "ben")):
        send(shop, client, seller, f"To {seller}")

    def ids(handle: str) -> list[int]:
        return [one["id"] for one in shop.json(f"inbox list --for {handle}")]

    assert (ids("ana"), ids("ben"), ids("maria"), ids("zoe")) == ([1, 3], [2, 3], [1, 2], [])
    assert len(shop.json("inbox list")) == 3
    assert "To ben" in shop.ok("inbox list --for ana").out
    assert shop.ok("inbox list --for zoe").out == "No conversations.\n"


def test_a_list_is_cut_at_its_limit_and_says_so(shop: Shop) -> None:
    for client in ("ana", "ben", "eve"):
        send(shop, client, "maria")
    told = shop("inbox list --limit 2")

    assert told.code == 0
    assert "--limit" in told.err


def test_a_conversation_that_is_not_there_is_not_found(shop: Shop) -> None:
    told = shop("inbox show 1")

    assert (told.code, told.err) == (3, "error: there is no conversation 1\nhint: milepost inbox list\n")


# ── Offers that answer ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("offer show 1", "sent"),
        ("offer accept 1", "accepted"),
        ("offer decline 1", "declined"),
        ("offer withdraw 1", "withdrawn"),
        ("order tick --by 3d", "expired"),
    ],
)
def test_an_offer_stands_under_the_message_that_it_answers_with_its_state(shop: Shop, line: str, status: str) -> None:
    send(shop, "ana", "maria", "Can you draw a fox?")
    send(shop, "ana", "maria", "Or a badger?")
    assert answer(shop, 2, "--expires +3d") == 1
    first, second = shop.json("inbox show 1")["messages"]
    assert (first["offers"], second["offers"][0]["status"]) == ([], "sent")

    shop.ok(line)
    first, second = shop.json("inbox show 1")["messages"]
    assert first["offers"] == []
    assert second["offers"] == [shop.json("offer show 1")]
    assert (second["offers"][0]["status"], second["offers"][0]["message"]) == (status, 2)
    assert f"→ offer 1: A logo, $100.00, {status}" in shop.ok("inbox show 1").out


def test_a_message_may_have_several_offers(shop: Shop) -> None:
    message = send(shop, "ana", "maria")
    answer(shop, message)
    answer(shop, message)

    assert [one["id"] for one in shop.json("inbox show 1")["messages"][0]["offers"]] == [1, 2]


def test_an_offer_answers_its_clients_message_to_its_seller_and_no_other(shop: Shop) -> None:
    shop.sell(seller="ben", **THREE)
    of_ana, of_maria = send(shop, "ana", "maria"), send(shop, "maria", "ana")
    of_eve, to_ben = send(shop, "eve", "maria"), send(shop, "ana", "ben")
    line = "offer create --gig 1 --client ana --price 50 --days 2 --message"
    for message in (of_maria, of_eve, to_ben):
        shop.refuses("offer-from-message", line=f"{line} {message}")
    before = shop.digest()
    assert shop(f"{line} 99").code == 3
    assert shop.digest() == before

    shop.ok(f"{line} {of_ana}")


def test_an_offer_is_of_the_sellers_own_gig(shop: Shop) -> None:
    shop.refuses("offer-from-message", line="--as ben offer create --gig 1 --client ana --price 50 --days 2")
    shop.ok("--as maria offer create --gig 1 --client ana --price 50 --days 2")
