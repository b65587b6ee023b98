"""Workflow templates: those that ship with the program, and those saved from a gig."""

from collections.abc import Sequence

from milepost import rules
from milepost.core import workflow
from milepost.core.workflow import Template
from milepost.errors import NotFound
from milepost.store import catalog
from milepost.store.db import Connection, Database
from milepost.views.base import Listing
from milepost.views.gigs import TemplateView


def listing(db: Database | None, shipped: Sequence[Template]) -> Listing[TemplateView]:
    """All templates by name; a saved one goes before a shipped one of the same name. Without a store, the shipped."""
    found = _all(db, shipped)
    return Listing("template", [TemplateView.of(*found[name]) for name in sorted(found)])


def find(db: Database | None, name: str, shipped: Sequence[Template]) -> Template:
    """The template of this name. Raises `NotFound`."""
    return _found(db, name, shipped)[0]


def show(db: Database | None, name: str, shipped: Sequence[Template]) -> TemplateView:
    """The view of the template of this name. Raises `NotFound`."""
    return TemplateView.of(*_found(db, name, shipped))


def save(db: Database, gig_id: int, name: str, *, handle: str | None = None) -> TemplateView:
    """Save a gig's workflow as a template, in the place of one saved before.

    Raises `NotFound`, `gig-template` (another seller's has the name, too), `names`, and `actor` if `handle` is not the
    gig's seller.
    """
    with db.write() as connection:
        gig = catalog.gig(connection, gig_id).gig
        if handle not in (None, gig.seller):
            raise rules.ACTOR.refuse(why=f"the gig is {gig.seller}'s; {handle} cannot save its workflow", gig=gig_id)
        template = workflow.template_of(gig, name)
        before = _saved(connection, name)
        if before is not None and before.seller not in (None, gig.seller):
            raise rules.GIG_TEMPLATE.refuse(why=f"the template {name} is {before.seller}'s", template=name)
        catalog.save_template(connection, template)
    return TemplateView.of(template, "saved")


def delete(db: Database, name: str, shipped: Sequence[Template], *, handle: str | None = None) -> TemplateView:
    """Forget a saved template, and answer with it.

    Raises `NotFound`, `gig-template` for one that ships, and `actor` if `handle` is not its seller.
    """
    with db.write() as connection:
        template = _saved(connection, name)
        if template is None and any(one.name == name for one in shipped):
            raise rules.GIG_TEMPLATE.refuse(why=f"{name} ships with the program: it cannot be deleted", template=name)
        if template is None:
            raise NotFound("saved template", name)
        if handle is not None and template.seller not in (None, handle):
            raise rules.ACTOR.refuse(
                why=f"the template {name} is {template.seller}'s; {handle} cannot delete it", template=name
            )
        catalog.delete_template(connection, name)
    return TemplateView.of(template, "deleted")


def _saved(connection: Connection, name: str) -> Template | None:
    return next((one for one in catalog.templates(connection) if one.name == name), None)


def _found(db: Database | None, name: str, shipped: Sequence[Template]) -> tuple[Template, str]:
    found = _all(db, shipped)
    if name not in found:
        raise NotFound("template", name)
    return found[name]


def _all(db: Database | None, shipped: Sequence[Template]) -> dict[str, tuple[Template, str]]:
    found = {template.name: (template, "shipped") for template in shipped}
    if db is not None:
        with db.read() as connection:
            found |= {template.name: (template, "saved") for template in catalog.templates(connection)}
    return found
