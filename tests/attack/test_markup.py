"""Markup in the words of a model, a ticket or a field of a record comes alive in no form of a brief."""

import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token
from tests.attack.tally import Attempts, examples
from tests.customer_escalation.casebook import account, comment, issue, message, ticket
from tests.customer_escalation.casebook import evidence as evidence_of
from tests.customer_escalation.drafts import impact, reply
from tests.customer_escalation.rendering.test_render import escalated, handled

from customer_escalation.domain.brief import Brief
from customer_escalation.domain.draft import Related
from customer_escalation.domain.findings import Finding
from customer_escalation.rendering import Document, render_adf, render_html, render_markdown, render_slack
from customer_escalation.rendering.inert import inert, inert_lines

KIND = "markup in an output"
FAR = "elsewhere.example"
PAYLOADS = (
    "![x](https://elsewhere.example/p.png)",
    "![x][r]\n\n[r]: https://elsewhere.example/p.png",
    "[a][r]\n[r]: https://elsewhere.example",
    "[a]: https://elsewhere.example\n\n[a]",
    "[a](https://elsewhere.example)",
    "[![x](https://elsewhere.example/p)](https://elsewhere.example)",
    "[a\n](https://elsewhere.example)",
    "[a](\nhttps://elsewhere.example)",
    "<https://elsewhere.example>",
    "<img src=x onerror=alert(1)>",
    "\\<img src=x onerror=alert(1)>",
    "\\\\<img src=x onerror=alert(1)>",
    "<a href='https://elsewhere.example'>x</a>",
    "<details open ontoggle=alert(1)>",
    "<svg/onload=alert(1)>",
    "<!--",
    "<![CDATA[",
    "<\u00adimg src=x>",
    "<\u202eimg src=x>",
    "[x]\u00ad(https://elsewhere.example)",
    "\\![x](https://elsewhere.example)",
    "\\\\[x](https://elsewhere.example)",
    "x\\",
    "`a` ![x](https://elsewhere.example) `",
    "`` ![x](https://elsewhere.example) `",
    "~~~\n![x](https://elsewhere.example)\n~~~",
    "```\nx\n````\n![x](https://elsewhere.example)",
    "    ![x](https://elsewhere.example)",
    "> ![x](https://elsewhere.example)",
    "| ![x](https://elsewhere.example) |",
    "https://elsewhere.example/a",
    "ftp://elsewhere.example/a",
    "http&#58;//elsewhere.example",
    "ht\u00adtps://elsewhere.example",
    "http:\\/\\/elsewhere.example",
    "www.elsewhere.example/a",
    "[a](javascript:alert(1))",
    "[^1]: https://elsewhere.example",
    "$\\href{https://elsewhere.example}{x}$",
    "&lt;img src=x&gt;",
    "&#60;img src=x&#62;",
    "<!channel> <!here> <@U024BE7LH> <#C024BE7LR> <https://elsewhere.example|invoice>",
    "@channel @here @everyone",
)
"""Each tries to be an image, a link, an element or a mention."""
ALIVE = frozenset({"image", "html_inline", "html_block", "link_open"})
LOADING = frozenset(
    {"img", "script", "iframe", "object", "embed", "link", "base", "form", "svg", "video", "audio", "details"}
)


def alive_in_markdown(text: str) -> list[str]:
    """What a reader that knows HTML, links and bare addresses makes of the text; a mail address is shown as what it is."""
    found: list[str] = []
    for token in MarkdownIt("gfm-like", {"html": True, "linkify": True}).parse(text):
        for part in (token, *(token.children or ())):
            where = str(part.attrs.get("href", ""))
            if part.type in ALIVE and not re.fullmatch(r"mailto:[^?]*", where) and not _bare_domain(part):
                found.append(f"{part.type} {where or part.content}")
    return found


def _bare_domain(part: Token) -> bool:
    """Is it a link that this reader alone makes, of a word that ends as a country's domain does?"""
    where = str(part.attrs.get("href", ""))
    return part.markup == "linkify" and bool(re.fullmatch(r"http://(?!www\.)[\w.=-]+", where))


class Elements(HTMLParser):
    """What a browser would load or follow in a page, and its handlers."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See ``HTMLParser``."""
        if tag in LOADING:
            self.found.append(tag)
        for name, value in attrs:
            if name.startswith("on") or name in ("src", "srcset", "style", "action", "formaction", "background"):
                self.found.append(f"{tag} {name}")
            if name == "href" and not re.fullmatch(r"#(?:e\d+|_)", value or ""):
                self.found.append(f"{tag} to {value}")


def alive_in_slack(text: str) -> list[str]:
    """Control sequences, mentions and addresses outside code."""
    return re.findall(
        r"<[^>]*>?|@(?=\w)|(?<=\w)://|\bwww\.(?=\w)", re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    )


def kinds_in_jira(node: dict[str, Any]) -> set[str]:
    """Every type of node and mark."""
    found = {node["type"], *(mark["type"] for mark in node.get("marks", ()))}
    return found.union(*(kinds_in_jira(child) for child in node.get("content", ())))


def everywhere(hostile: str) -> dict[str, Any]:
    """A draft that says it in every field."""
    line = " ".join(hostile.split())[:99]
    return {
        **dict.fromkeys(("sender", "opening", "description", "tried", "containment", "reproduction",
                         "communication", "context", "ticket_note"), hostile),
        "summary": line,
        "impact": f"{impact(Revenue_at_risk=hostile)}\n- **{hostile}:** {hostile}\n| {hostile} |\n| --- |\n| {hostile} |",
        "asks": [{"owner": line, "kind": "fix", "by": "", "text": hostile}, {"owner": "Legal", "kind": "decide", "by": "", "text": "Go?"}],
        "deadline": {"by": "2026-03-20", "basis": "proposed", "text": hostile},
        "drafts": [{**reply(hostile), "when": hostile}],
        "messages": [{"to": line, "text": hostile}],
    }  # fmt: skip


def hostile_records(base: Document, hostile: str) -> Document:
    """The document on records whose ids, names, states and texts say it too."""
    line = " ".join(hostile.split())
    source = evidence_of(
        ticket(line, line, "2026-03-04T08:00:00Z",
               message(line, 1, "2026-03-04T08:00:00Z", "customer", hostile, line), subject=line, status=line, priority=line),
        account("A-9", line, tier=line, renewal=line),
        issue(f"{line}-2", line, line, "2026-03-04T08:00:00Z", comment("P-1", 1, "2026-03-04T08:00:00Z", hostile)),
    )  # fmt: skip
    for record in base.evidence.ledger.records.values():
        source.ledger.add({"item": dict(record.data) | {"ref": record.ref}})
    refs = [ref for ref in source.ledger.records if ref not in base.evidence.ledger.records]
    brief = base.brief.model_copy(update={
        "reported_by": hostile,
        "suspicious": tuple(Related(ref=ref[:300], note=hostile) for ref in refs[:2]),
        "computed": base.brief.computed.model_copy(update={"accounts": tuple(
            row.model_copy(update={"name": line, "tier": line, "deals": line, "renewal": line, "cites": (*row.cites, *refs)})
            for row in base.brief.computed.accounts
        )}),
    })  # fmt: skip
    return Document(brief, source, [Finding(rule="G1", level="H", where=line, message=hostile)], [hostile])


def document(hostile: str, *, handling: bool = False) -> Document:
    """A brief that says it everywhere."""
    if handling:
        kept = ("sender", "summary", "ticket_note", "drafts", "messages")
        fields = {key: value for key, value in everywhere(hostile).items() if key in kept}
        work, brief = handled(**fields, note=hostile)
    else:
        work, brief = escalated(**everywhere(hostile))
    return hostile_records(Document(Brief.model_validate(brief), work.evidence), hostile)


def effects(made: Document) -> dict[str, list[str]]:
    """What came alive, by form."""
    jira = kinds_in_jira(render_adf(made)) & {
        "link",
        "mention",
        "media",
        "mediaSingle",
        "inlineCard",
        "extension",
        "emoji",
    }
    return {
        "markdown": alive_in_markdown(render_markdown(made)),
        "page": Elements(render_html(made)).found,
        "slack": alive_in_slack(render_slack(made)),
        "jira": sorted(jira),
    }


@pytest.mark.parametrize("handling", [False, True], ids=["escalation", "handling"])
def test_what_is_tried_in_every_field_and_record_comes_alive_in_no_form(attempts: Attempts, handling: bool) -> None:
    for payload in PAYLOADS:
        for form, found in effects(document(payload, handling=handling)).items():
            attempts.had(f"{payload!r} in {form}", found[:3])
    attempts.had_none()


PIECES = st.sampled_from([
    "[", "]", "(", ")", "!", "<", ">", "\\", "`", "``", "```", "~~~", "&", "#60;", "lt;", ":", "/", "//", "https:", "http:", "www.", "@",
    "img src=x", "a href=x", "elsewhere.example", "x", " ", "\n", "|", "*", "**", "#", "- ", "> ", "\u00ad", "\u2060", "\x00", "^1", "'",
    '"', "[[", "]]", "]:", "!--", "?", "/script",
])  # fmt: skip


def test_generated_markup_comes_alive_in_no_line(attempts: Attempts) -> None:
    @given(st.lists(PIECES, max_size=24).map("".join))
    @settings(max_examples=examples(150, 20_000))
    def tried(text: str) -> None:
        attempts.had(repr(text), alive_in_markdown(inert(text)))
        attempts.had(repr(text), alive_in_markdown("\n".join(f"> {line}" for line in inert_lines(text))))
        attempts.had_none()

    tried()


def test_generated_markup_comes_alive_in_no_brief(attempts: Attempts) -> None:
    @given(st.lists(PIECES, min_size=1, max_size=16).map("".join).filter(str.strip))
    @settings(max_examples=examples(6, 500))
    def tried(text: str) -> None:
        for form, found in effects(document(text)).items():
            attempts.had(f"{text!r} in {form}", found[:3])
        attempts.had_none()

    tried()


def test_what_is_escaped_reads_as_it_was_written() -> None:
    shown = "[ERROR] a < b && c: see \\[x] and `code [0]`, C:\\logs\\*.txt, 50% [1]"
    html = MarkdownIt("commonmark").renderInline(inert(shown))
    assert re.sub(r"</?code>", "`", html).replace("&lt;", "<").replace("&amp;", "&") == shown
    assert json.dumps(inert("a < b")) == '"a < b"'


def test_the_page_may_load_nothing_and_run_nothing() -> None:
    page = render_html(document("x"))
    rule = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert rule
    allowed = dict(part.strip().split(" ", 1) for part in rule[1].split(";"))
    assert set(allowed) == {"default-src", "style-src", "base-uri", "form-action"}
    assert [allowed[name] for name in ("default-src", "base-uri", "form-action")] == ["'none'"] * 3
    assert re.fullmatch(r"'sha256-[A-Za-z0-9+/]{43}='", allowed["style-src"])
