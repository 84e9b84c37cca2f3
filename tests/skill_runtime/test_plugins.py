"""A plugin is read as data: manifest, skills and servers, each fault with its file and place."""

import json
from pathlib import Path

import pytest

from skill_runtime.errors import PluginError, SkillError
from skill_runtime.plugins import Plugin, load_plugin
from skill_runtime.servers import ServerConfig

ROOT = Path(__file__).parents[2]


def write(root: Path, name: str, content: object) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


def skill(root: Path, folder: str, description: str = "Files parcels.") -> None:
    write(root, f"{folder}/SKILL.md", f"---\nname: {Path(folder).name}\ndescription: {description}\n---\nFile it.")


def plugin(root: Path, manifest: dict[str, object] | None = None, servers: object = None, **env: str) -> Plugin:
    write(root, ".claude-plugin/plugin.json", {"name": "parcels", **(manifest or {})})
    if servers is not None:
        write(root, ".mcp.json", servers)
    return load_plugin(root, env)


def test_manifest_skills_and_servers_are_read(tmp_path: Path) -> None:
    skill(tmp_path, "skills/send")
    skill(tmp_path, "skills/file")
    loaded = plugin(
        tmp_path,
        {"version": "1.2.0", "description": "Parcels.", "author": {"name": "somebody"}, "hooks": "./hooks.json"},
        {"mcpServers": {"post": {"command": "post", "args": ["--all"], "env": {"A": "b"}, "cwd": "."}}},
    )
    assert (loaded.name, loaded.version, loaded.description, loaded.root) == ("parcels", "1.2.0", "Parcels.", tmp_path)
    assert [skill.name for skill in loaded.skills] == ["file", "send"]
    assert loaded.servers == (ServerConfig("post", "stdio", "post", ("--all",), {"A": "b"}, "."),)
    assert loaded.diagnostics == ()
    assert loaded.skill("send").folder == tmp_path / "skills" / "send"
    with pytest.raises(SkillError, match='no usable skill "gone"; it has: file, send'):
        loaded.skill("gone")


@pytest.mark.parametrize(
    "listed", ["./more", ["./more"], ["more/one", "./more/two/"], ["./more", "more/one", "skills"]]
)
def test_the_manifest_adds_folders_of_skills_or_single_ones(listed: object, tmp_path: Path) -> None:
    for folder in ("skills/default", "more/one", "more/two"):
        skill(tmp_path, folder)
    loaded = plugin(tmp_path, {"skills": listed})
    assert [skill.name for skill in loaded.skills] == ["default", "one", "two"]


def test_a_folder_that_is_not_there_is_noted(tmp_path: Path) -> None:
    loaded = plugin(tmp_path, {"skills": ["./gone"]})
    assert [str(note) for note in loaded.diagnostics] == [
        '.claude-plugin/plugin.json: skills: there is no folder "./gone"'
    ]


def test_an_unusable_skill_is_noted_and_the_others_load(tmp_path: Path) -> None:
    skill(tmp_path, "skills/good")
    skill(tmp_path, "skills/bad", description="")
    skill(tmp_path, "skills/good/assets/template")
    loaded = plugin(tmp_path)
    assert [skill.name for skill in loaded.skills] == ["good"], "a skill's own files are no further skills"
    assert [(note.level, note.where) for note in loaded.diagnostics] == [("error", "skills/bad")]
    assert "has no description" in loaded.diagnostics[0].message


def test_a_plain_folder_is_a_plugin_when_it_holds_a_skill(tmp_path: Path) -> None:
    skill(tmp_path, "single")
    assert [skill.name for skill in load_plugin(tmp_path / "single").skills] == ["single"]
    skill(tmp_path, "several/skills/one")
    loaded = load_plugin(tmp_path / "several")
    assert (loaded.name, [skill.name for skill in loaded.skills]) == ("several", ["one"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(PluginError, match=r"is no plugin: it has neither \.claude-plugin/plugin\.json nor"):
        load_plugin(tmp_path / "empty")
    with pytest.raises(PluginError, match="is no plugin"):
        load_plugin(tmp_path / "absent")


SERVER = {"type": "http", "url": "https://example.com/mcp"}


@pytest.mark.parametrize(
    ("manifest", "servers"),
    [
        ({}, {"mcpServers": {"post": SERVER}}),
        ({}, {"post": SERVER}),
        ({"mcpServers": {"post": SERVER}}, None),
        ({"mcpServers": "./servers.json"}, None),
        ({"mcpServers": ["./servers.json", ".mcp.json"]}, {}),
    ],
)
def test_servers_stand_in_their_file_or_in_the_manifest(
    manifest: dict[str, object], servers: object, tmp_path: Path
) -> None:
    write(tmp_path, "servers.json", {"mcpServers": {"post": SERVER}})
    assert plugin(tmp_path, manifest, servers).servers == (ServerConfig("post", "http", url="https://example.com/mcp"),)


def test_of_a_server_listed_twice_the_first_counts(tmp_path: Path) -> None:
    loaded = plugin(tmp_path, {"mcpServers": {"post": {"url": "https://example.com/2"}}}, {"post": SERVER})
    assert [server.url for server in loaded.servers] == ["https://example.com/mcp"]
    assert "listed a second time" in loaded.diagnostics[0].message


@pytest.mark.parametrize(
    ("entry", "transport"),
    [
        ({"command": "post"}, "stdio"),
        ({"url": "https://example.com"}, "http"),
        ({"type": "streamable-http", "url": "https://example.com"}, "http"),
        ({"type": "sse", "url": "https://example.com", "oauth": {"clientId": "1"}}, "sse"),
    ],
)
def test_the_transport_is_named_or_follows_from_the_entry(
    entry: dict[str, object], transport: str, tmp_path: Path
) -> None:
    assert [server.transport for server in plugin(tmp_path, servers={"post": entry}).servers] == [transport]


def test_variables_are_expanded_in_every_text_and_only_once(tmp_path: Path) -> None:
    entry = {
        "command": "${CLAUDE_PLUGIN_ROOT}/bin/post",
        "args": ["${A}${B:-two}", "${EMPTY:-three}", "${C:-}", "$A", "${A:-unused}"],
        "env": {"KEY": "${A}"},
    }
    loaded = plugin(tmp_path, servers={"post": entry}, A="${B}", EMPTY="", CLAUDE_PLUGIN_ROOT="elsewhere")
    assert loaded.servers == (
        ServerConfig("post", "stdio", f"{tmp_path}/bin/post", ("${B}two", "three", "", "$A", "${B}"), {"KEY": "${B}"}),
    )


def test_a_server_that_needs_an_unset_variable_is_left_out_loudly(tmp_path: Path) -> None:
    entry = {"url": "https://example.com", "headers": {"Authorization": "Bearer ${TOKEN}", "X": "${user_config.x}"}}
    loaded = plugin(tmp_path, servers={"post": entry})
    assert loaded.servers == ()
    assert "left out: TOKEN, user_config.x is not set in the environment" in loaded.diagnostics[0].message
    assert plugin(tmp_path, servers={"post": SERVER | {"headers": {"A": "${TOKEN}"}}}, TOKEN="t").servers[
        0
    ].headers == {"A": "t"}


@pytest.mark.parametrize("entry", [{"type": "http", "url": ""}, {"url": "${URL:-}"}, {"command": " "}])
def test_an_empty_address_is_skipped_with_a_note(entry: object, tmp_path: Path) -> None:
    loaded = plugin(tmp_path, servers={"mcpServers": {"post": entry, "other": SERVER}})
    assert [server.name for server in loaded.servers] == ["other"]
    assert [note.level for note in loaded.diagnostics] == ["info"]
    assert "is empty, so there is nothing to connect to" in loaded.diagnostics[0].message


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("{", r"plugin\.json, line 1, column 2 is not JSON"),
        ('{"name": "a",\n "version": }', r"plugin\.json, line 2, column 13 is not JSON"),
        ("", "is not JSON"),
        ("[]", r"plugin\.json cannot be used: input should be"),
        ("{}", "plugin.json cannot be used: name: field required"),
        ('{"name": ""}', "name: string should have at least 1 character"),
        ('{"name": "a", "version": 1}', "version: input should be a valid string"),
        ('{"name": "a", "skills": {"a": 1}}', "skills: "),
        ('{"name": "a", "skills": ["a", 1]}', "skills"),
        ('{"name": "a", "skills": "../out"}', r'plugin\.json: skills: "\.\./out" is not a path below'),
        ('{"name": "a", "skills": "/etc"}', '"/etc" is not a path below'),
        ('{"name": "a", "skills": "link"}', '"link" is not a path below'),
        ('{"name": "a", "skills": "circle"}', '"circle" is not a path below'),
        ('{"name": "a", "skills": "\\u0000"}', "is not a path below"),
        ('{"name": "a", "mcpServers": "../x.json"}', "mcpServers: .* is not a path below"),
        ('{"name": "a", "mcpServers": "gone.json"}', r"gone\.json does not exist"),
        ('{"name": "a", "mcpServers": {"b": 1}}', r"plugin\.json: mcpServers\.b cannot be used"),
        ("[" * 100_000, "cannot be read as JSON"),
        ("9" * 5_000, "cannot be read as JSON"),
        ('{"name": "' + "x" * 1_100_000 + '"}', "larger than 1,024 KiB"),
    ],
)
def test_a_malformed_manifest_is_refused_with_its_place(content: str, fault: str, tmp_path: Path) -> None:
    root = tmp_path / "plugin"
    write(root, ".claude-plugin/plugin.json", content)
    (root / "link").symlink_to(tmp_path)
    (root / "circle").symlink_to("circle")
    with pytest.raises(PluginError, match=fault):
        load_plugin(root, {})


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("nonsense", r"\.mcp\.json, line 1, column 1 is not JSON"),
        ("[]", r"\.mcp\.json cannot be used: it must hold an object"),
        ({"mcpServers": []}, "mcpServers must be an object"),
        ({"post": {}}, r"\.mcp\.json: post cannot be used: it needs a command to start or a url"),
        ({"post": {"command": ["post"]}}, r"\.mcp\.json: post cannot be used: command: input should be a valid string"),
        ({"post": {"command": "post", "args": ["a", 1]}}, r"post cannot be used: args\.1: "),
        ({"post": {"type": "ws", "url": "x"}}, "post cannot be used: type: "),
        ({"post": {"url": "x", "headers": {"A": 1}}}, r"headers\.A: "),
    ],
)
def test_a_malformed_server_list_is_refused_with_its_place(content: object, fault: str, tmp_path: Path) -> None:
    with pytest.raises(PluginError, match=fault):
        plugin(tmp_path, servers=content)


def test_files_that_are_no_text_are_refused(tmp_path: Path) -> None:
    write(tmp_path, ".claude-plugin/plugin.json", "")
    (tmp_path / ".claude-plugin" / "plugin.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(PluginError, match=r"plugin\.json is not UTF-8 text"):
        load_plugin(tmp_path)


def test_a_byte_order_mark_is_tolerated(tmp_path: Path) -> None:
    write(tmp_path, ".claude-plugin/plugin.json", '\ufeff{"name": "parcels"}')
    assert load_plugin(tmp_path).name == "parcels"


def test_the_projects_own_plugin_loads_whole() -> None:
    loaded = load_plugin(ROOT)
    assert loaded.diagnostics == ()
    assert [skill.name for skill in loaded.skills] == ["customer-escalation"]
    assert loaded.servers
    assert all(server.transport == "stdio" for server in loaded.servers)
