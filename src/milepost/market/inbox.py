"""The inbox: what clients and sellers write to each other, with the offers that answer it."""

from milepost import rules
from milepost.core import names
from milepost.core.inbox import Conversation, Message
from milepost.core.transitions import Actor
from milepost.store import catalog, inbox, settings
from milepost.store.db import Connection, Database
from milepost.views.base import Created, Listing
from milepost.views.inbox import ConversationLineView, ConversationView, MessageView
from milepost.views.offers import OfferView


def send(
    db: Database, sender: str, receiver: str, text: str, *, gig_id: int | None = None, handle: str | None = None
) -> Created[MessageView]:
    """Send a message: a client's opens a conversation with a seller, either answers in it (rule offer-from-message).

    Raises `names`, `actor`, `offer-from-message`, and `NotFound` for the gig.
    """
    names.check_parties(sender, receiver)
    names.check_text("a message", text)
    if not text.strip():
        raise rules.NAMES.refuse(why="a message says something")
    if handle not in (None, sender):
        raise rules.ACTOR.refuse(why=f"{handle} cannot write as {sender}", actor=handle)
    with db.write() as connection:
        conversation_id, side = _conversation(connection, sender, receiver)
        if gig_id is not None:
            _check_gig(connection, gig_id, receiver if side is Actor.CLIENT else sender)
        now = settings.clock(connection)
        message = Message(0, conversation_id, side, gig_id, text.strip(), now)
        message_id = inbox.add(connection, message)
        conversation = inbox.conversation(connection, conversation_id)
    return Created(message_id, MessageView.of(conversation, conversation.messages[-1], []))


def listing(db: Database, *, handle: str | None, limit: int) -> Listing[ConversationLineView]:
    """Conversations by id, of one party or all."""
    with db.read() as connection:
        found = inbox.conversations(connection, handle=handle, limit=limit + 1)
    return Listing.cut("conversation", [ConversationLineView.of(one) for one in found], limit)


def show(db: Database, conversation_id: int) -> ConversationView:
    """A conversation: its messages, and under each the offers that answer it. Raises `NotFound`."""
    with db.read() as connection:
        conversation = inbox.conversation(connection, conversation_id)
        messages = [
            MessageView.of(conversation, message, [_offer(connection, offer_id) for offer_id in message.offers])
            for message in conversation.messages
        ]
    return ConversationView(conversation.id, conversation.client, conversation.seller, messages)


def texts(db: Database, client: str, seller: str) -> list[str]:
    """What a client and a seller have written to each other, oldest first."""
    with db.read() as connection:
        conversation_id = inbox.between(connection, client, seller)
        if conversation_id is None:
            return []
        return [message.text for message in inbox.conversation(connection, conversation_id).messages]


def check_answers(connection: Connection, message_id: int, client: str, seller: str) -> None:
    """Refuse an offer that answers somebody else's message, or the seller's own. Raises `NotFound` too."""
    conversation = inbox.conversation_of(connection, message_id)
    message = next(one for one in conversation.messages if one.id == message_id)
    fits = (conversation.client, conversation.seller) == (client, seller) and message.sender is Actor.CLIENT
    if not fits:
        raise rules.OFFER_FROM_MESSAGE.refuse(
            why=f"message {message_id} is {_author(conversation, message)}'s; an offer of {seller} to {client} answers "
            f"a message from {client} to {seller}",
            message=message_id,
        )


def _conversation(connection: Connection, sender: str, receiver: str) -> tuple[int, Actor]:
    """The conversation that a message belongs to, a new one if the sender is its client; and who sends it."""
    answered = inbox.between(connection, receiver, sender)
    if answered is not None:
        return answered, Actor.SELLER
    begun = inbox.between(connection, sender, receiver)
    if begun is not None:
        return begun, Actor.CLIENT
    if not catalog.gigs(connection, seller=receiver, limit=1):
        raise rules.OFFER_FROM_MESSAGE.refuse(
            why=f"{receiver} has no gig: a conversation is opened by a client's message to a seller", receiver=receiver
        )
    return inbox.begin(connection, sender, receiver), Actor.CLIENT


def _check_gig(connection: Connection, gig_id: int, seller: str) -> None:
    owner = catalog.gig(connection, gig_id).gig.seller
    if owner != seller:
        raise rules.OFFER_FROM_MESSAGE.refuse(why=f"gig {gig_id} is {owner}'s, not {seller}'s", gig=gig_id)


def _offer(connection: Connection, offer_id: int) -> OfferView:
    return OfferView.of(catalog.offer(connection, offer_id), catalog.order_of_offer(connection, offer_id))


def _author(conversation: Conversation, message: Message) -> str:
    return conversation.client if message.sender is Actor.CLIENT else conversation.seller
