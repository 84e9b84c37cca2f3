"""Customer escalation briefs that can be checked: every figure traceable to a ticket, an account or a message."""
