"""What was learned of an escalation, as the draft of an article for the knowledge base, each statement with its records."""

import re
from collections.abc import Iterable, Iterator

from customer_escalation.actions import Proposal
from customer_escalation.actions.internal_texts import Made
from customer_escalation.actions.table import ARTICLE
from customer_escalation.cases.going_out import as_it_leaves
from customer_escalation.cases.since import Since
from customer_escalation.domain.draft import EscalationDraft
from customer_escalation.domain.evidence import Evidence, field
from customer_escalation.domain.formatting import time_words
from customer_escalation.domain.printable import one_line, printable
from customer_escalation.domain.prose import with_refs
from customer_escalation.followups.looking import own_items
from customer_escalation.followups.standing import Standing
from customer_escalation.followups.update_texts import ticket_name
from customer_escalation.rendering.phrases import Phrases
from skill_runtime.ledger import Record
from skill_runtime.secrets import without_secrets

LONGEST_QUOTE = 400
NOBODY_SAID = "Not on record."


def article(standing: Standing, since: Since | None, resolution: str) -> Made:
    """The article as markdown: its title, then what was seen, the cause, the way out, what was tried, and the records.

    ``resolution`` is a person's own words; customers are called by their tickets. What nobody wrote down is said to be missing.
    """
    draft, evidence = standing.result.document.brief.draft, _evidence(standing)
    parts = [
        draft.summary,
        (
            f"Draft as of {time_words(standing.now)}, from escalation {standing.case} ({standing.severity.value}, "
            f"{standing.target.value}). Nobody has reviewed it."
        ),
        "## What is seen",
        "\n".join(_symptoms(standing)) or NOBODY_SAID,
        "## Cause",
        _cited(since.root_cause if since else "", since.support_resolvable_cause.cites if since else ()),
        "## What helps",
        _cited(resolution, _helping(since)),
    ]
    if isinstance(draft, EscalationDraft):
        for heading, text in (("Description", draft.description), ("How to reproduce it", draft.reproduction),
                              ("What was tried", draft.tried)):  # fmt: skip
            if text:
                parts += [f"## {heading}", _plain(text)]
    parts += ["## Records", "\n".join(_records(standing, evidence))]
    return without_names(printable("\n\n".join(parts)).strip(), standing)


def article_action(standing: Standing, made: Made) -> Proposal:
    """The article as a next step: a draft in the knowledge base, without secrets and without anybody's personal data."""
    title, _, body = made.text.partition("\n\n")
    say = Phrases(standing.result.document.brief.draft)
    step = Proposal(
        kind="draft_article", title=say("article_title"), destination=ARTICLE, system="knowledge_base",
        text=f"{title}\n\n{body.strip()}", left_out=made.left_out,
    )  # fmt: skip
    return as_it_leaves(step, standing.target, _evidence(standing), standing.policy)


def without_names(text: str, standing: Standing) -> Made:
    """The text with each affected customer called by their first ticket, and which are."""
    inputs, called = standing.inputs, list[str]()
    for account in sorted(inputs.affected if inputs else (), key=lambda one: -len(one.name)):
        names = [ticket_name(one) for one in _evidence(standing).tickets(account.tickets)]
        for ticket in names:  # of whom the ticket is, it says itself
            own = rf"(?<![\w#])({re.escape(ticket)}) [^\W\d_]{{2,4}} {re.escape(account.name)}(?!\w)"
            text = re.sub(own, r"\1", text)
        if account.name in text:
            name = f"the customer of {names[0]}" if names else "a customer"
            text = text.replace(account.name, name)
            called.append(f"{account.name} is called {name}")
    return Made(text, tuple(called))


def _symptoms(standing: Standing) -> Iterator[str]:
    """What each affected customer wrote first."""
    evidence = _evidence(standing)
    for account in standing.inputs.affected if standing.inputs else ():
        for ticket in evidence.tickets(account.tickets):
            first = next((one for one in evidence.messages(ticket) if evidence.by_customer(one)), None)
            if first is not None:
                said = one_line(without_secrets(field(first, "text")))
                whole = (
                    said[:LONGEST_QUOTE].rpartition(" ")[0] or said[:LONGEST_QUOTE]
                )  # half an address is found by nothing
                quoted = f"{whole.rstrip()} ..." if len(said) > LONGEST_QUOTE else said
                yield f"- “{quoted}” [{first.ref}]"


def _helping(since: Since | None) -> list[str]:
    return [] if since is None else [*since.workaround_unblocks.cites, *since.customer_confirmed.cites]


def _cited(text: str, cites: Iterable[str]) -> str:
    refs = ", ".join(dict.fromkeys(cites))
    return f"{text.strip() or NOBODY_SAID} [{refs}]" if refs else text.strip() or NOBODY_SAID


def _plain(text: str) -> str:
    """The brief's text with its marks in single brackets, and its headings below the article's."""
    marked = with_refs(text, lambda ref: ref).replace("[[", "[").replace("]]", "]")
    return "\n".join(f"##{line}" if line.startswith("#") else line for line in marked.splitlines())


def _records(standing: Standing, evidence: Evidence) -> Iterator[str]:
    """The items behind the brief, with their own titles."""
    refs = [*own_items(standing), *standing.result.data.get("citations", ())]
    records, _ = evidence.resolve(refs)
    items: dict[str, Record] = {}
    for record in records:
        item = evidence.item_of(record)
        if item.category != "crm":
            items.setdefault(item.ref, item)
    for ref, item in items.items():
        title = next((found for key in ("title", "subject") if (found := one_line(field(item, key)))), "")
        yield f"- {ref}{f': {title}' if title else ''}"


def _evidence(standing: Standing) -> Evidence:
    return standing.inputs.evidence if standing.inputs else standing.result.document.evidence
