"""S10 and S11 on the facts themselves, before they decide anything: each yes has its record, and none obeys a record."""

import re
from collections.abc import Iterator, Mapping, Sequence

from customer_escalation.domain.brief import Figure
from customer_escalation.domain.evidence import Evidence
from customer_escalation.domain.facts import Assessment, Fact
from customer_escalation.domain.findings import Finding
from customer_escalation.domain.language import CODES, OTHER, language_or_other
from customer_escalation.domain.number_words import numbers_in_words
from customer_escalation.domain.rule_registry import carries_out


def deciding_answers(assessment: Assessment) -> Iterator[tuple[str, Sequence[str], bool]]:
    """Every answer with its citations, and whether it decides something: ``(name, cites, decides)``."""
    for name in Assessment.model_fields:
        value = getattr(assessment, name)
        if isinstance(value, Fact):
            yield name, value.cites, value.answer == "yes"
    yield "security", assessment.security.cites, assessment.security.level not in ("none", "unknown")
    yield "workaround", assessment.workaround.cites, assessment.workaround.extent in ("partial", "full")
    for index, account in enumerate(assessment.affected):
        yield f"affected[{index}]", [*account.tickets, *account.cites], True
    for index, contract in enumerate(assessment.contracts):
        yield f"contracts[{index}]", contract.cites, True
    for index, record in enumerate(assessment.suspicious):
        yield f"suspicious[{index}]", [record.ref], True


UNTOLD = ("en", "de")
"""Languages in whose words a text too short to tell its language by is read."""


def _holds(number: str, evidence: Evidence, cites: Sequence[str]) -> bool:
    return any(_says(record.text, number) for record in evidence.resolve(cites)[0])


def _says(text: str, number: str) -> bool:
    """Does the text give the number, in digits or in words? Of one in a language whose words nobody here knows, it may."""
    if re.search(rf"(?<![\d.,]){number}(?![\d.,]*\d)", text.replace(",", "")):
        return True
    language = language_or_other(text)
    codes = (CODES[language],) if language in CODES else UNTOLD
    return language == OTHER or any(int(number) in numbers_in_words(text, code) for code in codes)


def cites_of(assessment: Assessment) -> Iterator[str]:
    """Every citation of the stated facts."""
    for name in Assessment.model_fields:
        value = getattr(assessment, name)
        if isinstance(value, Fact):
            yield from value.cites
    yield from (*assessment.security.cites, *assessment.workaround.cites)
    for account in assessment.affected:
        yield from (*account.tickets, *account.cites)
    yield from (named.ref for named in assessment.suspicious)
    for contract in assessment.contracts:
        yield from contract.cites


@carries_out("S10")
def unreferenced_facts(assessment: Assessment, evidence: Evidence, figures: Mapping[str, Figure]) -> list[Finding]:
    """Findings on answers that decide something and cite nothing, or cite what no tool returned."""
    findings: list[Finding] = []
    for where, cites, decides in deciding_answers(assessment):
        _, missing = evidence.resolve([cite for cite in cites if cite not in figures])
        findings += [
            Finding(rule="G1", level="H", where=where, message=f"`{cite}` names no record that was read in this run.")
            for cite in missing
        ]
        users = where.startswith("affected[") and assessment.affected[int(where[9:-1])].users
        if users and not missing and not _holds(users, evidence, cites):
            message = f"No cited record says that {users} users are hit: cite the one that does, or leave it ''."
            findings.append(Finding(rule="G1", level="H", where=f"{where}.users", message=message))
        if decides and not cites:
            message = "An answer that decides something cites its records."
            findings.append(Finding(rule="S10", level="H", where=where, message=message))
    return findings
