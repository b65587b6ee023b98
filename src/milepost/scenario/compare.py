"""What the same story comes to under other policies."""

from dataclasses import replace

from milepost.policy import Policy
from milepost.scenario.file import Scenario
from milepost.scenario.play import RunCommand, play
from milepost.views.scenarios import ComparedView


def compare(scenario: Scenario, policy: Policy, run_command: RunCommand) -> list[ComparedView]:
    """A line for each order under a policy; a step that it refuses is told, and the story goes on."""
    played = play(replace(scenario, policy=policy), run_command, strict=False)
    refused = [f"line {step.line}: {step.effect}" for step in played.steps if not step.ok]
    if not played.orders:
        return [ComparedView(policy.name, None, "", None, None, 0, 0, 0, 0, refused)]
    return [
        ComparedView(
            policy.name,
            order.id,
            order.status,
            order.reason,
            order.completed_at,
            order.charged_cents,
            order.refunded_cents,
            order.released_cents,
            order.fees_cents,
            refused if number == 0 else [],
        )
        for number, order in enumerate(played.orders)
    ]
