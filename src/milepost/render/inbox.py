"""The inbox as people see it: conversations, with the offers that answer messages."""

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table

from milepost.render.base import amount, listed, rendered, state, table, when, words
from milepost.views.inbox import ConversationLineView, ConversationView


@rendered.register
def _(view: ConversationView) -> RenderableType:
    parts: list[RenderableType] = [words(f"{view.client} and {view.seller}", "bold")]
    for message in view.messages:
        gig = f", about gig {message.gig}" if message.gig else ""
        parts.extend(("", words(f"{message.sender}, {when(message.sent_at)}{gig}  (message {message.id})", "dim")))
        parts.append(words(message.text))
        for offer in message.offers:
            line = words(f"→ offer {offer.id}: {offer.title}, {amount(offer.total_cents)}, ")
            parts.append(line.append_text(state(offer.status)))
    return Group(*parts)


@listed("conversation")
def _conversations(conversations: Sequence[ConversationLineView]) -> Table:
    made = table("Id", "Client", "Seller", "Messages", "Last", "", right=("Id", "Messages"))
    for one in conversations:
        text = one.last_text if len(one.last_text) <= 40 else one.last_text[:39] + "…"
        made.add_row(
            str(one.id), words(one.client), words(one.seller), str(one.messages), when(one.last_at), words(text)
        )
    return made
