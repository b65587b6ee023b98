"""The inbox: conversations and their messages, with the offers that answer them."""

from collections.abc import Sequence
from typing import NamedTuple

from milepost.core.inbox import Conversation, Message
from milepost.core.transitions import Actor
from milepost.views.base import Instant
from milepost.views.offers import OfferView


class MessageView(NamedTuple):
    """A message of a conversation, with the offers that answer it."""

    id: int
    conversation: int
    sender: str
    receiver: str
    gig: int | None
    text: str
    sent_at: Instant
    offers: Sequence[OfferView]

    @staticmethod
    def of(conversation: Conversation, message: Message, offers: Sequence[OfferView]) -> "MessageView":
        """The view of a message."""
        parties = conversation.client, conversation.seller
        sender, receiver = parties if message.sender is Actor.CLIENT else parties[::-1]
        return MessageView(
            message.id, conversation.id, sender, receiver, message.gig_id, message.text, message.sent_at, offers
        )


class ConversationLineView(NamedTuple):
    """A conversation in a list."""

    id: int
    client: str
    seller: str
    messages: int
    last_at: Instant
    last_text: str

    @staticmethod
    def of(conversation: Conversation) -> "ConversationLineView":
        """The line of a conversation."""
        last = conversation.messages[-1]
        count = len(conversation.messages)
        return ConversationLineView(
            conversation.id, conversation.client, conversation.seller, count, last.sent_at, last.text
        )


class ConversationView(NamedTuple):
    """A conversation: its messages, oldest first."""

    id: int
    client: str
    seller: str
    messages: Sequence[MessageView]
