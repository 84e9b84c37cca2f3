"""A brief in Slack's mrkdwn: one message text, with no mention, link or broadcast of anybody's making."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from customer_escalation.domain.printable import printable
from customer_escalation.rendering.document import Document
from customer_escalation.rendering.markdown import render_markdown

if TYPE_CHECKING:
    from markdown_it.token import Token

_JOINER = "\u2060"
"""Put inside what Slack would make a mention, a link or an emoji of."""


def render_slack(document: Document) -> str:
    """The brief as mrkdwn. A message takes 40,000 characters; a brief has a tenth of that."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(render_markdown(document))
    return printable("\n".join(_blocks(tokens))).strip() + "\n"


def escaped(text: str) -> str:
    """Text as data: Slack's three control characters escaped, mentions and links broken up."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace(f"@{_JOINER}", "@").replace("@", f"@{_JOINER}").replace(f":{_JOINER}//", "://").replace(
        "://", f":{_JOINER}//"
    )  # fmt: skip


def _blocks(tokens: Sequence["Token"]) -> list[str]:
    lines: list[str] = []
    numbers: list[int] = []
    """One entry for each open list: the next number, or 0 for a bullet."""
    row: list[str] = []
    quoted = False
    fresh = False
    """A list item was opened and has no text yet."""
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                numbers.append(0)
            case "ordered_list_open":
                numbers.append(1)
            case "bullet_list_close" | "ordered_list_close":
                numbers.pop()
                if not numbers:
                    lines.append("")
            case "list_item_open":
                fresh = True
            case "blockquote_open" | "blockquote_close":
                quoted = token.nesting > 0
            case "heading_open" if lines and lines[-1]:
                lines.append("")
            case "hr":
                lines += ["———", ""]
            case "fence" | "code_block":
                lines += ["```", escaped(token.content.rstrip("\n")), "```"]
            case "tr_open":
                row = []
            case "tr_close":
                lines.append(" | ".join(row))
            case "table_close":
                lines.append("")
            case "inline":
                text = _inline(token.children or ())
                if token.level and row is not None and _in_cell(tokens, token):
                    row.append(text)
                elif numbers:
                    mark = f"{numbers[-1]}." if numbers[-1] else "•"
                    indent = "    " * (len(numbers) - 1)
                    lines.append(f"{indent}{mark} {text}" if fresh else f"{indent}   {text}")
                    if fresh and numbers[-1]:
                        numbers[-1] += 1
                    fresh = False
                else:
                    heading = _heading(tokens, token)
                    shown = f"*{text.replace('*', '')}*" if heading else text
                    lines += (
                        [f"> {line}" for line in shown.split("\n")] if quoted else [shown, *([] if heading else [""])]
                    )
    return lines


def _inline(tokens: Sequence["Token"]) -> str:
    made: list[str] = []
    for token in tokens:
        match token.type:
            case "text":
                made.append(_unquoted(token.content))
            case "code_inline":
                made.append(_code(token.content))
            case "strong_open" | "strong_close":
                made.append("*")
            case "em_open" | "em_close":
                made.append("_")
            case "softbreak" | "hardbreak":
                made.append("\n")
    return "".join(made)


def _unquoted(content: str) -> str:
    """Text as data whose backticks begin no code of Slack's."""
    return escaped(content.replace("`", "\u02cb"))


def _code(content: str) -> str:
    """Code as it stands, but for backticks: Slack ends it at the first."""
    if "`" in content:
        return f"`{_unquoted(content)}`"
    return f"`{content.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}`"


def _heading(tokens: Sequence["Token"], token: "Token") -> bool:
    return tokens[tokens.index(token) - 1].type == "heading_open"


def _in_cell(tokens: Sequence["Token"], token: "Token") -> bool:
    return tokens[tokens.index(token) - 1].type in ("td_open", "th_open")
