"""HTML as plain text: tables keep their columns, lists their dashes and numbers, code its lines; what is hidden is left out.

lxml reads the markup and Inscriptis draws the text. Between them stands a tree of only what shapes text, because Inscriptis by
itself loses pages of more than 255 levels, resolves entities twice, folds lines of code that has tags inside ``pre``, shows
what ``hidden`` hides, leaves out spans of columns, and pads every cell of a mail's layout to the longest paragraph.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from xml.etree.ElementTree import Element, TreeBuilder

from inscriptis.css_profiles import STRICT_CSS_PROFILE  # type: ignore[import-untyped]
from inscriptis.html_engine import Inscriptis  # type: ignore[import-untyped]
from inscriptis.html_properties import Display, WhiteSpace  # type: ignore[import-untyped]
from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]
from inscriptis.model.html_element import HtmlElement  # type: ignore[import-untyped]
from inscriptis.model.tag import CustomHtmlTagHandlerMapping  # type: ignore[import-untyped]
from lxml import etree  # type: ignore[import-untyped]

from support_connectors.remote.markup_tables import SEPARATOR, lay_out_tables

MOST_MARKUP: Final = 8_000_000
"""Bytes of HTML that are read; an answer of a system is no longer by default."""
MOST_STEPS: Final = 500_000_000
"""Open elements that the parser may pass looking for those that end: about a second, and only nonsense needs as many."""
MOST_BLOCKS: Final = 100_000
"""Blocks and ends of lines that are drawn; a page shows fewer by far."""
MOST_DEPTH: Final = 50
"""Blocks inside one another that are told apart; deeper ones only begin new lines."""
CUT: Final = "[The rest is left out: this page is too long or too deeply nested.]"

_CHUNK = 4_096
_AMPERSAND = "\x1a"
"""Stands for ``&`` until all is drawn, so that nothing is taken for an entity again; a control character that no text needs."""
_UNSEEN = frozenset(
    "audio canvas datalist head iframe noembed noframes noscript object script style template title video".split()
)
_NOTHING = re.compile(r"0*\.?0*(?:[a-z]+|%)?")
_RELATIVE = re.compile(r"[\d.]+(?:em|%)|inherit|unset|larger|smaller|")
_NUMBERS = ("colspan", "rowspan", "start", "value")
_SHAPES: Final[Mapping[str, str]] = {
    **dict.fromkeys("blockquote dl figure h1 h2 h3 h4 h5 h6 hr p".split(), "p"),
    **dict.fromkeys(
        "address article aside caption center dd details div dt fieldset figcaption footer form header legend main nav "
        "section summary".split(),
        "div",
    ),
    **dict.fromkeys(("ul", "menu", "dir"), "ul"),
    **dict.fromkeys(("td", "th"), "td"),
    **{tag: tag for tag in ("br", "li", "ol", "pre", "table", "tr")},
}
"""The tags that shape a text, each by the one that stands for it; all others are looked through."""


def html_text(markup: str) -> str:
    """The text that a reader of the page would see, in time that grows with its length; what cannot be read ends in ``CUT``.

    Style sheets are not applied: what only they hide is shown. Addresses of links and descriptions of pictures are left out.
    """
    tree, whole = _tree_of(markup)
    lay_out_tables(tree)
    drawn = Inscriptis(tree, _drawing()).get_text().replace(_AMPERSAND, "&").replace("\xa0", " ")
    text = "\n".join(line.rstrip() for line in drawn.split("\n")) + ("" if whole else f"\n\n{CUT}")
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def _tree_of(markup: str) -> tuple[Element, bool]:
    """The tree of what shapes the text, and whether all of ``markup`` was read."""
    source = markup.encode("utf-8", errors="replace")
    builder = _Builder()
    parser = etree.HTMLParser(target=builder, encoding="utf-8", no_network=True)
    steps, at = 0, 0
    while at < min(len(source), MOST_MARKUP) and steps < MOST_STEPS and builder.count < MOST_BLOCKS:
        chunk = source[at : min(at + _CHUNK, MOST_MARKUP)]
        steps += builder.depth * chunk.count(b"</")  # an end without a beginning is looked for among all that is open
        parser.feed(chunk)
        at += len(chunk)
    whole = at == len(source)
    return (parser.close() if whole and at else builder.close()), whole


def _drawing() -> ParserConfig:
    """How Inscriptis draws. Made anew for each text: drawing writes into it, and texts of two threads must not meet there."""
    return ParserConfig(
        css={
            **STRICT_CSS_PROFILE,
            "body": _block(),
            "p": _block(before=1),
            "pre": _block(before=1, whitespace=WhiteSpace.pre),
            "ul": _block(padding_inline=2),
            "ol": _block(padding_inline=3),
        },
        table_cell_separator=SEPARATOR,
        custom_html_tag_handler_mapping=CustomHtmlTagHandlerMapping(
            start_tag_mapping={
                **dict.fromkeys(("body", "ul"), lambda state, _: state.li_counter.append("- ")),
                "ol": lambda state, attributes: state.li_counter.append(int(attributes.get("start", "1"))),
            },
            end_tag_mapping={},
        ),
    )


def _block(before: int = 0, **more: Any) -> HtmlElement:
    return HtmlElement(display=Display.block, margin_before=before, **more)


class _Builder:
    """Takes what the parser finds and builds the tree."""

    def __init__(self) -> None:
        self._tree = TreeBuilder()
        self._tree.start("body", {})
        self._is_broken_off = False
        """Whether a new line has begun since the last text."""
        self._open: list[tuple[str, bool]] = []
        """Each open element: the block that it began, or nothing; whether its letters are too small to be seen."""
        self._blocks: list[str] = []
        self.count = 0
        """How many blocks and ends of lines there are."""
        self._hidden_since = 0
        """How many elements were open with the outermost hidden one; 0 outside of any."""

    @property
    def depth(self) -> int:
        """How many elements are open."""
        return len(self._open)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """See ``etree.HTMLParser``."""
        style = _declared(attributes.get("style", ""))
        began = "" if self._hidden_since else self._begun(_SHAPES.get(tag, ""), attributes)
        self._open.append((began, _is_tiny(style, within=bool(self._open) and self._open[-1][1])))
        if not self._hidden_since and (tag in _UNSEEN or "hidden" in attributes or _hides(style)):
            self._hidden_since = len(self._open)

    def end(self, _: str) -> None:
        """See ``etree.HTMLParser``."""
        began, _tiny = self._open.pop()
        if len(self._open) < self._hidden_since:
            self._hidden_since = 0
        if began:
            self._blocks.pop()
            self._tree.end(began)

    def data(self, text: str) -> None:
        """See ``etree.HTMLParser``."""
        if not self._hidden_since and not (self._open and self._open[-1][1]):
            self._is_broken_off = False
            self._tree.data(text.replace(_AMPERSAND, "").replace("&", _AMPERSAND))

    def close(self) -> Element:
        """See ``etree.HTMLParser``. Ends what is still open, too."""
        while self._blocks:
            self._tree.end(self._blocks.pop())
        self._tree.end("body")
        return self._tree.close()

    def _begun(self, shape: str, attributes: Mapping[str, str]) -> str:
        """Write the beginning of a shape; gives the block that is open now, nothing where none is."""
        if not shape:
            return ""
        if "pre" in self._blocks[-1:]:
            self._tree.data("\n")
            return ""
        is_deep = len(self._blocks) == MOST_DEPTH
        if is_deep and shape != "br" and self._is_broken_off:
            return ""
        self._is_broken_off = True
        self.count += 1
        if shape == "br" or is_deep:
            self._tree.start("br", {})
            self._tree.end("br")
            return ""
        inside = self._blocks[-1] if self._blocks else ""
        if (shape == "p" and inside == "li") or (shape in ("tr", "td") and "table" not in self._blocks):
            shape = "div"
        self._blocks.append(shape)
        self._tree.start(shape, {name: _number(attributes[name]) for name in _NUMBERS if name in attributes})
        return shape


def _declared(style: str) -> dict[str, str]:
    """A style's declarations, in small letters, without blanks."""
    if not style:
        return {}
    parts = ("".join(part.lower().split()).removesuffix("!important").partition(":") for part in style.split(";"))
    return {name: value for name, _, value in parts if value}


def _hides(style: Mapping[str, str]) -> bool:
    """Whether nobody sees an element of this style."""
    if style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse"):
        return True
    if "opacity" in style and _is_nothing(style["opacity"]):
        return True
    heights = (style.get(name, "") for name in ("height", "max-height"))
    return style.get("overflow") in ("hidden", "clip") and any(map(_is_nothing, heights))


def _is_tiny(style: Mapping[str, str], *, within: bool) -> bool:
    """Whether text of this style has no height; ``within``: whether that around it has none."""
    size = style.get("font-size", "")
    return _is_nothing(size) or (within and _RELATIVE.fullmatch(size) is not None)


def _is_nothing(size: str) -> bool:
    return "0" in size and _NOTHING.fullmatch(size) is not None


def _number(text: str) -> str:
    """A number of an attribute; 1 where it is none that makes sense."""
    return text if text.isascii() and text.isdecimal() and len(text) < 6 and text.strip("0") else "1"
