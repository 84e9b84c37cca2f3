"""Business time, SLA clocks, windows and follow-up times, and their wording. Pure; ``now`` is passed in."""
