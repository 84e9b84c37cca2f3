"""Whatever a record or a request holds, no output holds what a terminal or an eye would obey."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.customer_escalation.cli.test_main import CASES, ISSUE, workspace
from tests.customer_escalation.cli.test_terminal import on_a_terminal
from tests.customer_escalation.commands import Command

HOSTILE = "\x1b[2J\x1b]0;Severity: LOW\x07\x9b31m\x90q\x9c\u202eWOL\u2066\u200f\U000e0041&#27;[5m&#x202e;\r\n\u2028fake-run  valid"
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
LINK = "https://desk.example/tickets/3044?a=1&b=(2)"
"""What a backend gives as a record's page, with a character that ends a link in markdown."""


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def with_texts(value: Any, keys: frozenset[str], added: str) -> Any:
    """The records with a text at the end of each of these fields."""
    if isinstance(value, list):
        return [with_texts(one, keys, added) for one in value]
    if not isinstance(value, dict):
        return value
    return {key: f"{one} {added}" if key in keys and isinstance(one, str) else with_texts(one, keys, added)
            for key, one in value.items()}  # fmt: skip


def hostile(folder: Path, **of_tickets: Any) -> str:
    records = json.loads((CASES / "08.json").read_text(encoding="utf-8"))["records"]
    keys = frozenset({"subject", "text", "author", "title", "channel", "body", "status", "priority", "role_name"})
    records = with_texts(records, keys, HOSTILE)
    for ticket in records["support_platform"]:
        ticket |= of_tickets
    return workspace(folder, records=records)


def test_no_output_of_a_run_holds_what_a_terminal_obeys(command: Command, tmp_path: Path) -> None:
    issue = f"{ISSUE} {HOSTILE}"
    done = command(issue, "--workspace", hostile(tmp_path), "--no-model")
    assert done.code in (0, 3), done.err
    assert not OBEYED.search(done.out)
    assert not OBEYED.search(done.err)
    name = json.loads(command("list", "--json").out)["run"]
    rows = command("list").out
    assert rows.count("\n") == 1
    assert not OBEYED.search(rows)
    for more in (("--format", "md"), ("--format", "slack"), ("--format", "html"), ("--format", "adf"), ("--format", "json"),
                 ("--why",), ("--journal",)):  # fmt: skip
        shown = command("show", name, *more).out
        assert shown
        assert not OBEYED.search(shown), more
    kept = json.loads(command("show", name, "--format", "json").out)
    assert "\x1b[2J" in json.dumps(kept["records"], ensure_ascii=False).encode().decode("unicode_escape")
    drawn = on_a_terminal(command, "show", name)
    assert not OBEYED.search(drawn)
    assert not OBEYED.search(on_a_terminal(command, "list"))


@pytest.mark.parametrize(
    "words",
    [
        ["show", f"x{HOSTILE}"],
        ["--resume", f"x{HOSTILE}"],
        [ISSUE, "--workspace", f"/no/{HOSTILE}"],
        [ISSUE, "--sample", "--as-of", HOSTILE],
        [ISSUE, "--sample", "--model", f"a:{HOSTILE}", "--no-fallback"],
        [ISSUE, "--sample", f"--{HOSTILE}"],
        ["connectors", "test", HOSTILE],
        [f"lst{HOSTILE}"],
    ],
)  # fmt: skip
def test_no_error_holds_what_a_terminal_obeys(command: Command, words: list[str]) -> None:
    done = command(*words)
    assert done.code
    assert done.err.strip()
    assert not OBEYED.search(done.err)
    assert "fault of the program" not in done.err


class Links(HTMLParser):
    """The addresses that a page links to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See ``HTMLParser``."""
        self.found += [value or "" for name, value in attrs if tag == "a" and name == "href"]


def test_a_record_is_linked_to_its_page_in_markdown_on_a_terminal_and_in_the_html_page(
    command: Command, tmp_path: Path
) -> None:
    records = json.loads((CASES / "08.json").read_text(encoding="utf-8"))["records"]
    for ticket in records["support_platform"]:
        ticket["link"] = LINK
    brief = command(ISSUE, "--workspace", workspace(tmp_path, records=records), "--no-model", "-q").out
    assert f"[SH-3044](<{LINK}>) (" in brief
    name = command("list").out.split()[0]
    assert LINK in on_a_terminal(command, "show", name).replace("\n", "").replace(" ", "")
    assert LINK in Links(command("show", name, "--format", "html").out).found
    for posted in ("slack", "adf"):
        assert "desk.example" not in command("show", name, "--format", posted).out


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "https://bank.example@evil.example/", "https://a.example/\x1b", "https://a b", "https://[", 5,
     "https://a.example/>) [x](https://evil.example"],
)  # fmt: skip
def test_an_address_that_nobody_should_follow_is_no_link(command: Command, tmp_path: Path, link: object) -> None:
    brief = command(ISSUE, "--workspace", hostile(tmp_path, link=link), "--no-model", "-q")
    assert brief.code in (0, 3), brief.err
    assert "](<" not in brief.out


def test_sentences_of_the_page_look_as_if_they_can_be_clicked_and_nothing_of_the_sender_is_in_it(
    command: Command, tmp_path: Path
) -> None:
    command(ISSUE, "--workspace", workspace(tmp_path), "--no-model", "-q")
    name = command("list").out.split()[0]
    page = command("show", name, "--format", "html").out
    assert "read the quoted words before you send this" in command("show", name).out
    assert "read the quoted words before you send this" not in page
    assert "<blockquote>\n<p>Hello" not in page
    schemes = [
        dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})\b", block)) for block in re.findall(r":root \{([^}]*)\}", page)
    ]
    assert len(schemes) == 2
    quiet = re.search(
        r"main a \{ color: inherit; text-decoration: underline dotted color-mix\(in srgb, var\(--mark\) (\d+)%", page
    )
    assert quiet is not None
    for scheme in schemes:
        assert contrast(scheme["mark"], scheme["paper"]) >= 4.5
        assert (
            contrast(mixed(scheme["mark"], scheme["paper"], int(quiet[1]) / 100), scheme["paper"]) >= 3
        )  # of what is no text


def mixed(one: str, other: str, part: float) -> str:
    """So much of the first colour over the second."""
    pairs = zip(*(re.findall("..", whole(colour)) for colour in (one, other)), strict=True)
    return "#" + "".join(f"{round(int(a, 16) * part + int(b, 16) * (1 - part)):02x}" for a, b in pairs)


def whole(colour: str) -> str:
    """Its six digits."""
    digits = colour.removeprefix("#")
    return digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)


def contrast(one: str, other: str) -> float:
    """As WCAG 2 counts it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    digits = whole(colour)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
