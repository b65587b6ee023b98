"""`milepost policy …`: the numbers that a store can choose."""

from typing import Annotated

import typer

from milepost.cli.session import answers
from milepost.files import documents
from milepost.policy import Policy
from milepost.views.base import Listing
from milepost.views.rules import PolicyView

app = typer.Typer(no_args_is_help=True, help="Policies: the numbers that a store can choose.")


@app.command("list")
@answers
def list_() -> Listing[PolicyView]:
    """List the policies that ship with the program.

    \b
    Example:
      milepost policy list
    """
    return Listing("policy", [_view(documents.policy(name)) for name in documents.policy_names()])


@app.command()
@answers
def show(
    policy: Annotated[str, typer.Argument(metavar="NAME|FILE", help="A shipped policy, or a TOML file.")] = "standard",
) -> PolicyView:
    """Show a policy's numbers; of a file, whether it can be used.

    \b
    Examples:
      milepost policy show terms-2024
      milepost policy show my-policy.toml
    """
    return _view(documents.policy(policy))


def _view(policy: Policy) -> PolicyView:
    return PolicyView(policy.name, policy.numbers(), policy.wording())
