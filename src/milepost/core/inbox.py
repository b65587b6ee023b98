"""Conversations between a client and a seller, as plain values."""

from typing import NamedTuple

from milepost.core.transitions import Actor


class Message(NamedTuple):
    """A message of a conversation; `offers` are the ids of those that answer it."""

    id: int
    conversation_id: int
    sender: Actor
    gig_id: int | None
    text: str
    sent_at: int
    offers: tuple[int, ...] = ()


class Conversation(NamedTuple):
    """Two parties and what they wrote, oldest first."""

    id: int
    client: str
    seller: str
    messages: tuple[Message, ...]
