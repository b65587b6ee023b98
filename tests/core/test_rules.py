"""Rules: one object each, refusals that come out as a sentence, and several faults told at once."""

import re

import pytest

from milepost import rules
from milepost.rules import RULES, Rule, RuleError, refuse_all


def test_a_rule_is_found_by_its_id() -> None:
    assert all(RULES[rule.id] is rule for rule in RULES.values())
    assert RULES["stop-final"] is rules.STOP_FINAL


def test_a_rule_is_named_in_code_as_it_is_named_in_errors() -> None:
    named = {name: one for name, one in vars(rules).items() if isinstance(one, Rule)}

    assert {name.lower().replace("_", "-"): one for name, one in named.items()} == RULES


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_says_what_holds_and_where_it_comes_from(rule: Rule) -> None:
    assert rule.text.endswith((".", ".)"))
    assert rule.text[0].isupper()
    assert rule.source
    assert not rule.refusal.endswith(".")


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_refusal_is_its_sentence_with_the_facts_and_the_rules_id(rule: Rule) -> None:
    facts = {name: f"<{name}>" for name in re.findall(r"{(\w+)", rule.refusal)}
    fault = rule.refuse(**facts)

    assert all(fact in fault.message for fact in facts.values())
    assert str(fault) == f"{fault.message} [{rule.id}]"


def test_a_refusal_keeps_its_facts_whatever_becomes_of_the_given_ones() -> None:
    facts = {"limit": 6, "given": 7}
    fault = RuleError(rules.OFFER_MILESTONES_MAX, facts)
    facts["given"] = 8

    assert fault.values == {"limit": 6, "given": 7}


def test_of_several_faults_the_first_is_raised_with_the_others_attached() -> None:
    faults = [
        rules.OFFER_MILESTONES_MAX.refuse(limit=6, given=7),
        rules.NAMES.refuse(why="a"),
        rules.NAMES.refuse(why="b"),
    ]

    with pytest.raises(RuleError) as caught:
        refuse_all(iter(faults))

    assert caught.value.rule is rules.OFFER_MILESTONES_MAX
    assert caught.value.values == {"limit": 6, "given": 7}
    assert [fault.message for fault in caught.value.also] == ["a", "b"]


def test_no_fault_is_no_refusal() -> None:
    refuse_all([])
