"""A stand-in of PagerDuty's Events API v2: alerts by their key, each an incident of the service whose integration key it came with."""

import json
from pathlib import Path
from typing import Any

from tests.support_connectors.vendors.openapi import Reply, Request, VendorServer

Row = dict[str, Any]


def contract() -> Row:
    """The cut description."""
    found: Row = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return found


class PagerDuty:
    """The stand-in's data and handler."""

    def __init__(self, *keys: str) -> None:
        """``keys`` are the integration keys of its services."""
        self.keys = keys
        self.alerts: dict[tuple[str, str], list[Row]] = {}
        """The events of each open alert, by integration key and the alert's own key."""

    def server(self) -> VendorServer:
        """The stand-in as a server."""
        return VendorServer(contract(), {"createV2Event": self.take}, prefix="/v2")

    def take(self, request: Request) -> Reply:
        """One event."""
        event = request.body
        if event["routing_key"] not in self.keys:
            return Reply({"status": "invalid event", "message": "Event object is invalid"}, status=400)
        self.alerts.setdefault((event["routing_key"], event["dedup_key"]), []).append(event)
        return Reply({"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]}, status=202)
