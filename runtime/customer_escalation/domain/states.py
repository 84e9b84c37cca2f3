"""Whether a ticket or an item is open, waits, or is closed: by what its system says, else by the word of its status."""

from customer_escalation.domain.evidence import field
from skill_runtime.ledger import Record
from support_connectors.states import State, is_state
from support_connectors.states import state_of as state_of_word

__all__ = ["State", "state_of", "state_of_word"]


def state_of(record: Record) -> State | None:
    """The record's state; None where neither its system nor the table of words tells: then it is not known to be closed, and
    not known to be open either.
    """
    said = field(record, "state")
    return said if is_state(said) else state_of_word(field(record, "status"))
