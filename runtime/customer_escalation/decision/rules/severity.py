"""S1 to S9: severity is the highest floor that fires; the one ceiling is a full workaround, on S5 and S6 alone."""

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules.escalate import data_harmed, production_stopped, security, sla
from customer_escalation.decision.rules.rule import NO, Verdict, rule
from customer_escalation.decision.rules.target import leadership
from customer_escalation.domain.outcomes import Severity
from customer_escalation.domain.rule_registry import carries_out


def _floor(verdict: Verdict, severity: Severity) -> Verdict:
    return Verdict(verdict.state, verdict.because, verdict.refs, severity.value if verdict.state == "yes" else "")


@rule("S1")
def production_down(case: DecisionInput) -> Verdict:
    """Floor Critical on E-DOWN."""
    return _floor(production_stopped(case), Severity.CRITICAL)


@rule("S2")
def data_at_risk(case: DecisionInput) -> Verdict:
    """Floor Critical on E-DATA."""
    return _floor(data_harmed(case), Severity.CRITICAL)


@rule("S3")
def security_floor(case: DecisionInput) -> Verdict:
    """Floor Critical or High on E-SEC."""
    breach = case.facts.security.level == "exposure_or_breach"
    return _floor(security(case), Severity.CRITICAL if breach else Severity.HIGH)


@rule("S4")
def several_high_value(case: DecisionInput) -> Verdict:
    """Impacted means blocked, or a major function broken without a full workaround; wanting a feature is not impact."""
    counted = ("blocked",) if case.full_workaround else ("blocked", "major_function_broken")
    still = [account for account in case.affected if account.still != "no"]
    hit = [account for account in still if account.impact in counted]
    known = [account for account in hit if account.high_value]
    refs = tuple(ref for account in known for ref in (account.crm_ref, *account.refs) if ref)
    if len(known) >= case.policy.high_value.critical_from_customers:
        names = ", ".join(account.name for account in known)
        return Verdict("yes", f"{len(known)} high-value customers are impacted: {names}", refs, Severity.CRITICAL)
    if (
        len(known) + sum(1 for account in hit if account.high_value is None)
        >= case.policy.high_value.critical_from_customers
    ):
        return Verdict("unknown", "whether enough of the impacted accounts are high-value is unknown", refs)
    perhaps = [account for account in still if account.impact == "unknown" and account.high_value is not False]
    if len(hit) + len(perhaps) >= case.policy.high_value.critical_from_customers and perhaps:
        return Verdict("unknown", f"the impact on {perhaps[0].name} is unknown", refs)
    return NO


@carries_out("S9")
def lifted(case: DecisionInput) -> bool:
    """Does a full workaround lift the floors of S5 and S6? Asked by these two alone."""
    return case.full_workaround


@rule("S5")
def major_function(case: DecisionInput) -> Verdict:
    """S9: a full workaround lifts this floor."""
    fact = case.facts.major_function_broken
    if fact.answer == "yes" and lifted(case):
        cites = (*fact.cites, *case.facts.workaround.cites)
        return Verdict("no", "a major function is broken, and a full workaround exists (S9)", cites)
    return _floor(Verdict(fact.answer, fact.why, tuple(fact.cites)), Severity.HIGH)


@rule("S6")
def key_customer(case: DecisionInput) -> Verdict:
    """S9: a full workaround lifts this floor."""
    blocked = [account for account in case.affected if account.impact == "blocked" and account.still != "no"]
    known = [account for account in blocked if account.high_value]
    if known and not lifted(case):
        refs = tuple(ref for ref in (known[0].crm_ref, *known[0].refs) if ref)
        return Verdict("yes", f"{known[0].name} is a high-value customer and blocked", refs, Severity.HIGH)
    if any(account.high_value is None for account in blocked) and not lifted(case):
        return Verdict("unknown", "a blocked account may be high-value; no CRM record tells")
    perhaps = [account for account in case.affected if account.impact == "unknown" and account.still != "no"]
    if any(account.high_value is not False for account in perhaps) and not lifted(case):
        return Verdict("unknown", "whether a high-value account is blocked is unknown")
    return NO


@rule("S7")
def sla_or_leadership(case: DecisionInput) -> Verdict:
    """Floor High on E-SLA or on a T5 trigger."""
    for verdict in (sla(case), leadership(case)):
        if verdict.state == "yes":
            return _floor(verdict, Severity.HIGH)
    return NO


@rule("S8")
def otherwise(case: DecisionInput) -> Verdict:
    """The floor under every escalation."""
    return Verdict("yes", "nothing on record calls for High", (), Severity.MEDIUM)
