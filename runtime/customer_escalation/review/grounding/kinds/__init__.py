"""Every kind of atoms but quotations and names. A new one is a file here and a line in the table."""

from customer_escalation.review.grounding.kind import AtomKind
from customer_escalation.review.grounding.kinds.addresses import ADDRESS
from customer_escalation.review.grounding.kinds.dates import DATE
from customer_escalation.review.grounding.kinds.durations import DURATION
from customer_escalation.review.grounding.kinds.ids import ID
from customer_escalation.review.grounding.kinds.money import MONEY
from customer_escalation.review.grounding.kinds.numbers import NUMBER_KIND, ROUND_THE_CLOCK
from customer_escalation.review.grounding.kinds.percents import PERCENT
from customer_escalation.review.grounding.kinds.times import TIME
from customer_escalation.review.grounding.kinds.versions import VERSION
from customer_escalation.review.grounding.kinds.weekdays import WEEKDAY

KINDS: tuple[AtomKind, ...] = (
    ADDRESS, DATE, TIME, MONEY, PERCENT, VERSION, ID, DURATION, ROUND_THE_CLOCK, NUMBER_KIND, WEEKDAY,
)  # fmt: skip
"""The most specific first: what one has taken, no later one sees."""
BY_NAME = {kind.name: kind for kind in KINDS}
