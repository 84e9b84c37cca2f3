"""Declarations are read from the project's and the user's files, with variables, and start nothing."""

import json
from pathlib import Path

import pytest

from customer_escalation.connectors.declared import Declarations, find_declarations, project_file, user_file
from skill_runtime.errors import ConnectorError

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
        found(tmp_path, path)
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
