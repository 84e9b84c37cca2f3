"""A brief without a model: what structure shows, the customers' own words quoted whole, and what is not known."""

from collections.abc import Sequence

from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.questions import Question
from customer_escalation.decision.rules import Decision
from customer_escalation.domain.categories import ANSWERS
from customer_escalation.domain.draft import Ask, CustomerDraft, Draft, EscalationDraft
from customer_escalation.domain.evidence import field
from customer_escalation.domain.outcomes import Outcome, Target
from customer_escalation.domain.prose import cite
from customer_escalation.domain.template import COMMUNICATION, REPRODUCTION, WORKFLOW, labelled
from customer_escalation.drafting.deadline import deadline
from customer_escalation.drafting.details import environment, error_lines
from customer_escalation.drafting.handling import handling
from customer_escalation.drafting.quoting import Writer
from customer_escalation.drafting.sending import before_sending, waiting
from customer_escalation.drafting.summary import summary
from customer_escalation.drafting.told import answered, answers_told, fitted, known_to_us, last_updates, near, reports
from customer_escalation.retrieval.relevance.wording import english

NO_DEFECT = ("feature_gap", "billing_or_policy", "how_to")
ASKS: dict[Target, tuple[tuple[str, str], ...]] = {
    Target.ENGINEERING: (
        ("investigate", "Investigate the cause and say what is found."),
        ("fix", "Fix it, or name a workaround that support can give."),
    ),
    Target.PRODUCT: (("decide", "Decide whether this is planned, and what customers may be told."),),
    Target.SECURITY: (
        ("investigate", "Investigate what was exposed or run, and for whom."),
        ("contain", "Contain it, and say what is done."),
        ("approve", "Approve what customers may be told."),
    ),
    Target.LEADERSHIP: (("decide", "Decide on what the customers wait for, and say who tells them."),),
    Target.L2: (("investigate", "Investigate what support could not diagnose."),),
}
IMPACTS = {
    "blocked": "cannot do its work with the product",
    "major_function_broken": "lacks a main function",
    "inconvenienced": "gets by",
    "lost_data": "has stored data lost or wrong",
    "asks_for_feature": "needs something that the product does not do",
    "exposed": "is touched by a security matter",
    "commercial": "has a matter of money, contract or trust",
}
REPLY = (
    "Thank you for your message. We have passed it, with everything that you wrote, to the team that looks into it. We write to "
    "you again when they have answered us."
)


def draft_by_rules(request: str, case: DecisionInput, decision: Decision, questions: Sequence[Question] = ()) -> Draft:
    """The brief, or the note for support; ``questions`` are what is not decided yet."""
    writer = Writer(request, case)
    if decision.outcome == Outcome.HANDLE:
        return handling(writer, decision, questions)
    return _escalation(writer, decision, questions)


def _escalation(writer: Writer, decision: Decision, questions: Sequence[Question]) -> EscalationDraft:
    target = decision.target or Target.L2
    asks = [Ask(owner=target.value, kind=kind, by="", text=text) for kind, text in ASKS[target]]
    return EscalationDraft(
        sender=before_sending(writer, decision, questions),
        summary=summary(writer.issue, writer.request),
        opening=_opening(decision, asks, questions),
        impact=labelled([(WORKFLOW, _workflow(writer))]),
        description=fitted([*reports(writer), *known_to_us(writer)]) or "No record of the case was found.",
        tried=fitted(answered(writer)),
        containment="No containment is on record in a form that code can tell." if target == Target.SECURITY else "",
        reproduction=_reproduction(writer),
        communication=labelled(
            zip(COMMUNICATION, (last_updates(writer), _expectation(writer), _risk(writer)), strict=True)
        ),
        asks=asks,
        deadline=deadline(writer.case, decision),
        context="\n".join([*answers_told(writer), *near(writer), *_unknown(writer)]),
        drafts=[] if questions else _replies(writer),
        messages=[],
        ticket_note="",
    )


def _opening(decision: Decision, asks: Sequence[Ask], questions: Sequence[Question]) -> str:
    """What is decided and why, what is still open, the first ask."""
    assert decision.severity is not None
    made = [firing for firing in decision.firings if firing.rule in decision.because and firing.state == "yes"]
    grounds = [firing.because for firing in made if firing.because]
    why = "; ".join(dict.fromkeys(grounds[:3]))
    label = f"{(decision.target or Target.L2).value}, {decision.severity.value}"
    if questions:
        return (
            f"Not decided yet. What is known so far makes it {label}{f': {why}' if why else ''}.\n"
            "First: answer the questions above; an answer can change severity and team."
        )
    return f"{label}{f': {why}' if why else ''}.\nFirst: {asks[0].text}"


def _workflow(writer: Writer) -> str:
    """What the accounts cannot do, as far as somebody answered it."""
    told = [
        cite(f"{account.name} {words}, as answered.", account.refs[-1:])
        for account in writer.case.affected
        if (words := IMPACTS.get(account.impact))
    ]
    unknown = [account.name for account in writer.case.affected if account.impact not in IMPACTS]
    if unknown:
        told.append(f"What {' and '.join(unknown)} cannot do is unknown until somebody reads the words below.")
    return " ".join(told) or "Unknown: no affected account is known."


def _reproduction(writer: Writer) -> str:
    """No steps: code cannot tell steps from other text. The error codes and the environment that the texts name, whole."""
    if writer.case.facts.issue_type in NO_DEFECT:
        return ""
    parts = [part for ticket in writer.issue.tickets for part in [ticket, *writer.thread(ticket)]]
    prefixes = frozenset(record.id.partition("-")[0].casefold() for record in writer.evidence.ledger.records.values())
    errors, details = error_lines(parts, prefixes), environment(parts)
    expected, actual, where = REPRODUCTION
    lines = [_reproduced(writer)]
    if errors:
        shown = ", ".join(f"`{error.text}`" for error in errors)
        lines += [
            f"{expected}: Not stated in a form that code can tell.",
            f"{actual}: {cite(f'The reports name {shown}; their words stand above.', [one.record.ref for one in errors])}",
        ]
    if details or errors:
        named = "; ".join(f"{kind} {', '.join(f'`{one.text}`' for one in found)}" for kind, found in details.items())
        refs = [one.record.ref for found in details.values() for one in found]
        words = (
            f"The texts name {named}; what else they name is in the words above."
            if named
            else "Unknown: the texts name no version and no system."
        )
        lines.append(f"{where}: {cite(words, refs)}")
    return "\n".join(lines)


def _reproduced(writer: Writer) -> str:
    """Whether it is reproduced, as far as a person or the tracker says."""
    fact = writer.case.facts.bug_confirmed
    if fact.answer == "unknown":
        return "Whether somebody reproduced it is not known without reading; what our side wrote stands above."
    answered = any(ref.startswith(f"{ANSWERS}/") for ref in fact.cites)
    steps = "steps are not told apart from the rest of the words above"
    if fact.answer == "no":
        return cite("Not reproduced by us and not accepted in the tracker, as answered.", fact.cites)
    words = (
        "As answered, we reproduced it or the tracker accepts it as a defect" if answered else f"Accepted: {fact.why}"
    )
    return cite(f"{words}; {steps}.", fact.cites)


def _expectation(writer: Writer) -> str:
    """The newest words of a customer; what they ask for is not told apart."""
    newest = [parts[-1] for ticket in writer.issue.tickets if len(parts := writer.by_customers(ticket)) > 0]
    if not newest:
        return "No message of a customer is on record."
    last = max(newest, key=lambda part: field(part, "at"))
    return cite(
        f"Not told apart from the rest; the newest words are those of {writer.who(last)}, {field(last, 'at')[:10]}.",
        [last.ref],
    )


def _risk(writer: Writer) -> str:
    facts = writer.case.facts
    told = {"a customer may leave": facts.churn_threat, "management is asked for": facts.executive_requested,
            "the public, an authority or a court is in sight": facts.pr_or_legal_risk}  # fmt: skip
    yes = [(words, fact) for words, fact in told.items() if fact.answer == "yes"]
    if yes:
        return " ".join(cite(f"As answered, {words}.", fact.cites[-1:]) for words, fact in yes)
    if all(fact.answer == "no" for fact in told.values()):
        return cite("None, as answered.", [ref for fact in told.values() for ref in fact.cites])
    return "Unknown: whether somebody threatens to leave or to go public is for a reader to say."


def _unknown(writer: Writer) -> list[str]:
    """What the receiving team will ask and code cannot tell."""
    rows = (
        (True, "The cause, and how often it happens", "read the words above"),
        (not any(account.users for account in writer.case.affected), "How many users are hit", "ask the customers"),
        (writer.case.facts.workaround.extent == "unknown", "Whether there is a workaround", "support"),
    )
    return [f"- **Not known:** {what} ({how})." for holds, what, how in rows if holds]


def _replies(writer: Writer) -> list[CustomerDraft]:
    """A reply that says what is done, to each customer who waits and writes English."""
    when = "once the escalation is sent"
    return [
        CustomerDraft(ticket=ticket.ref, kind="reply", text=REPLY, when=when)
        for ticket in waiting(writer)
        if english(" ".join(field(part, "text") for part in writer.by_customers(ticket)[:3]))
    ]
