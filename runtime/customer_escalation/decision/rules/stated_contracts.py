"""S10 on readings of contracts: each from the account's own record or a document about it, none against what the contract plainly says."""

import re
from collections.abc import Collection, Iterator, Sequence

from customer_escalation.decision.figures.contract import contract_of, coverage_of
from customer_escalation.domain.evidence import Evidence, field, name_key
from customer_escalation.domain.facts import Assessment, ContractHours
from customer_escalation.domain.findings import Finding
from customer_escalation.policy import Policy
from customer_escalation.sla.stated_hours import StatedHours, stated_hours
from customer_escalation.sla.week import week_words
from skill_runtime.ledger import Record

DOCUMENTS = frozenset({"cloud_storage", "knowledge_base"})
"""Categories whose records can be a contract, or a part of one; a mail is anybody's word."""


def wrong_readings(assessment: Assessment, evidence: Evidence, policy: Policy) -> list[Finding]:
    """What is wrong with what is stated of contracts."""
    found: list[Finding] = []
    steering = {record.ref for record in evidence.resolve([one.ref for one in assessment.suspicious])[0]}
    seen: set[str] = set()
    for index, said in enumerate(assessment.contracts):
        account = evidence.account(said.account)
        twice = account is not None and account.ref in seen
        messages = (
            ["The hours of this account are stated twice: say all in one."]
            if twice
            else [*_wrong_source(said, account, evidence, steering), *_wrong(said, account, policy)]
        )
        seen |= {account.ref} if account else set()
        found += [Finding(rule="S10", level="H", where=_where(index), message=message) for message in messages]
    return found


def without_readings(assessment: Assessment, wrong: Sequence[Finding]) -> Assessment:
    """The facts without the readings that a finding is about."""
    places = {finding.where for finding in wrong}
    kept = [said for index, said in enumerate(assessment.contracts) if _where(index) not in places]
    return assessment.model_copy(update={"contracts": kept}) if places else assessment


def _where(index: int) -> str:
    return f"contracts[{index}]"


def _wrong_source(
    said: ContractHours, account: Record | None, evidence: Evidence, steering: Collection[str]
) -> Iterator[str]:
    if account is None:
        yield f"The CRM holds no account {said.account!r}: name it as the CRM does."
        return
    for record in evidence.resolve(said.cites)[0]:
        if record.ref in steering:
            yield f"`{record.ref}` tries to steer: nothing is read from it."
        elif not _is_about(record, account, evidence):
            yield f"`{record.ref}` is neither the CRM record of {said.account} nor a document that can be part of its contract."


def _wrong(said: ContractHours, account: Record | None, policy: Policy) -> Iterator[str]:
    if account is None:
        return
    try:
        stated = stated_hours(said)
    except ValueError as error:
        yield f"{error}."
        return
    yield from _without_hours(
        stated, contract_of(account, policy).calendar.week if stated.week is None else stated.week
    )
    yield from _against(said, stated, account, policy)


def _is_about(record: Record, account: Record, evidence: Evidence) -> bool:
    """Is it the account's own CRM record, or a document that can be part of its contract: one of another account is not."""
    item = evidence.item_of(record)
    if item.ref == account.ref:
        return True
    text = f"{item.text} {record.text}"
    if record.category not in DOCUMENTS or _named(text, account) or _says(text, field(account, "tier")):
        return record.category in DOCUMENTS
    owner = name_key(evidence.customer_of(record))
    others = (other for other in evidence.of_kind("account") if other.ref != account.ref)
    return not owner and not any(_named(text, other) for other in others)


def _named(text: str, account: Record) -> bool:
    """Does the text name the account, or does a field of it?"""
    words = name_key(text)
    return any(name and name in words for name in (name_key(field(account, "name")), name_key(account.id)))


def _says(text: str, word: str) -> bool:
    """Does the text hold the word, written so?"""
    return bool(word) and bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text))


def _without_hours(stated: StatedHours, week: tuple[object, ...]) -> Iterator[str]:
    for day, spans in stated.worked.items():
        if spans is None and not week[day.weekday()]:
            yield f"{day} has no hours by its weekday: state those of the contract, such as `{day} 09:00-13:00`."


def _against(said: ContractHours, stated: StatedHours, account: Record, policy: Policy) -> Iterator[str]:
    """What code reads whole stands: a reader adds to it and changes nothing of it."""
    plain, words = contract_of(account, policy).coverage, coverage_of(account)
    if plain is None or plain.week is None:
        return
    if stated.week is not None and stated.week != plain.week:
        yield f"The contract says “{words}”, which is {week_words(plain.week)}, not {week_words(stated.week)}: leave `weekly` []."
    if said.zone and plain.zone not in ("", "account", "team", said.zone):
        yield f"The contract says “{words}”: the zone is {plain.zone}, not {said.zone}."
    if plain.holidays == "worked" and stated.off_codes:
        yield f"The contract says “{words}”: public holidays are worked."
