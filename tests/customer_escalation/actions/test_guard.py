"""Who may approve what: by policy, and two persons for a customer's text on a case of Security."""

from typing import get_args

import pytest
from tests.customer_escalation.casebook import policy

from customer_escalation.actions import Proposal
from customer_escalation.actions.guard import not_allowed, persons_needed
from customer_escalation.domain.outcomes import Target
from customer_escalation.policy import Policy, PolicyError, overlaid
from customer_escalation.policy.sections import Approvers

KINDS = get_args(Proposal.model_fields["kind"].annotation)


def own(text: str) -> Policy:
    return overlaid(policy(), text, "own.toml")


def test_the_policy_has_a_row_for_every_kind_of_action() -> None:
    assert set(Approvers.model_fields) == set(KINDS)


def test_a_text_to_a_customer_takes_two_persons_on_a_case_of_security_alone() -> None:
    two = {
        (kind, target) for kind in KINDS for target in (*Target, None) if persons_needed(kind, target, policy()) == 2
    }
    assert two == {("customer_reply", Target.SECURITY), ("status_update", Target.SECURITY)}


def test_an_organisation_sets_where_two_are_needed() -> None:
    both = own('[guard]\ntwo_persons = ["security", "leadership"]\n')
    assert persons_needed("customer_reply", Target.LEADERSHIP, both) == 2
    assert persons_needed("customer_reply", Target.SECURITY, own("[guard]\ntwo_persons = []\n")) == 1
    with pytest.raises(PolicyError, match=r"guard\.two_persons\.0 \(line 2\)"):
        own('[guard]\ntwo_persons = ["Sales"]\n')


def test_as_it_ships_everybody_may_approve_everything() -> None:
    assert {not_allowed(kind, "Sam", policy()) for kind in KINDS} == {""}


def test_where_names_are_set_for_a_kind_nobody_else_approves_it() -> None:
    named = own('[guard.approvers]\ncustomer_reply = ["Ana Roy", "Kim"]\n')
    assert not_allowed("customer_reply", " ana  roy", named) == ""
    assert not_allowed("internal_note", "Sam", named) == ""
    refused = not_allowed("customer_reply", "Sam", named)
    assert refused == "By your policy (guard.approvers.customer_reply) Ana Roy or Kim may approve this, not Sam."


def test_a_kind_that_is_none_is_told_with_its_line() -> None:
    with pytest.raises(PolicyError, match=r"guard\.approvers\.fax \(line 2\): is not a known setting"):
        own('[guard.approvers]\nfax = ["Sam"]\n')
