"""One file for each kind of difference between a statement and its records; a new one is a file here and a line in the table."""

from customer_escalation.review.meaning.contest import Look
from customer_escalation.review.meaning.kinds import (
    cause,
    clipping,
    coverage,
    modality,
    opposites,
    order,
    polarity,
    quantity,
    rows,
    speakers,
    tense,
    units,
)

KINDS: tuple[Look, ...] = (
    polarity.look,
    clipping.look,
    tense.look,
    modality.look,
    quantity.look,
    speakers.look,
    cause.look,
    opposites.look,
    order.look,
    rows.look,
    units.look,
    coverage.look,
)
