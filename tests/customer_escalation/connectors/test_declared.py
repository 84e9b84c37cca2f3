"""Declarations are read from the project's and the user's files, with variables, and start nothing."""

import json
from pathlib import Path

import pytest

from customer_escalation.connectors.declaration import Declarations
from customer_escalation.connectors.declared import find_declarations, project_file, user_file
from skill_runtime.errors import ConnectorError
from skill_runtime.servers import ServerConfig

VALUES = {"TOKEN": "t0k", "keyring:desk.api_key": "k3y"}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def found(folder: Path, named: Path | None = None) -> Declarations:
    return find_declarations(folder, VALUES.get, named)


def test_the_projects_declarations_come_before_the_users(tmp_path: Path) -> None:
    write(project_file(tmp_path), '[desk]\nurl = "https://project.example/mcp"\ncategory = "crm"\n')
    write(user_file(), '[desk]\nurl = "https://user.example/mcp"\n[mine]\nurl = "https://mine.example/mcp"\n')
    write(
        tmp_path / ".mcp.json", json.dumps({"mcpServers": {"chat": {"type": "sse", "url": "https://chat.example/sse"}}})
    )
    declarations = found(tmp_path)
    assert [(one.name, one.scope) for one in declarations.connectors] == [
        ("desk", "project"),
        ("chat", "project"),
        ("mine", "user"),
    ]
    assert declarations.named("desk").address == "https://project.example/mcp"
    assert declarations.named("chat").server is not None
    assert declarations.named("chat").server.transport == "sse"  # type: ignore[union-attr]
    assert "declared in" in str(declarations.notes[0])


def test_variables_defaults_and_kept_secrets_are_filled_in(tmp_path: Path) -> None:
    text = """
    [desk]
    system = "redmine"
    url = "${DESK_URL:-https://desk.example}"
    api_key = "${keyring:desk.api_key}"
    [web]
    url = "https://web.example/mcp"
    headers = {Authorization = "Bearer ${TOKEN}"}
    """
    declarations = found(tmp_path, write(tmp_path / "c.toml", text))
    assert declarations.named("desk").settings == {"url": "https://desk.example", "api_key": "k3y"}
    web = declarations.named("web").server
    assert web is not None
    assert web.headers == {"Authorization": "Bearer t0k"}
    assert "k3y" not in repr(declarations.named("desk"))


def test_what_is_not_set_is_a_problem_of_that_connector_alone(tmp_path: Path) -> None:
    text = '[a]\nurl = "https://a.example/${NOT_SET}"\n[b]\nsystem = "redmine"\nurl = "https://b.example"\napi_key = "${keyring:gone}"\n'
    declarations = found(tmp_path, write(tmp_path / "c.toml", text))
    assert declarations.named("a").problem == "NOT_SET is not set in the environment"
    assert declarations.named("b").problem == "the keyring holds no secret gone"


def test_an_empty_address_is_skipped_with_a_note(tmp_path: Path) -> None:
    write(tmp_path / ".mcp.json", json.dumps({"mcpServers": {"later": {"type": "http", "url": ""}}}))
    declarations = found(tmp_path)
    assert declarations.connectors == ()
    assert "its url is empty" in str(declarations.notes[0])


def test_an_assistants_entries_for_our_own_servers_are_no_connectors(tmp_path: Path) -> None:
    entries = {
        "support": {"command": "customer-escalation", "args": ["mcp", "support_platform"]},
        "crm": {"command": "python", "args": ["-m", "customer_escalation", "mcp", "crm"]},
        "other": {"command": "npx", "args": ["other"]},
    }
    write(tmp_path / ".mcp.json", json.dumps({"mcpServers": entries}))
    assert [one.name for one in found(tmp_path).connectors] == ["other"]


def test_nor_are_those_of_a_client_that_writes_the_command_as_a_list(tmp_path: Path) -> None:
    own = {"type": "local", "command": ["sh", "/plugins/customer-escalation/bin/customer-escalation", "mcp", "crm"]}
    bare = {"type": "local", "command": ["customer-escalation", "mcp", "chat"]}
    desk = {"type": "local", "command": ["npx", "desk"]}
    write(tmp_path / "opencode.json", json.dumps({"mcp": {"crm": own, "chat": bare, "desk": desk}}))
    assert [one.name for one in found(tmp_path).connectors] == ["desk"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[desk", "is not TOML"),
        ("desk = 7", "must be a table"),
        ("[desk]\ncolour = 1", "needs a command to start or a url to reach"),
        ("[desk]\nurl = 7", "url"),
        ('["a b"]\nurl = "https://x.example"', "at most 40 letters"),
        ('[desk]\nsystem = "../evil"', "must be a name"),
        ('[desk]\nurl = "https://x.example"\ncategory = 3', "category must be text"),
        ('[desk]\nurl = "https://x.example"\nauth = "magic"', "auth"),
    ],
)
def test_a_file_that_breaks_the_form_is_a_sentence_with_its_place(text: str, sentence: str, tmp_path: Path) -> None:
    path = write(tmp_path / "c.toml", text)
    with pytest.raises(ConnectorError) as refusal:
        find_declarations(tmp_path, VALUES.get, path, strict=True)
    assert str(path) in str(refusal.value)
    assert sentence in str(refusal.value)


def test_a_file_that_is_not_there_or_not_text_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match="cannot be read"):
        found(tmp_path, tmp_path / "absent.toml")
    (tmp_path / "c.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConnectorError, match="not UTF-8"):
        found(tmp_path, tmp_path / "c.toml")


def test_the_digest_is_of_the_declaration_as_written(tmp_path: Path) -> None:
    path = write(tmp_path / "c.toml", '[desk]\nurl = "https://x.example/${TOKEN}"\n')
    first = found(tmp_path, path).named("desk").digest
    assert find_declarations(tmp_path, {"TOKEN": "other"}.get, path).named("desk").digest == first
    write(path, '[desk]\nurl = "https://x.example/${OTHER:-TOKEN}"\n')
    assert found(tmp_path, path).named("desk").digest != first


def test_an_unknown_name_lists_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ConnectorError, match=r"no connector 'x'; declared: none\."):
        found(tmp_path).named("x")


CLIENTS = {
    "most clients": (".mcp.json", """{"mcpServers": {"desk": {
        "command": "npx", "args": ["-y", "desk", 8080], "env": {"PORT": 1, "ON": true}}}}"""),
    "VS Code": (".vscode/mcp.json", """{
        // the desk
        "inputs": [{"id": "key", "type": "promptString"}],
        "servers": {"desk": {"type": "http", "url": "https://desk.example/mcp", "headers": {"X-Key": "${env:TOKEN}"},},}, /* the end */
    }"""),
    "VS Code's settings": ("settings.json", '{"editor.tabSize": 2, "mcp": {"servers": {"desk": {"command": "desk"}}}}'),
    "opencode, local": ("opencode.json", """{"$schema": "x", "mcp": {"desk": {
        "type": "local", "command": ["npx", "desk"], "environment": {"A": "b"}}}}"""),
    "opencode, remote": ("opencode.json", '{"mcp": {"desk": {"type": "remote", "url": "https://desk.example/mcp", "enabled": true}}}'),
    "Windsurf": ("w.json", '{"mcpServers": {"desk": {"serverUrl": "https://desk.example/mcp"}}}'),
    "Gemini": ("g.json", '{"mcpServers": {"desk": {"httpUrl": "https://desk.example/mcp", "timeout": 5000}}}'),
    "Cline": ("c.json", '{"mcpServers": {"desk": {"transportType": "stdio", "command": "desk", "disabled": false, "autoApprove": []}}}'),
    "Codex": ("config.toml", '[mcp_servers.desk]\nurl = "https://desk.example/mcp"\nbearer_token_env_var = "TOKEN"\n'),
    "Zed": ("zed.json", '{"context_servers": {"desk": {"command": {"path": "desk", "args": ["x"], "env": null}}}}'),
    "Continue": ("continue.json", '{"mcpServers": [{"name": "desk", "type": "streamable-http", "url": "https://desk.example/mcp"}]}'),
    "the servers alone": ("bare.json", '{"desk": {"type": "sse", "url": "https://desk.example/sse"}}'),
}  # fmt: skip
"""Files as clients write them: where, and what."""


@pytest.mark.parametrize("client", CLIENTS)
def test_the_configuration_of_any_client_is_read(client: str, tmp_path: Path) -> None:
    name, text = CLIENTS[client]
    declarations = found(tmp_path, write(tmp_path / name, text))
    [desk] = declarations.connectors
    assert (desk.name, desk.problem) == ("desk", "")
    assert desk.server is not None
    assert "desk" in desk.address
    assert not [note for note in declarations.notes if note.level != "info"]


def test_what_a_client_writes_its_own_way_means_the_same(tmp_path: Path) -> None:
    def server(client: str) -> ServerConfig:
        name, text = CLIENTS[client]
        config = found(tmp_path, write(tmp_path / name, text)).named("desk").server
        assert config is not None
        return config

    assert server("most clients").args == ("-y", "desk", "8080")
    assert server("most clients").env == {"PORT": "1", "ON": "true"}
    assert server("VS Code").headers == {"X-Key": "t0k"}
    assert (server("opencode, local").command, server("opencode, local").args) == ("npx", ("desk",))
    assert server("opencode, local").env == {"A": "b"}
    assert server("Codex").headers == {"Authorization": "Bearer t0k"}
    assert server("the servers alone").transport == "sse"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("io.github.acme/desk", "io-github-acme-desk"),
        ("My Desk", "My-Desk"),
        ("@acme/desk", "acme-desk"),
        ("x" * 60, "x" * 40),
    ],
)
def test_a_name_of_another_client_is_brought_to_ours_and_found_by_both(name: str, label: str, tmp_path: Path) -> None:
    path = write(tmp_path / ".mcp.json", json.dumps({"mcpServers": {name: {"url": "https://desk.example/mcp"}}}))
    declarations = found(tmp_path)
    assert [one.name for one in declarations.connectors] == [label]
    assert declarations.named(name) is declarations.named(label)
    assert path.exists()


def test_what_is_switched_off_is_no_connector(tmp_path: Path) -> None:
    entries = {"a": {"url": "https://a.example", "disabled": True}, "b": {"url": "https://b.example", "enabled": False}}
    write(tmp_path / ".mcp.json", json.dumps({"mcpServers": entries}))
    assert found(tmp_path).connectors == ()


def test_one_odd_entry_is_one_warning_with_its_line_and_the_others_count(tmp_path: Path) -> None:
    text = '{"mcpServers": {\n "odd": {"command": 7},\n "none": {"colour": "red"},\n "desk": {"url": "https://desk.example/mcp"}\n}}'
    path = write(tmp_path / ".mcp.json", text)
    declarations = found(tmp_path)
    assert [one.name for one in declarations.connectors] == ["desk"]
    warnings = [str(note) for note in declarations.notes if note.level == "warning"]
    assert len(warnings) == 2
    assert f"{path}, line 2: odd" in warnings[0]
    assert f"{path}, line 3: none" in warnings[1]
    own = write(tmp_path / "c.toml", 'x = 7\n[odd]\nurl = 3\n[desk]\nurl = "https://desk.example/mcp"\n')
    declarations = found(tmp_path, own)
    assert [one.name for one in declarations.connectors] == ["desk"]
    assert [str(note).count("line") for note in declarations.notes] == [1, 1]


def test_a_broken_file_of_another_program_ends_nothing(tmp_path: Path) -> None:
    write(tmp_path / ".mcp.json", '{"mcpServers": ')
    write(user_file(), '[desk]\nurl = "https://desk.example/mcp"\n')
    declarations = found(tmp_path)
    assert [one.name for one in declarations.connectors] == ["desk"]
    assert "is not JSON" in str(declarations.notes[0])


def test_an_input_that_a_client_would_ask_for_is_a_problem_of_that_connector(tmp_path: Path) -> None:
    entry = {"url": "https://desk.example/mcp", "headers": {"X-Key": "${input:key}"}}
    write(tmp_path / ".vscode" / "mcp.json", json.dumps({"servers": {"desk": entry}}))
    assert "input key is not set" in found(tmp_path).named("desk").problem
