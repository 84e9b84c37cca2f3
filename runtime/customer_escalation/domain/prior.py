"""Escalations that earlier runs made of the same accounts (B6)."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

from customer_escalation.domain.evidence import Evidence, field, name_key


class EarlierEscalation(BaseModel):
    """A brief that an earlier run made; whether it was sent is not known here."""

    model_config = ConfigDict(frozen=True)

    run: str
    at: str
    """The moment as of which it was made, RFC 3339."""
    severity: str
    target: str
    summary: str
    accounts: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """As a record that can be cited, ``escalations/RUN``."""
        return {
            "ref": f"escalations/{self.run}", "kind": "escalation", "id": self.run, "at": self.at,
            "accounts": list(self.accounts), "title": f"{self.severity}, {self.target}, {self.at[:10]}",
            "severity": self.severity, "target": self.target, "text": self.summary,
        }  # fmt: skip


def recall(earlier: Sequence[EarlierEscalation], evidence: Evidence) -> None:
    """Put the earlier escalations of accounts that were met into the evidence (B6)."""
    met = {name_key(field(record, "customer")) for record in evidence.of_kind("ticket")}
    for item in earlier:
        if met & {name_key(account) for account in item.accounts}:
            evidence.ledger.add({"record": item.record()})
