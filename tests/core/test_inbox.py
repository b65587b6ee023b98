"""Conversations as plain values."""

from core.order_helpers import START
from milepost.core.inbox import Conversation, Message
from milepost.core.transitions import Actor


def test_a_message_that_no_offer_answers_names_none() -> None:
    message = Message(1, 1, Actor.CLIENT, None, "A fox, please?", START)

    assert message.offers == ()
    assert Conversation(1, "ana", "maria", (message,)).messages[0].sender is Actor.CLIENT
