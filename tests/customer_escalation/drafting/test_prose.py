"""The brief in quoted sentences: each where it is looked for, with what came of it, and nothing that no record says."""

import re
from collections import Counter
from typing import Any

from tests.customer_escalation.casebook import account, article, comment, evidence, issue, message, ticket
from tests.customer_escalation.drafting.records import escalated, guide, handled, printers, said_in_chat

from customer_escalation.domain.brief import EscalationDraft
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.prose import marks_of, sentences_of
from customer_escalation.domain.template import blocks, reproduction_of, under


def row(written: str, label: str) -> str:
    """The one row of a section with this label."""
    [found] = [block.content for block in blocks(written) if block.label == label]
    return found


def texts(draft: EscalationDraft) -> str:
    return draft.model_dump_json()


def test_a_step_has_the_sentence_that_says_what_came_of_it() -> None:
    [step] = [step for step in escalated(printers()).tried.splitlines() if "restart the print service" in step]
    result = step.partition("print service on the station.”")[2]
    assert "Restarted it at 09:40." in result or "No change" in result
    assert {"support_platform/T-10-m2", "support_platform/T-10-m3"} == set(marks_of(step))


def test_greetings_and_thanks_are_no_steps() -> None:
    polite = message("T-10", 4, "2026-03-03T12:00:00Z", "agent", "Thanks, that is very clear. Kind regards.")
    steps = escalated(printers(talk=(polite,))).tried.splitlines()
    assert [step.partition(". ")[0] for step in steps] == [str(number) for number in range(1, len(steps) + 1)] != []
    assert not any("very clear" in step or "thank you" in step for step in steps)


def test_a_step_without_a_result_says_so() -> None:
    last = message("T-10", 4, "2026-03-03T12:00:00Z", "agent", "Please replace the roller of tray two.")
    [step] = [step for step in escalated(printers(talk=(last,))).tried.splitlines() if "roller" in step]
    assert step.endswith("roller of tray two.” Result not recorded [[support_platform/T-10-m4]].")


def test_no_sentence_is_quoted_more_than_twice() -> None:
    quoted = Counter(
        re.findall(r"“([^”]+)”", texts(escalated(printers(said_in_chat("PRN_4410 could be the driver.")))))
    )
    assert max(quoted.values()) <= 2


def test_what_a_colleague_reproduced_is_quoted_with_frequency_and_environment() -> None:
    repro = reproduction_of(escalated(printers()).reproduction)
    assert "4 of 4 with 7.2.1" in repro.steps[0]
    assert repro.note == "Reproduced by us. Always (4 of 4) [[project_tracker/DEV-7-c1]]."
    assert "7.2.1" in repro.environment
    assert "PRN_4410" in repro.actual
    assert marks_of(repro.steps[0]) == ["project_tracker/DEV-7-c1"]
    assert marks_of(repro.actual) == marks_of(repro.environment) == ["support_platform/T-10-m1"]


def test_listed_steps_of_a_customer_are_reported_and_kept_whole() -> None:
    records = single("It fails. To reproduce: 1. Open tray two. 2. Press Print. Thanks.", subject="Printing fails",
                     reply="I will ask our stack trace team, there is a stack trace.")  # fmt: skip
    repro = reproduction_of(escalated(records, "Vale Foods printing fails").reproduction)
    assert repro.note.startswith("The customer's own steps, not repeated by us.")
    assert [step.rpartition("“")[2] for step in repro.steps] == [
        "To reproduce: 1. Open tray two.” [[support_platform/T-1-m1]]",
        "2. Press Print.” [[support_platform/T-1-m1]]",
    ]


def test_the_expectation_is_the_sentence_with_a_demand_and_its_date_the_deadline() -> None:
    draft = escalated(printers())
    assert "We need an answer by 6 March." in row(draft.communication, "Customer expectation")
    assert (draft.deadline.by, draft.deadline.basis) == ("2026-03-06", "customer_given")
    assert draft.deadline.text.startswith("2026-03-06, ")
    assert marks_of(draft.deadline.text) == ["support_platform/T-10-m3"]


def test_without_a_date_on_record_the_deadline_is_the_next_update() -> None:
    deadline = escalated(wish(), "Customers keep asking for label templates").deadline
    assert deadline.basis == "proposed"
    assert deadline.text.endswith(", an update that support can pass on")


def test_a_threat_on_record_is_quoted_as_the_risk() -> None:
    threat = message("T-10", 4, "2026-03-03T12:00:00Z", "customer", "If this goes on we will not renew.")
    assert "we will not renew" in row(escalated(printers(talk=(threat,))).communication, "Escalation risk")
    assert "No record" in row(escalated(printers()).communication, "Escalation risk")


def test_the_impact_is_what_the_customer_cannot_do() -> None:
    assert "packing line stands still" in row(escalated(printers()).impact, "Workflow impact")


def test_unknowns_are_named_one_by_one() -> None:
    context = escalated(printers()).context
    unknowns = [block.content for block in blocks(context) if block.label == "Not known"]
    assert "The cause (the team that investigates)." in unknowns
    assert "How many users of the accounts are affected (ask the customers)." in unknowns
    assert not any("environment" in what or "reproduce" in what for what in unknowns)


def test_the_last_update_is_what_the_customer_could_read() -> None:
    note = message("T-10", 4, "2026-03-03T12:00:00Z", "agent", "Internal: this looks bad.")
    note["internal"] = True
    told = row(escalated(printers(talk=(note,))).communication, "Last update to customer")
    vale, harbour = sentences_of(told)
    assert "restart the print service" in vale.text
    assert set(vale.cites) == {"support_platform/T-10-m2", "support_platform/T-10"}
    assert (harbour.text, harbour.cites) == ("Harbour Mills: no reply on record.", ("support_platform/T-11",))


def test_a_request_about_everybody_is_set_against_the_tickets() -> None:
    sender = escalated(printers(), "Label printing stops for all customers").sender
    [note] = [line for line in sender.splitlines() if "Vale Foods, Harbour Mills" in line]
    assert marks_of(note) == ["support_platform/T-10", "support_platform/T-11"]
    assert "Vale Foods, Harbour Mills" not in escalated(printers()).sender


def wish() -> Evidence:
    """Two accounts that ask for the same, and what engineering thinks of it."""
    asks = ("Do you have a roadmap date for label templates? Our auditors require a template for each product.",
            "Another request for label templates, we need one design for four plants.")  # fmt: skip
    tickets = [
        ticket(f"T-{number}", name, "2026-03-02T08:00:00Z",
               message(f"T-{number}", 1, "2026-03-02T08:00:00Z", "customer", text), subject="Label templates")
        for number, (name, text) in enumerate(zip(("Vale Foods", "Harbour Mills"), asks, strict=True), 1)
    ]  # fmt: skip
    item = issue("DEV-3", "Label templates", "Backlog", "2026-01-01T08:00:00Z",
                 comment("DEV-3", 1, "2026-01-02T08:00:00Z", "Nice idea. Effort is about 3 weeks."))  # fmt: skip
    late = account("A-1", "Vale Foods", sla={"first_response_h": 1, "update_h": 4, "resolution_h": 24})
    return evidence(*tickets, {**item, "type": "feature"}, late, account("A-2", "Harbour Mills"),
                    ticket("T-3", "Orchard Bank", "2026-03-03T08:00:00Z", subject="Label templates",
                           messages=[message("T-3", 1, "2026-03-03T08:00:00Z", "customer", "We would benefit from label templates.")]),
                    account("A-3", "Orchard Bank"))  # fmt: skip


def test_a_wish_quotes_its_use_case_and_the_view_of_engineering() -> None:
    draft = escalated(wish(), "Customers keep asking for label templates")
    assert "Our auditors require a template" in under(draft.impact, "Workflow impact")
    assert "Effort is about 3 weeks." in draft.description
    assert draft.reproduction == ""
    assert "ompeti" not in draft.impact


def test_what_customers_compare_us_with_is_quoted_for_product() -> None:
    threat = ticket("T-4", "Reed & Sons", "2026-03-03T09:00:00Z", subject="Label templates",
                    messages=[message("T-4", 1, "2026-03-03T09:00:00Z", "customer",
                                      "We would benefit from label templates. Our printers' competitor offers them.")])  # fmt: skip
    source = wish()
    for record in (threat, account("A-4", "Reed & Sons")):
        source.ledger.add({"item": record})
    assert "competitor offers them" in escalated(source, "Customers keep asking for label templates").impact


def single(text: str, *more: dict[str, Any], subject: str, reply: str = "") -> Evidence:
    """One ticket of Vale Foods."""
    thread = [message("T-1", 1, "2026-03-04T08:00:00Z", "customer", text)]
    if reply:
        thread.append(message("T-1", 2, "2026-03-04T09:00:00Z", "agent", reply))
    return evidence(
        ticket("T-1", "Vale Foods", "2026-03-04T08:00:00Z", *thread, subject=subject),
        account("A-1", "Vale Foods"),
        *more,
    )


QUESTION = "How do we print labels on two trays? We have one for each size."


def test_a_handled_issue_gets_the_article_s_steps_and_a_reply() -> None:
    note = handled(single(QUESTION, guide(), subject="Labels on two trays"), "Vale Foods two trays")
    assert note.steps.splitlines() == [
        f"{number}. From G-1: “{number}. {step}” [[knowledge_base/G-1]]"
        for number, step in enumerate(("Open Settings > Trays.", "Choose a size for each tray.", "Save."), 1)
    ]
    [answer] = note.drafts
    assert (answer.ticket, answer.kind) == ("support_platform/T-1", "reply")
    assert "1. Open Settings > Trays.\n2. Choose a size for each tray.\n3. Save." in answer.text
    assert "A label goes to the tray of its size." in answer.text


def test_code_in_an_article_is_passed_on_as_it_stands() -> None:
    code = article("G-4", "Print labels on two trays", 'Add `trays = "2";` to the station\'s file and reload.')
    note = handled(single(QUESTION, code, subject="Labels on two trays"), "Vale Foods two trays")
    assert '`trays = "2";`' in note.steps


def test_a_reply_is_written_only_where_the_customer_writes_english() -> None:
    german = single("Wie können wir Etiketten in zwei Fächern drucken?", guide(), subject="Print labels on two trays")
    assert handled(german, "Vale Foods print labels on two trays").drafts == []


def test_each_customer_who_waits_gets_a_reply_on_their_own_open_ticket() -> None:
    assert [(one.ticket, one.kind) for one in escalated(printers()).drafts] == [
        ("support_platform/T-10", "reply"), ("support_platform/T-11", "reply")]  # fmt: skip
    answered = message("T-10", 4, "2026-03-03T12:00:00Z", "agent", "We are looking into the third page.")
    assert [one.ticket for one in escalated(printers(talk=(answered,))).drafts] == ["support_platform/T-11"]


def test_the_similar_solved_ticket_is_named_with_what_solved_it() -> None:
    solved = ticket("T-8", "Orchard Bank", "2026-01-05T08:00:00Z",
                    message("T-8", 1, "2026-01-05T08:00:00Z", "customer", "How do we print labels on two trays?"),
                    message("T-8", 2, "2026-01-05T09:00:00Z", "agent", "Hello. Set a size for each tray and it works."),
                    subject="Labels on two trays", status="solved")  # fmt: skip
    note = handled(single(QUESTION, guide(), solved, subject="Labels on two trays"), "Vale Foods two trays")
    assert "(T-8)" in note.reason
    assert "Set a size for each tray and it works." in note.reason
    assert {"support_platform/T-8-m2", "support_platform/T-8"} <= set(marks_of(note.reason))
    assert note.drafts
    assert not any("Orchard" in one.text for one in note.drafts)


def test_without_an_answer_the_customer_is_asked() -> None:
    note = handled(
        single("We want this done and we want it now!", subject="URGENT", reply="What do you see, and where?"),
        "Vale Foods: URGENT",
    )
    asked, further = note.steps.splitlines()[:2]
    assert asked.startswith("1. Asked already: ")
    assert "exact error text" in further
    assert note.drafts == []
    unasked = handled(single("We want this done and we want it now!", subject="URGENT"), "Vale Foods: URGENT")
    assert "exact error text" in unasked.drafts[0].text


def test_the_summary_names_the_customers_and_leaves_counting_to_code() -> None:
    assert escalated(printers()).summary == "Label printing stops after three pages (Vale Foods and Harbour Mills)"
    assert escalated(wish(), "Customers keep asking for label templates").summary.endswith(" and others)")


def test_the_lines_that_code_computes_are_left_to_it() -> None:
    draft = escalated(printers())
    labels = [block.label for block in blocks(draft.impact)]
    assert labels == ["Workflow impact"]
    assert (draft.severity_reason, draft.co_owner, draft.rhythm) == ("", "", "")
