"""Conversations and messages, in and out."""

from collections.abc import Sequence

from sqlalchemy import or_
from sqlmodel import Session, col, select

from milepost.core.inbox import Conversation, Message
from milepost.core.transitions import Actor
from milepost.errors import NotFound
from milepost.store.damage import check_instant, missing, row_of
from milepost.store.db import Connection
from milepost.store.orders import next_id
from milepost.store.session import add_rows, session_in
from milepost.store.tables import ConversationRow, MessageRow, OfferRow


def between(connection: Connection, client: str, seller: str) -> int | None:
    """The id of the conversation that a client began with a seller."""
    with session_in(connection) as session:
        wanted = select(ConversationRow.id).where(ConversationRow.client == client, ConversationRow.seller == seller)
        return session.exec(wanted).one_or_none()


def begin(connection: Connection, client: str, seller: str) -> int:
    """A new conversation; its id."""
    conversation_id = next_id(connection, "conversations")
    add_all(connection, [Conversation(conversation_id, client, seller, ())], [])
    return conversation_id


def add(connection: Connection, message: Message) -> int:
    """Store a message (its own id is not read); the id that it has now."""
    message_id = next_id(connection, "messages")
    add_all(connection, [], [message._replace(id=message_id)])
    return message_id


def add_all(connection: Connection, begun: Sequence[Conversation], messages: Sequence[Message]) -> None:
    """Store new conversations, and new messages of these and of others, under their ids."""
    conversations = [{"id": id, "client": client, "seller": seller} for id, client, seller, _ in begun]
    add_rows(connection, ConversationRow, conversations)
    rows = [
        {
            "id": message.id,
            "conversation_id": message.conversation_id,
            "sender": str(message.sender),
            "gig_id": message.gig_id,
            "text": message.text,
            "sent_at": message.sent_at,
        }
        for message in messages
    ]
    add_rows(connection, MessageRow, rows)


def conversation(connection: Connection, conversation_id: int) -> Conversation:
    """A conversation with its messages. Raises `NotFound`."""
    with session_in(connection) as session:
        row = session.get(ConversationRow, conversation_id)
        if row is None:
            raise NotFound("conversation", conversation_id)
        return _conversation(session, row)


def conversation_of(connection: Connection, message_id: int) -> Conversation:
    """The conversation that a message belongs to. Raises `NotFound`."""
    with session_in(connection) as session:
        message = session.get(MessageRow, message_id)
        if message is None:
            raise NotFound("message", message_id)
        row = session.get(ConversationRow, message.conversation_id)
        if row is None:
            raise missing("conversations", message.conversation_id)
        return _conversation(session, row)


def conversations(connection: Connection, *, handle: str | None, limit: int) -> list[Conversation]:
    """Conversations by id, of one party or all."""
    wanted = select(ConversationRow).order_by(col(ConversationRow.id)).limit(limit)
    if handle is not None:
        wanted = wanted.where(or_(col(ConversationRow.client) == handle, col(ConversationRow.seller) == handle))
    with session_in(connection) as session:
        found = [_conversation(session, row) for row in session.exec(wanted)]
    for one in found:
        if not one.messages:  # its first message makes a conversation
            raise missing("messages", f"of conversation {one.id}")
    return found


def _conversation(session: Session, row: ConversationRow) -> Conversation:
    assert row.id is not None
    wanted = select(MessageRow).where(MessageRow.conversation_id == row.id).order_by(col(MessageRow.id))
    messages = tuple(_message(session, message) for message in session.exec(wanted))
    return Conversation(row.id, row.client, row.seller, messages)


def _message(session: Session, row: MessageRow) -> Message:
    assert row.id is not None
    offers = session.exec(select(OfferRow.id).where(OfferRow.message_id == row.id).order_by(col(OfferRow.id)))
    ids = tuple(offer_id for offer_id in offers if offer_id is not None)
    with row_of("messages", row.id):
        at = check_instant(row.sent_at)
        return Message(row.id, row.conversation_id, Actor(row.sender), row.gig_id, row.text, at, ids)
