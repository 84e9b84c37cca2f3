"""Questions to a person at a terminal: the evidence in brief, a question at a time, y, n, u, back, why or q."""

import re
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from customer_escalation.cases.interview import Turn
from customer_escalation.decision.inputs import DecisionInput
from customer_escalation.decision.questions import Choice, Question
from customer_escalation.domain.categories import ANSWERS
from customer_escalation.domain.evidence import Evidence, field
from customer_escalation.domain.people import writer_of
from customer_escalation.domain.record_ids import shown_id
from skill_runtime.ledger import Record

SHOWN, BEARING = 400, 240
"""Characters shown of a message: of the case, and of what bears on a question."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+|[\ud800-\udfff]")
"""What would move the cursor, colour the screen or turn the writing round."""
_WORDS: dict[str, Turn] = {
    "u": "unknown", "?": "unknown", "unknown": "unknown", "b": "back", "back": "back", "q": "quit", "quit": "quit",
    "each": "each", "e": "each",
}  # fmt: skip


class TerminalInterviewer:
    """Writes to standard error and reads lines of standard input; the end of the input stops it."""

    def __init__(self, by: str, pause: Callable[[], AbstractContextManager[None]]) -> None:
        """``pause`` holds the progress while somebody is asked."""
        self.by = by
        self._pause = pause
        self._shown: set[str] = set()

    def begin(self, case: DecisionInput) -> None:
        """The tickets with what their customers wrote first and last."""
        with self._pause():
            self._say("", "No model reads the records, so you are asked what only reading tells.", "")
            for ticket in (ticket for account in case.affected for ticket in case.evidence.tickets(account.tickets)):
                self._say(_headline(ticket))
                own = [part for part in case.evidence.messages(ticket) if not case.evidence.by_us(part)]
                for part in [*own[:1], *own[1:][-1:]]:
                    self._show(part, SHOWN)
            self._say("", "Answer y, n, u (unknown), back, why or q (stop); or the number of what is so.")

    def choose(self, text: str, tickets: Sequence[Record], evidence: Evidence) -> tuple[Record, ...] | None:
        """See ``Interviewer``; several numbers may be given."""
        with self._pause():
            self._say("", text)
            for number, ticket in enumerate(tickets, 1):
                self._say(f"  {number}  {_headline(ticket)}")
                for part in [one for one in evidence.messages(ticket) if not evidence.by_us(one)][:1]:
                    self._show(part, BEARING)
            self._say("  n  none of these", "", "Answer with a number or several, n, or u (unknown).")
            while True:
                word = self._line().casefold()
                numbers = [int(one) for one in word.replace(",", " ").split() if one.isdigit()]
                if word in ("u", "q", "unknown", "quit", ""):
                    return None
                if word in ("n", "no"):
                    return ()
                if numbers and all(0 < one <= len(tickets) for one in numbers):
                    return tuple(tickets[one - 1] for one in dict.fromkeys(numbers))
                if word in ("y", "yes") and len(tickets) == 1:
                    return tuple(tickets)
                self._say(f"Numbers from 1 to {len(tickets)}, n or u.")

    def ask(self, question: Question, case: DecisionInput, *, each: bool) -> Choice | Turn:
        """See ``Interviewer``."""
        with self._pause():
            self._say("", question.text)
            for number, choice in enumerate(question.choices, 1):
                self._say(f"  {number}  {choice.label}")
            self._say(f"  n  {question.none.label}", *(["  each  not the same for every account"] if each else []))
            for ref in question.bearing:
                record = case.evidence.ledger.get(ref)
                if record is not None and record.category != ANSWERS and ref not in self._shown:
                    self._show(record, BEARING)
            while True:
                turn = self._turn(question, each=each)
                if turn is not None:
                    return turn

    def _turn(self, question: Question, *, each: bool) -> Choice | Turn | None:
        """One line of the person; None where it has to be asked again."""
        word = self._line().casefold()
        if word in ("n", "no", "0"):
            return question.none
        if word.isdigit() and 0 < int(word) <= len(question.choices):
            return question.choices[int(word) - 1]
        if word in ("y", "yes"):
            if len(question.choices) == 1:
                return question.choices[0]
            self._say(f"Which one? 1 to {len(question.choices)}.")
        elif word in ("w", "why"):
            self._why(question)
        elif word in _WORDS and (_WORDS[word] != "each" or each):
            return _WORDS[word]
        else:
            self._say("Answer y, n, u, back, why, q, or a number.")
        return None

    def _line(self) -> str:
        """What the person types; ``q`` at the end of the input."""
        sys.stderr.write("> ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            self._say("")
            return "q"
        return line.strip() or "-"

    def _why(self, question: Question) -> None:
        self._say(question.why)
        for choice in (*question.choices, question.none):
            if choice.decides:
                self._say(f"  {choice.label}: {choice.decides}")

    def _show(self, record: Record, most: int) -> None:
        self._shown.add(record.ref)
        text = _plain(
            next((found for key in ("text", "body", "title", "subject") if (found := field(record, key))), "")
        )
        who = " ".join(part for part in (writer_of(record), field(record, "at")[:10]) if part)
        cut = f"{text[:most].rstrip()} ..." if len(text) > most else text
        self._say(f"    {_plain(who) or _name(record)}: {cut}")

    def _say(self, *lines: str) -> None:
        for line in lines:
            print(_plain_line(line), file=sys.stderr)


def _headline(ticket: Record) -> str:
    about = "  ".join(field(ticket, key) for key in ("customer", "status") if field(ticket, key))
    return f"{_name(ticket)}  {about}: {_plain(field(ticket, 'subject'))}"


def _name(record: Record) -> str:
    return shown_id(record.id) or record.id


def _plain(text: str) -> str:
    return " ".join(_UNSEEN.sub(" ", text).split())


def _plain_line(line: str) -> str:
    """Nothing of a record reaches a terminal raw."""
    return _UNSEEN.sub(" ", line)
