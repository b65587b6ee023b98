"""`milepost template …`: workflows to start from."""

from typing import TYPE_CHECKING, Annotated

import typer

from milepost.cli.keyed import changes
from milepost.cli.options import GigId
from milepost.cli.session import answers, confirm, current, store

if TYPE_CHECKING:
    from milepost.store.db import Database
    from milepost.views.base import Listing
    from milepost.views.gigs import TemplateView

app = typer.Typer(no_args_is_help=True, help="Workflows to start a gig from.")

Name = Annotated[str, typer.Argument(metavar="TEMPLATE", help="The template's name.")]


@app.command("list")
@answers
def list_() -> "Listing[TemplateView]":
    """List the templates: those that ship with the program, and those saved in the store.

    \b
    Example:
      milepost template list
    """
    from milepost.files import documents
    from milepost.market import templates

    return templates.listing(_store_if_any(), documents.shipped_templates())


@app.command()
@answers
def show(template: Name) -> "TemplateView":
    """Show a template's milestones.

    \b
    Example:
      milepost template show logo-design
    """
    from milepost.files import documents
    from milepost.market import templates

    return templates.show(_store_if_any(), template, documents.shipped_templates())


@app.command()
@changes
def save(
    gig: GigId, name: Annotated[str, typer.Option("--name", metavar="NAME", help="What to call it.")]
) -> "TemplateView":
    """Save a gig's workflow as a template, in the place of one saved before under this name.

    \b
    Example:
      milepost template save 1 --name my-logo
    """
    from milepost.market import templates

    return templates.save(store(), gig, name, handle=current().handle)


@app.command()
@changes
def delete(template: Name, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> "TemplateView":
    """Delete a saved template, not one that ships; gigs that used it keep their workflow.

    \b
    Example:
      milepost template delete my-logo --yes
    """
    from milepost.files import documents
    from milepost.market import templates

    if not yes:
        confirm(f"Delete the template {template}?")
    return templates.delete(store(), template, documents.shipped_templates(), handle=current().handle)


def _store_if_any() -> "Database | None":
    return store() if current().has_store else None
