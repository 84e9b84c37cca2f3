"""Results of servers that are not ours, as records that can be cited and that the rules can read.

Vendors' servers answer in forms of their own. What is recognised gets a stable reference (``category/id``) and our names for
its times, texts, authors and states, beside everything that the server said; what is not recognised is one record with the whole
text. A server can only make records of its own category: a reference that it gives to itself in another one is taken away.
"""

from customer_escalation.connectors.normalize.adopting import adopt, adopt_outcome

__all__ = ["adopt", "adopt_outcome"]
