"""What the first layer says of a statement: what the record says otherwise, and how sure that is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from customer_escalation.review.meaning.compared import Compared


@dataclass(frozen=True)
class Contest:
    """One thing that the records say otherwise than the statement."""

    kind: str
    """What differs, such as ``negation`` or ``order``."""
    certain: bool
    """Code alone can tell; otherwise it is where a reader should look first."""
    message: str
    """What differs, in a sentence for the writer."""
    ref: str
    words: str = ""
    """Of the record, as they stand there; empty where it is a field."""


Look = Callable[[Compared], Iterator[Contest]]
"""One kind of difference: a pure function."""
