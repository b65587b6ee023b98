"""`milepost inbox …`: what clients and sellers write to each other."""

from typing import TYPE_CHECKING, Annotated

import typer

from milepost.cli.keyed import changes
from milepost.cli.options import Limit, id_argument, id_option
from milepost.cli.session import answers, current, note, store

if TYPE_CHECKING:
    from milepost.views.base import Created, Listing
    from milepost.views.inbox import ConversationLineView, ConversationView, MessageView

app = typer.Typer(no_args_is_help=True, help="What clients and sellers write to each other.")


@app.command()
@changes
def send(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What to write.")],
    sender: Annotated[str, typer.Option("--from", metavar="HANDLE", help="Who writes.")],
    receiver: Annotated[str, typer.Option("--to", metavar="HANDLE", help="Who it is for.")],
    gig: Annotated[int | None, id_option("--gig", "GIG", "The gig that it is about.")] = None,
) -> "Created[MessageView]":
    """Send a message; prints its id. A client's first message to a seller opens a conversation.

    \b
    Examples:
      milepost inbox send --from ana --to maria --gig 1 "Can you draw a fox?"
      milepost inbox send --from maria --to ana "Yes. An offer follows."
    """
    from milepost.market import inbox

    view = inbox.send(store(), sender, receiver, text, gig_id=gig, handle=current().handle)
    note(f"Message {view.id} is sent. Next: milepost inbox show {view.whole.conversation}")
    return view


@app.command("list")
@answers
def list_(
    for_handle: Annotated[str | None, typer.Option("--for", metavar="HANDLE", help="Only this party's.")] = None,
    limit: Limit = 50,
) -> "Listing[ConversationLineView]":
    """List conversations.

    \b
    Example:
      milepost inbox list --for maria
    """
    from milepost.market import inbox

    return inbox.listing(store(), handle=for_handle, limit=limit)


@app.command()
@answers
def show(
    conversation: Annotated[int, id_argument("CONVERSATION", "The conversation's id.")],
) -> "ConversationView":
    """Show a conversation: its messages, and under each the offers that answer it, with their state.

    \b
    Example:
      milepost inbox show 1
    """
    from milepost.market import inbox

    return inbox.show(store(), conversation)
