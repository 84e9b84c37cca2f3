"""Why a brief was decided as it was: the facts, their records, every rule's answer, and what would have changed it."""

from collections.abc import Iterator
from typing import Any

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.rules import Decision
from customer_escalation.decision.rules.counterfactual import Change, what_would_change
from customer_escalation.domain.facts import Assessment, Fact
from customer_escalation.domain.rules import RULE_TABLE


def why(case: DecisionInput, decision: Decision) -> dict[str, Any]:
    """The explanation as JSON: ``facts``, ``accounts``, ``rules`` and ``would_change``."""
    return {
        "facts": list(_facts(case.facts)),
        "accounts": [
            {
                "account": account.name,
                "impact": account.impact,
                "high_value": account.high_value,
                "cites": [ref for ref in (account.crm_ref, *account.tickets, *account.refs) if ref],
            }
            for account in case.affected
        ],
        "rules": [
            {
                "rule": firing.rule,
                "group": RULE_TABLE[firing.rule].group,
                "level": firing.level,
                "state": firing.state,
                "because": firing.because,
                "cites": list(firing.refs),
                "floor": firing.floor,
                "target": firing.target,
                "decided": firing.rule in decision.because,
            }
            for firing in decision.firings
        ],
        "decided_by": list(decision.because),
        "would_change": [_change(change) for change in what_would_change(case)],
    }


def why_words(found: dict[str, Any], decision: str) -> str:
    """The same as text for a terminal; ``decision`` is the decision in words."""
    lines = [f"Decision: {decision}.", f"Made by: {', '.join(found['decided_by'])}.", "", "Facts"]
    for fact in found["facts"]:
        if fact["answer"] not in ("no", "none"):
            lines.append(f"  {fact['fact']}: {fact['answer']}{_reason(fact['why'])}{_refs(fact['cites'])}")
    lines.append(f"  answered no: {', '.join(f['fact'] for f in found['facts'] if f['answer'] in ('no', 'none'))}")
    lines += ["", "Accounts"]
    high = {True: "high-value", False: "not high-value", None: "high-value unknown"}
    for account in found["accounts"]:
        lines.append(
            f"  {account['account']}: {account['impact']}, {high[account['high_value']]}{_refs(account['cites'])}"
        )
    if not found["accounts"]:
        lines.append("  none is named in the records")
    for title, state in (("Rules that hold", "yes"), ("Rules that could not be tested", "unknown")):
        told = [rule for rule in found["rules"] if rule["state"] == state]
        if told:
            lines += ["", title]
            lines += [_rule_line(rule) for rule in told]
    weighed = [rule for rule in found["rules"] if rule["state"] == "no" and rule["because"]]
    if weighed:
        lines += ["", "Rules that do not hold, and why"]
        lines += [f"  {rule['rule']}: {rule['because']}{_refs(rule['cites'])}" for rule in weighed]
    lines += ["", "What would have changed the decision"]
    lines += [
        f"  {change['fact']} {change['instead']} instead of {change['now']}: {change['then']}"
        for change in found["would_change"]
    ] or ["  No single fact."]
    return "\n".join(lines)


def _facts(assessment: Assessment) -> Iterator[dict[str, Any]]:
    for name in Assessment.model_fields:
        value = getattr(assessment, name)
        if isinstance(value, Fact):
            yield {"fact": name, "answer": value.answer, "why": value.why, "cites": value.cites}
    security, way = assessment.security, assessment.workaround
    yield {"fact": "security", "answer": security.level, "why": security.why, "cites": security.cites}
    yield {"fact": "workaround", "answer": way.extent, "why": way.why, "cites": way.cites}
    yield {"fact": "open_ask", "answer": assessment.open_ask, "why": "", "cites": []}


def _change(change: Change) -> dict[str, str]:
    then = [change.outcome.value.replace("_", " ")]
    then += [str(label) for label in (change.severity, change.target) if label]
    return {"fact": change.fact, "now": change.now, "instead": change.instead, "then": ", ".join(then)}


def _rule_line(rule: dict[str, Any]) -> str:
    gives = f" -> {rule['floor'] or rule['target']}" if rule["floor"] or rule["target"] else ""
    mark = "*" if rule["decided"] else " "
    return f" {mark}{rule['rule']}{gives}{_reason(rule['because'])}{_refs(rule['cites'])}"


def _reason(because: str) -> str:
    return f": {because}" if because else ""


def _refs(cites: list[str]) -> str:
    return f" [{', '.join(dict.fromkeys(cites))}]" if cites else ""
