"""The files that relays answer from say what the servers say."""

import json
from pathlib import Path

import pytest
from tools.make_listings import listing

from customer_escalation.mcp_server.hub.listing import ESCALATION, SHIPPED, Listing
from support_connectors.categories import CATEGORIES


@pytest.mark.parametrize("name", [*CATEGORIES, ESCALATION])
async def test_a_listing_is_what_the_server_offers(name: str) -> None:
    shipped = json.loads((Path(SHIPPED) / f"{name}.json").read_text(encoding="utf-8"))
    assert shipped == await listing(name), "run `make docs`"


def test_one_server_with_everything_lists_all_tools_and_knows_what_is_on_cards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "workspace.db"
    monkeypatch.setenv("CUSTOMER_ESCALATION_DB", str(database))
    monkeypatch.setenv("CUSTOMER_ESCALATION_CACHE", str(tmp_path / "cache"))
    empty = Listing("all")
    empty.meet({})
    assert {"read_ticket", "assess"} & {tool["name"] for tool in empty.listed("tools/list")["tools"]} == {"assess"}
    database.touch()
    plain, with_cards = Listing("all"), Listing("all")
    plain.meet({})
    with_cards.meet({"extensions": {"io.modelcontextprotocol/ui": {}}})
    names = [{tool["name"] for tool in one.listed("tools/list")["tools"]} for one in (plain, with_cards)]
    assert {"assess", "read_ticket", "read_account"} <= names[0]
    assert "search_mail" not in names[0]  # no workspace holds mails
    assert names[1] - names[0] == {"approve_action"}
    assert plain.greeting("2025-06-18")["protocolVersion"] == "2025-06-18"
    assert plain.greeting("1999-01-01")["protocolVersion"] == "2025-11-25"
