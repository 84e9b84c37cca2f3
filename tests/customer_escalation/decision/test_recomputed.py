"""Every figure of the six cases, computed again another way: minute by minute, from the case file alone.

Nothing here uses the product's calendars, clocks, records or wording helpers; business time is counted by looking at each minute.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation import scripts

from customer_escalation.headless import Request, start

CASES = sorted(path.stem for path in scripts.CASES.glob("*.json"))
MINUTE = timedelta(minutes=1)
TERMS = {"first_response": "first_response_h", "update": "update_h", "resolution": "resolution_h"}
FOLLOW_UP = {"Critical": (2, "hours"), "High": (4, "open"), "Medium": (1, "days")}
LONGEST_UPDATE = {"Critical": (4, "hours"), "High": (8, "open"), "Medium": (2, "days")}
OFFSETS = [timedelta(hours=hours) for hours in range(-11, 13)]
_NUMBER = r"(\d[\d,]*)"


@pytest.fixture(scope="module", params=CASES)
def run(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A case file and the result of its run."""
    name: str = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUSTOMER_ESCALATION_RUNS", str(tmp_path_factory.mktemp("runs")))
        workspace = str(Path(scripts.CASES / f"{name}.json"))
        tickets = [
            ticket["id"] for ticket in scripts.case(name)["records"]["support_platform"] if ticket["status"] != "solved"
        ]
        answers = {"case": {"answer": " ".join(tickets), "refs": []}}
        asked = Request(
            issue=scripts.issue(name), workspace=workspace, use_model=False, answers=answers, answered_by="Ada"
        )
        result = start(asked, lambda event: None)
    return scripts.case(name), dict(result.data)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)


def in_words(text: str) -> datetime:
    """``2026-08-05 15:00 UTC``"""
    return datetime.strptime(text, "%Y-%m-%d %H:%M UTC").replace(tzinfo=UTC)


def is_open(at: datetime) -> bool:
    """Monday to Friday, nine to six, as all six organisations work."""
    return at.weekday() < 5 and 9 <= at.hour < 18


def open_minutes(since: datetime, until: datetime) -> int:
    count, at = 0, since
    while at < until:
        count += is_open(at)
        at += MINUTE
    return count


def after_open(since: datetime, minutes: int) -> datetime:
    at = since
    while minutes:
        minutes -= is_open(at)
        at += MINUTE
    return at


def after(since: datetime, amount: float, unit: str) -> datetime:
    if unit == "hours":
        return since + timedelta(hours=amount)
    if unit == "open":
        return after_open(since, int(amount * 60))
    at = since
    for _ in range(int(amount)):
        at += timedelta(days=1)
        while at.weekday() > 4:
            at += timedelta(days=1)
    return at


def minutes_of(words: str) -> int:
    """``5 days 22 h``, ``1,416 h``, ``30 min``"""
    units = {"day": 1440, "days": 1440, "h": 60, "min": 1, "business hours": 60, "business hour": 60}
    found = re.findall(rf"{_NUMBER} (days?|business hours?|h|min)\b", words)
    assert found, words
    return sum(int(number.replace(",", "")) * units[unit] for number, unit in found)


def tickets(case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {ticket["id"]: ticket for ticket in case["records"]["support_platform"]}


def accounts(case: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {account["name"]: account for account in case["records"].get("crm", [])}


def figures(result: dict[str, Any], ending: str) -> Iterator[tuple[str, str]]:
    """The tickets with such a figure, and its text."""
    for figure in result["brief"]["figures"]:
        ticket, _, kind = figure["ref"].removeprefix("figures/").rpartition(".")
        if kind == ending and ticket:
            yield ticket, figure["text"]


def general(result: dict[str, Any], name: str) -> str:
    return next((one["text"] for one in result["brief"]["figures"] if one["ref"] == f"figures/{name}"), "")


def ours(ticket: dict[str, Any], now: datetime) -> list[datetime]:
    return [
        moment(one["at"])
        for one in ticket["messages"]
        if one["role"] == "agent" and not one.get("internal") and moment(one["at"]) <= now
    ]


def theirs(ticket: dict[str, Any], now: datetime) -> list[datetime]:
    own = ticket["customer"]
    return [moment(one["at"]) for one in ticket["messages"]
            if one["role"] == "customer" and one.get("account", own) == own and moment(one["at"]) <= now]  # fmt: skip


def begun(note: str, ticket: dict[str, Any], now: datetime) -> datetime:
    """The moment that a clock says it counts from."""
    if note == "the ticket's creation":
        return moment(ticket["created_at"])
    if note == "our last public reply":
        return ours(ticket, now)[-1]
    if note == "the customer's answer":
        return next(at for at in theirs(ticket, now) if at > ours(ticket, now)[-1])
    assert note == "the customer's last message of the reopened ticket"
    return theirs(ticket, now)[-1]


def test_ages_and_last_replies(run: tuple[dict[str, Any], dict[str, Any]]) -> None:
    case, result = run
    now, seen = moment(case["now"]), 0
    for name, text in figures(result, "age"):
        seen += 1
        words, _, at = text.rstrip(")").partition(" since it was reported (")
        assert in_words(at) == moment(tickets(case)[name]["created_at"])
        spent = (now - in_words(at)) // MINUTE
        assert (
            minutes_of(words)
            <= spent
            < minutes_of(words) + (1440 if "day" in words and " h" not in words else 60 if "day" in words else 1)
        )
    for name, text in figures(result, "last_reply"):
        last = ours(tickets(case)[name], now)
        assert (f"({last[-1]:%Y-%m-%d %H:%M} UTC)" in text) if last else text == "no public reply of ours is on record"
    assert seen


def test_clocks(run: tuple[dict[str, Any], dict[str, Any]]) -> None:
    case, result = run
    now, seen = moment(case["now"]), 0
    for kind, term in TERMS.items():
        for name, text in figures(result, kind):
            seen += 1
            ticket = tickets(case)[name]
            target = accounts(case)[ticket["customer"]]["sla"][term] * 60
            text, _, unpaused = text.partition("; counted from our last public reply it is ")
            text, _, span = text.partition("; due between ")
            state, counted = text.split(", counted from ", 1)
            note, until = re.match(r"(.+?) to (now|our first public reply)", counted).groups()  # type: ignore[union-attr]
            since = begun(note, ticket, now)
            end = now if until == "now" else min(at for at in ours(ticket, now) if at >= since)
            used = open_minutes(since, end)
            assert counted.endswith(", Mon-Fri 09:00-18:00 UTC (the account's own zone is not on record)")
            if span:
                first, last = re.match(r"(.+? UTC) and (.+? UTC)", span).groups()  # type: ignore[union-attr]
                everywhere = [after_open(since + zone, target) - zone for zone in OFFSETS]
                assert (in_words(first), in_words(last)) == (min(everywhere), max(everywhere))
            if unpaused:
                late, at = re.match(r"missed by (.+) since (.+), and no record", unpaused).groups()  # type: ignore[union-attr]
                from_ours = ours(ticket, now)[-1]
                assert (minutes_of(late), in_words(at)) == (
                    open_minutes(from_ours, now) - target,
                    after_open(from_ours, target),
                )
            if state.startswith("met"):
                spent, allowed = re.match(r"met \((.+) of (.+)\)", state).groups()  # type: ignore[union-attr]
                assert (minutes_of(spent), minutes_of(allowed)) == (used, target)
                assert used <= target
                continue
            if state.startswith("missed"):
                late, spent, allowed = re.match(r"missed by (.+) \(answered after (.+), (.+) allowed\)", state).groups()  # type: ignore[union-attr]
                assert (minutes_of(late), minutes_of(spent), minutes_of(allowed)) == (used - target, used, target)
                continue
            due = after_open(since, target)
            if state.startswith("due now"):
                late, allowed, at = re.match(r"due now, (.+) overdue \((.+) allowed, until (.+)\)", state).groups()  # type: ignore[union-attr]
                assert (minutes_of(late), minutes_of(allowed), in_words(at)) == (used - target, target, due)
                continue
            at, spent, allowed, left = re.match(r"due (.+) \((.+) of (.+) used, (.+) left\)", state).groups()  # type: ignore[union-attr]
            assert (in_words(at), minutes_of(spent), minutes_of(allowed), minutes_of(left)) == (
                due,
                used,
                target,
                target - used,
            )
            assert due > now
    assert seen


def test_sums_and_counts(run: tuple[dict[str, Any], dict[str, Any]]) -> None:
    case, result = run
    now, crm = moment(case["now"]), accounts(case)
    names = [row["name"] for row in result["brief"]["computed"]["accounts"]]
    assert general(result, "affected").startswith(f"{len(names)} account")
    for name in names:
        assert f"{name} ({crm[name]['tier']})" in general(result, "affected")
    total = sum(crm[name]["arr_usd"] for name in names)
    assert general(result, "arr").startswith(f"${total:,} ARR")
    deals = [deal for name in names for deal in crm[name].get("open_deals", [])]
    pipeline = general(result, "pipeline")
    assert (
        pipeline.startswith(f"${sum(deal['amount_usd'] for deal in deals):,} in {len(deals)} deal")
        if deals
        else pipeline == ""
    )
    month = now - timedelta(days=30)
    cited = {ref for row in result["brief"]["computed"]["accounts"] for ref in row["cites"]}
    own = [ticket for ticket in tickets(case).values() if f"support_platform/{ticket['id']}" in cited]
    recent = {ticket["customer"] for ticket in own if moment(ticket["created_at"]) >= month}
    assert general(result, "pattern").startswith(f"{len(recent)} account")
    first = min(moment(ticket["created_at"]) for ticket in own)
    assert general(result, "queue").endswith(f"since the first report ({first:%Y-%m-%d %H:%M} UTC)")


def test_windows_follow_ups_and_next_updates(run: tuple[dict[str, Any], dict[str, Any]]) -> None:
    case, result = run
    severity, now = result["severity"], moment(case["now"])
    if severity is None:
        assert general(result, "window") == ""
        return
    assert in_words(general(result, "followup").partition(" (")[0]) == after(now, *FOLLOW_UP[severity])
    response = re.search(r"responds (?:by (.+?) \(|now)", general(result, "window"))
    assert response is not None
    if severity == "Critical":
        assert response[1] is None
    elif severity == "High":
        closing = after_open(now, 4 * 60)
        today = now.replace(hour=18, minute=0)
        soon = min(today, now + timedelta(hours=8)) if is_open(now) and open_minutes(now, today) >= 4 * 60 else closing
        assert in_words(response[1]) == soon
    else:
        friday = now + timedelta(days=4 - now.weekday())
        assert in_words(response[1]) == friday.replace(hour=18, minute=0)
    for name, text in figures(result, "next_update"):
        ticket = tickets(case)[name]
        terms = accounts(case)[ticket["customer"]].get("sla") or {}
        longest = after(now, *LONGEST_UPDATE[severity])
        by_contract = after_open(now, terms["update_h"] * 60) if terms.get("update_h") else longest
        afterwards = min(longest, by_contract)
        if not ours(ticket, now):
            assert text.startswith(
                f"due now (never answered), then by {afterwards:%Y-%m-%d %H:%M} UTC ({severity}: every "
            )
            continue
        running = [in_words(found[1]) for kind in ("first_response", "update") for one, told in figures(result, kind)
                   if one == name and (found := re.search(r"due (\d{4}-.+? UTC)", told))]  # fmt: skip
        overdue = any(
            one == name and told.startswith("due now")
            for kind in ("first_response", "update")
            for one, told in figures(result, kind)
        )
        due = now if overdue else min([afterwards, *running])
        assert text.startswith("due now" if due <= now else f"by {due:%Y-%m-%d %H:%M} UTC")
        rest = re.search(r"(?:then|after a reply now,) by (.+ UTC) \(", text)
        assert in_words(rest[1]) == afterwards if rest else due == afterwards


def test_the_case_files_are_those_of_organisations_that_work_as_this_counts() -> None:
    for name in CASES:
        policy = json.loads((scripts.CASES / f"{name}.json").read_text(encoding="utf-8"))["policy"]
        assert policy["business_hours"] == "Mon-Fri 09:00-18:00 in the account timezone"
        assert policy["team_timezone"] == "UTC"
