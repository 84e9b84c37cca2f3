"""The card in a real browser, in the sandbox and under the content policy that hosts give it."""

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp.client import advertise
from tests.customer_escalation.mcp_server.desk import Desk, accepted, desk, handed, scripted
from tests.customer_escalation.scripts import issue

from customer_escalation.mcp_server.card import URI

playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed")
APPS = advertise("io.modelcontextprotocol/ui", {"mimeTypes": ["text/html;profile=mcp-app"]})
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "media-src 'self' data:; connect-src 'none'"
)
"""What a host gives an app that asks for nothing."""
HOST = """<!doctype html><iframe id="app" sandbox="allow-scripts" style="width:760px;height:2400px" src="http://app.test/"></iframe>
<script>
window.told = []; const app = document.getElementById("app");
const send = message => app.contentWindow.postMessage({jsonrpc: "2.0", ...message}, "*");
addEventListener("message", async event => {
  if (event.source !== app.contentWindow) return;
  const message = event.data; told.push(message);
  if (message.method === "ui/initialize") send({id: message.id, result: {protocolVersion: "2026-01-26", hostInfo: {name: "t", version: "1"},
    hostCapabilities: {serverTools: {}, message: {text: {}}}, hostContext: {theme: "THEME", displayMode: "inline"}}});
  else if (message.method === "ui/notifications/initialized")
    send({method: "ui/notifications/tool-result", params: await call("show_brief", SHOWN)});
  else if (message.method === "tools/call") send({id: message.id, result: await call(message.params.name, message.params.arguments)});
  else if (message.method && message.id !== undefined) send({id: message.id, result: {}});
});
</script>"""


@asynccontextmanager
async def shown(at: Desk, case: str, theme: str = "light") -> AsyncIterator[tuple[Any, Any]]:
    """The card with a case's brief: the page of the host and the frame of the card. Fails on any error in the browser."""
    html = getattr((await at.client.read_resource(URI)).contents[0], "text", "")

    async def call(name: str, arguments: dict[str, Any]) -> Any:
        result = await at.client.call_tool(name, arguments)
        return result.model_dump(mode="json", by_alias=True, exclude_none=True)

    async with playwright.async_playwright() as engine:
        browser = await engine.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = await browser.new_page(viewport={"width": 800, "height": 1200})
        page.set_default_timeout(300_000)
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        host = HOST.replace("SHOWN", json.dumps({"case": case})).replace("THEME", theme)
        policy = {"Content-Security-Policy": POLICY}
        await page.route("http://host.test/", lambda route: route.fulfill(content_type="text/html", body=host))
        await page.route(
            "http://app.test/", lambda route: route.fulfill(content_type="text/html", body=html, headers=policy)
        )
        await page.expose_function("call", call)
        await page.goto("http://host.test/")
        frame = page.frame_locator("#app")
        await frame.locator("h2").first.wait_for()
        yield page, frame
        await browser.close()
    assert errors == []


async def test_a_click_on_a_sentence_shows_its_records(folder: Path) -> None:
    async with desk(folder, extensions=[APPS]) as at:
        case = await accepted(at, "15")
        async with shown(at, case) as (_, frame):
            assert await frame.locator("#chips span").all_inner_texts() == [
                "Escalate",
                "High",
                "To Leadership",
                "Notify Engineering",
            ]
            sentence = frame.locator("main [role=button]").first
            await sentence.click()
            evidence = frame.locator(".evidence")
            assert "KB-5266" in await evidence.first.inner_text()
            assert "I opened 3 support tickets" in await evidence.first.inner_text()
            assert await sentence.get_attribute("aria-expanded") == "true"
            await sentence.click()
            assert await evidence.count() == 0


async def test_a_person_approves_on_the_card_and_the_assistant_hears_of_it(folder: Path) -> None:
    async with desk(folder, extensions=[APPS]) as at:
        case = await accepted(at, "15")
        async with shown(at, case) as (page, frame):
            second = frame.locator(".action").nth(1)
            await second.locator("summary").click()
            assert scripted("15")[2]["drafts"][0]["text"].split("\n")[0] in await second.locator("pre").inner_text()
            await second.locator("button").click()
            assert "Enter your name" in await frame.locator("#said").inner_text()
            await frame.locator("#name").fill("Sam Roe")
            await second.locator("button").click()
            await second.locator(".done").wait_for()
            await page.wait_for_function("told.some(message => message.method === 'ui/message')")
            said = await page.evaluate("told.find(message => message.method === 'ui/message').params.content[0].text")
        assert "I approved action 2" in said
        actions = (await at.good("propose_actions", case=case)).data["actions"]
        assert [(one["number"], one["approved_by"]) for one in actions if one["approved_by"]] == [(2, "Sam Roe")]


async def test_text_of_others_stays_text(folder: Path) -> None:
    facts, _, draft = scripted("15")
    hostile = (
        "<img src=x onerror=parent.postMessage(1,'*')><script>document.title='owned'</script> [x](javascript:alert(1))"
    )
    note = {
        "ref": "chat/h-1",
        "kind": "chat_message",
        "at": "2026-05-03T10:00:00Z",
        "author": "<b>Eve</b>",
        "text": hostile,
    }
    draft["containment"] = "A colleague posted markup [[chat/h-1]]."
    draft["drafts"][0]["text"] = f"Hello {hostile}"
    async with desk(folder, extensions=[APPS]) as at:
        case = (await at.good("assess", issue=issue("15"), facts=facts, records=[note])).data["case"]
        await at.good("check_brief", case=case, **handed(draft))
        async with shown(at, case, "dark") as (_, frame):
            await frame.get_by_role("button", name="A colleague posted markup").press("Enter")
            assert hostile in await frame.locator(".evidence q").last.inner_text()
            assert await frame.locator("img, a, main script, iframe").count() == 0
            assert await frame.locator("body").evaluate("() => document.title") == "Escalation brief"
            assert (
                await frame.locator("body").evaluate("body => getComputedStyle(body).backgroundColor")
                == "rgb(20, 24, 31)"
            )


async def test_tools_of_the_card_say_so(folder: Path) -> None:
    async with desk(folder, extensions=[APPS]) as at:
        tools = {tool.name: tool for tool in (await at.client.list_tools()).tools}
        told = await at.call("approve_action", case="x", action="0" * 64, name="Mallory", seal="x")
    async with desk(folder) as at:
        assert {tool.name for tool in (await at.client.list_tools()).tools} == tools.keys() - {"approve_action"}
        case = await accepted(at, "15")
        action = (await at.good("propose_actions", case=case)).data["actions"][0]["id"]
        alone = await at.call("approve_action", case=case, action=action, name="Mallory", seal="x")
        assert "Only the card" in alone.text
        assert not any(one["approved_by"] for one in (await at.good("propose_actions", case=case)).data["actions"])
    assert (tools["show_brief"].meta or {})["ui"] == {"resourceUri": URI, "visibility": ["model", "app"]}
    assert (tools["approve_action"].meta or {})["ui"]["visibility"] == ["app"]
    assert told.failed
