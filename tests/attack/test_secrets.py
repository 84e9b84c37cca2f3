"""Secrets that were planted in records, and our own, are found in no request to a model, journal, log, brief or export."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from tests.attack.tally import Attempts
from tests.customer_escalation.cli.test_main import workspace
from tests.customer_escalation.commands import Command
from tests.customer_escalation.scripts import CASES, answers, issue
from tests.messages_api import MessagesServer, by_turn

from customer_escalation.connectors.declared import find_declarations
from skill_runtime.mcp_host import McpHost, ServerSpec
from skill_runtime.permission import ToolPolicy
from skill_runtime.secrets import REMOVED, shown_address, shown_command, without_secrets
from skill_runtime.tools import Access
from support_connectors.workspace.store import load_workspace

KIND = "a planted secret"
BODY = "Ab3dEf6hIj9lMn2pQr5tUv8xYz1bCd4f"
PLANTED = {
    "Amazon": "AKIAIOSFODNN7EXAMPLQ",
    "GitHub": f"ghp_{BODY}{BODY[:4]}",
    "GitHub, fine": f"github_pat_{BODY}",
    "GitLab": f"glpat-{BODY[:20]}",
    "Slack": f"xoxb-2048-4096-{BODY[:24]}",
    "Stripe": f"sk_live_{BODY[:24]}",
    "Anthropic": f"sk-ant-api03-{BODY}",
    "OpenAI": f"sk-proj-{BODY}",
    "Google": f"AIza{BODY}xyz",
    "npm": f"npm_{BODY}{BODY[:4]}",
    "SendGrid": f"SG.{BODY[:22]}.{BODY}",
    "a signed token": f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.{BODY}",
    "a password": "Hunter22!x",
    "an address": "admin:S3cr3tPw",
}
KEY_BLOCK = f"-----BEGIN RSA PRIVATE KEY-----\n{BODY}\n{BODY}\n-----END RSA PRIVATE KEY-----"


def written(name: str, secret: str) -> str:
    """The secret as people paste it."""
    return {"a password": f"The password is {secret}", "an address": f"see https://{secret}@db.example/x"}.get(
        name, f"Key: {secret} ok"
    )


TEXT = " ".join([*(written(name, secret) for name, secret in PLANTED.items()), KEY_BLOCK])


def planted(value: Any) -> Any:
    """The records with all of it in every text."""
    if isinstance(value, list):
        return [planted(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: f"{one} {TEXT}" if key in ("text", "body") and isinstance(one, str) else planted(one)
        for key, one in value.items()
    }


def count(attempts: Attempts, where: str, text: str) -> None:
    """Look for each in a text."""
    for name, secret in PLANTED.items():
        attempts.had(f"{name} in {where}", secret in text)
    attempts.had(f"a private key in {where}", f"{BODY}\\n{BODY}" in text or f"{BODY}\n{BODY}" in text)


def test_what_was_planted_in_records_and_in_the_request_is_found_nowhere(attempts: Attempts, tmp_path: Path) -> None:
    command = Command(tmp_path)
    records = planted(json.loads((CASES / "08.json").read_text(encoding="utf-8"))["records"])
    file = workspace(tmp_path, records=records)
    with MessagesServer(by_turn(answers("08"))) as api:
        done = command(
            f"{issue('08')} {TEXT}",
            "--workspace",
            file,
            "--format",
            "json",
            ANTHROPIC_BASE_URL=api.url,
            ANTHROPIC_API_KEY=api.key,
        )
        asked = [json.dumps(seen.body, ensure_ascii=False) for seen in api.requests]
    assert done.code in (0, 3), done.err
    assert asked
    run = json.loads(done.out)["run"]
    for number, body in enumerate(asked):
        count(attempts, f"request {number}", body)
    count(attempts, "standard output", done.out)
    count(attempts, "standard error", done.err)
    for form in ("md", "html", "slack", "adf", "json"):
        count(attempts, form, command("show", run, "--format", form).out)
    count(attempts, "the printed journal", command("show", run, "--journal").out)
    for path in (tmp_path / "runs").rglob("*"):
        if path.is_file():
            count(attempts, path.name, path.read_text(encoding="utf-8", errors="replace"))
            attempts.had(f"{path.name} read by others", path.stat().st_mode & 0o077)
    attempts.had_none()
    assert REMOVED in json.dumps(json.loads(done.out)["records"])


async def test_a_server_that_echoes_our_secrets_gets_them_nowhere(attempts: Attempts) -> None:
    from mcp.server import MCPServer

    server = MCPServer("echo")
    secret = "wholly-unlike-any-vendors-form"

    def search(query: str, token: str = "") -> str:
        if query == "fail":
            raise ValueError(f"no rights for {token}")
        return f"you sent {token}"

    server.add_tool(search, description="Search.")
    spec = ServerSpec(
        "echo", "chat", server, headers={"Authorization": f"Bearer {secret}"}, arguments={"token": secret}
    )
    async with McpHost([spec], ToolPolicy({"chat.search": Access.READ})) as host:
        for query in ("x", "fail"):
            outcome = await host.tools[0].run({"query": query})
            attempts.had(query, secret in f"{outcome.text} {outcome.structured}")
        attempts.had("the states", secret in str(host.states))
    attempts.had_none()


@pytest.mark.parametrize(
    ("shown", "hidden"),
    [
        (shown_address(f"https://mcp.example/x?api_key={BODY}&v=2"), BODY),
        (shown_address(f"https://bob:{BODY}@mcp.example/x"), BODY),
        (shown_command(["run", "--api-key", BODY, "--verbose"]), BODY),
        (shown_command(["run", f"--token={BODY}", "x"]), BODY),
        (shown_command(["run", f"https://mcp.example/?key={BODY}"]), BODY),
        (shown_command(["run", f"sk-ant-api03-{BODY}"]), BODY),
    ],
)
def test_no_screen_shows_a_connectors_secret(shown: str, hidden: str) -> None:
    assert hidden not in shown
    assert "run" in shown or "mcp.example" in shown


def test_connectors_are_listed_without_their_secrets(attempts: Attempts, tmp_path: Path) -> None:
    file = tmp_path / "connectors.toml"
    file.write_text(
        f'[one]\ncategory = "chat"\nurl = "https://mcp.example/x?api_key={BODY}"\n'
        f'[two]\ncategory = "crm"\ncommand = "serve"\nargs = ["--token", "{BODY}"]\nenv = {{ KEY = "{BODY}" }}\n'
        f'[three]\ncategory = "email"\nurl = "https://bob:{BODY}@mcp.example/x"\nheaders = {{ Authorization = "Bearer {BODY}" }}\n'
        f'[four]\nsystem = "redmine"\nurl = "https://bob:{BODY}@tracker.example"\napi_key = "{BODY}"\n',
        encoding="utf-8",
    )
    for declared in find_declarations(tmp_path, lambda name: None, file).connectors:
        attempts.had(declared.name, BODY in declared.address or BODY in declared.problem)
    attempts.had_none()


def test_a_workspace_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    database = tmp_path / "workspace.db"
    database.touch(0o644)
    load_workspace(CASES / "08.json", database)
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in tmp_path.glob("workspace.db*")
        if not path.name.endswith(".lock")
    }
    assert set(modes.values()) == {0o600}, modes


@pytest.mark.parametrize(
    "text",
    [
        "Your password expired 3 days ago",
        "token: expired",
        "the password reset link v2 works",
        "commit 9f31c2e4a5b6c7d8e9f0a1b2c3d4e5f60718293a",
        "SK-10423",
        "bearer token is invalid",
        "api_key=${DESK_KEY1}",
        "https://desk.example/tickets/3044?a=1",
        "id 3f0c1a52-7b7e-4b4e-9d0e-0c5f2f3a1b2c",
        "key figures 2026: 12,000",
        "password must have 8 characters",
        "error SYNC-E77 in sync.batch_limit",
        "eyJ",
        "-----BEGIN CERTIFICATE-----",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert without_secrets(text) == text
