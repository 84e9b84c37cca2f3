"""The checks that only look."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from support_connectors.contract.report import (
    READ_CHECK,
    Broken,
    Call,
    ContractReport,
    NothingToTry,
    Refused,
    ToolFacts,
    must,
)
from support_connectors.contract.shapes import Shape
from support_connectors.states import STATES
from support_connectors.times import parse_time

SAMPLE = 5
"""Items that are read whole and looked for."""
MOST_ITEMS = 60
"""Items that paging is followed through; larger systems are checked on their newest ones."""
MOST_PAGES = 70
_NO_SUCH = "no-such-item-7f3c0"
_WORD = re.compile(r"[^\W_]{4,}")

Item = dict[str, Any]


class Reads:
    """The reading checks on one server."""

    def __init__(self, call: Call, shape: Shape, category: str, report: ContractReport) -> None:
        self._call = call
        self._shape = shape
        self._category = category
        self._report = report

    async def run(self, tools: Sequence[ToolFacts]) -> list[Item]:
        """Make the checks; returns the items that were read whole."""
        with self._report.check("tools are there, and say whether they write"):
            self._tools(tools)
        listed: list[Item] = []
        with self._report.check("a list holds items of its category") as seen:
            listed = await self._listed(seen)
        whole: list[Item] = []
        with self._report.check(READ_CHECK) as seen:
            whole = await self._whole(listed, seen)
        with self._report.check("refs are unique, and parts name their item"):
            self._refs(whole)
        with self._report.check("times carry a zone"):
            self._times(whole)
        if self._shape.states:
            with self._report.check(
                "a state is open, waiting, closed or unknown, and lists are narrowed by it"
            ) as seen:
                await self._states(listed, whole, seen)
        with self._report.check("a search finds what reading shows") as seen:
            await self._searches(whole, seen)
        with self._report.check("paging is complete and stable, whatever the page's size") as seen:
            await self._paging(self._shape.browse, {}, seen)
        with self._report.check("paging through a search is complete and stable") as seen:
            await self._paging(self._shape.search, {"query": self._words(whole)}, seen)
        with self._report.check("a page keeps its limit"):
            await self._limits()
        with self._report.check("a cursor of another call is refused"):
            await self._cursors()
        with self._report.check("an unknown id is refused by name"):
            await self._unknown()
        with self._report.check("what matches nothing is an empty page"):
            await self._nothing()
        with self._report.check("reading changes nothing"):
            await self._unchanged(whole)
        return whole

    def _tools(self, tools: Sequence[ToolFacts]) -> None:
        known = {tool.name: tool for tool in tools}
        for tool in self._shape.row.reads:
            must(tool.name in known, f"there is no tool {tool.name}")
            must(known[tool.name].read_only is not False, f"{tool.name} only reads, but says that it writes")
            must(known[tool.name].destructive is not True, f"{tool.name} only reads, but says that it is destructive")
        for write in self._shape.row.writes:
            must(
                write.name not in known or known[write.name].read_only is not True,
                f"{write.name} writes, but says that it only reads",
            )

    async def _page(self, tool: str, **arguments: Any) -> dict[str, Any]:
        page = await self._call(tool, {key: value for key, value in arguments.items() if value is not None})
        must(isinstance(page.get("items"), list), f"{tool} gives no list of items")
        must("next_cursor" in page, f"{tool} does not say whether there is a next page")
        return page

    async def read(self, name: str) -> Item:
        """One item whole."""
        result = await self._call(self._shape.read, {"id": name, **self._shape.read_arguments})
        must(isinstance(result.get("item"), dict), f"{self._shape.read} gives no item")
        item: Item = result["item"]
        return item

    async def _listed(self, seen: list[str]) -> list[Item]:
        page = await self._page(self._shape.browse, limit=50)
        items: list[Item] = page["items"]
        if not items:
            raise NothingToTry("the system holds nothing of this category yet")
        for item in items:
            must(item.get("kind") == self._shape.kind, f"a list holds a {item.get('kind')!r}, not a {self._shape.kind}")
            must(item.get("ref") == f"{self._category}/{item.get('id')}", f"{item.get('ref')!r} is not category/id")
        seen.append(f"{len(items)} items on the first page")
        return items

    async def _whole(self, listed: list[Item], seen: list[str]) -> list[Item]:
        if not listed:
            raise NothingToTry("nothing is listed")
        whole = []
        for item in _spread(listed, SAMPLE):
            by_id = await self.read(item["id"])
            must(by_id["ref"] == item["ref"], f"reading {item['id']} gives {by_id['ref']}")
            by_ref = await self.read(item["ref"])
            must(by_ref == by_id, f"reading {item['ref']} by its ref and by its id differ")
            whole.append(by_id)
        seen.append(f"{len(whole)} read")
        return whole

    def _parts(self, item: Item) -> list[Item]:
        parts = item.get(self._shape.parts) if self._shape.parts else None
        return parts if isinstance(parts, list) else []

    def _refs(self, whole: list[Item]) -> None:
        if not whole:
            raise NothingToTry("nothing was read")
        refs: set[str] = set()
        for item in whole:
            for part in self._parts(item):
                must(part["ref"] == f"{self._category}/{part['id']}", f"{part['ref']!r} is not category/id")
                must(part["ref"] != item["ref"], f"a part of {item['ref']} has the ref of its item")
                if self._shape.kind != "mail":  # a conversation's mails stand on their own
                    must(part["parent"] == item["ref"], f"{part['ref']} does not name {item['ref']} as its parent")
                    must(part["ref"] not in refs, f"{part['ref']} stands twice")
                refs.add(part["ref"])
            for holder in (item, *self._parts(item)):
                for file in holder.get("attachments") or ():
                    must(file["ref"] == f"{self._category}/{file['id']}", f"{file['ref']!r} is not category/id")
                    must(file["parent"] == holder["ref"], f"{file['ref']} does not name {holder['ref']} as its parent")

    def _times(self, whole: list[Item]) -> None:
        if not whole:
            raise NothingToTry("nothing was read")
        for item in whole:
            times = [(item["ref"], key, item[key]) for key in self._shape.times]
            times += [(part["ref"], "at", part["at"]) for part in self._parts(item)]
            for ref, key, text in times:
                try:
                    parse_time(text)
                except ValueError as error:
                    raise Broken(f"{ref}: {key} {text!r} {error}") from error

    async def _states(self, listed: list[Item], whole: list[Item], seen: list[str]) -> None:
        if not listed:
            raise NothingToTry("nothing is listed")
        for item in (*listed, *whole):
            must("state" in item, f"{item['ref']} has no state")
            must(item["state"] in (None, *STATES), f"{item['ref']} is {item['state']!r}, which is no state")
        by_ref = {item["ref"]: item for item in listed}
        for item in whole:
            known = by_ref[item["ref"]]
            must(
                item["status"] != known["status"] or item["state"] == known["state"],
                f"{item['ref']} is listed as {known['state']} and read as {item['state']}",
            )
        for state in STATES:
            page = await self._page(self._shape.browse, status=state, limit=50)
            for item in page["items"]:
                fits = item["state"] == state or str(item["status"]).strip().casefold() == state
                must(
                    fits, f"a list of what is {state} holds {item['ref']}, which is {item['state']} ({item['status']})"
                )
            found = {item["ref"] for item in page["items"]}
            missing = [item["ref"] for item in listed if item["state"] == state and item["ref"] not in found]
            must(not missing, f"a list of what is {state} lacks {', '.join(missing[:3])}")
        counted = Counter(str(item["state"] or "unknown") for item in listed)
        seen.append(", ".join(f"{number} {state}" for state, number in sorted(counted.items())))

    async def _searches(self, whole: list[Item], seen: list[str]) -> None:
        if not whole:
            raise NothingToTry("nothing was read")
        looked = 0
        for item in whole:
            title = str(item.get(self._shape.title) or "")
            if not _WORD.search(title):
                continue
            looked += 1
            must(await self._finds(title, item["ref"]), f"searching for {title[:80]!r} does not find {item['ref']}")
        if not looked:
            raise NothingToTry("no item has a title with words")
        seen.append(f"{looked} looked for by the words of their {self._shape.title}")

    async def _finds(self, query: str, ref: str) -> bool:
        cursor = None
        for _ in range(4):
            page = await self._page(self._shape.search, query=query, limit=50, cursor=cursor)
            if any(item["ref"] == ref for item in page["items"]):
                return True
            cursor = page["next_cursor"]
            if cursor is None:
                return False
        return False

    async def _all(self, tool: str, arguments: dict[str, Any], limit: int) -> tuple[list[str], bool, set[Any]]:
        """Refs of the first ``MOST_ITEMS``, whether that is all, and the totals that were given."""
        refs: list[str] = []
        totals: set[Any] = set()
        cursor = None
        for _ in range(MOST_PAGES):
            page = await self._page(tool, **arguments, limit=limit, cursor=cursor)
            must(len(page["items"]) <= limit, f"a page of {limit} holds {len(page['items'])} items")
            refs += [item["ref"] for item in page["items"]]
            totals.add(page.get("total"))
            cursor = page["next_cursor"]
            if cursor is None:
                return refs, True, totals
            if len(refs) >= MOST_ITEMS:
                return refs, False, totals
        raise Broken(f"after {MOST_PAGES} pages of {limit} there is still a next one, with {len(refs)} items so far")

    async def _paging(self, tool: str, arguments: dict[str, Any], seen: list[str]) -> None:
        if arguments.get("query") == "":
            raise NothingToTry("no item has words to look for")
        refs, complete, totals = await self._all(tool, arguments, 50)
        if not refs:
            raise NothingToTry("there is nothing to page through")
        must(len(set(refs)) == len(refs), "an item stands twice")
        must(len(totals) == 1, f"the total changes from page to page: {totals}")
        total = totals.pop()
        must(total is None or not complete or total == len(refs), f"the total is {total}, but there are {len(refs)}")
        for limit in (1, 3, 7):
            again, ended, _ = await self._all(tool, arguments, limit)
            if complete and limit * MOST_PAGES > len(refs):
                must(ended or len(again) >= MOST_ITEMS, f"pages of {limit} end before the last item")
            shared = min(len(again), len(refs))
            must(
                again[:shared] == refs[:shared], f"pages of {limit} give another order or other items than pages of 50"
            )
            must(
                not (complete and ended) or len(again) == len(refs),
                f"pages of {limit} give {len(again)} of {len(refs)}",
            )
        seen.append(f"{len(refs)} items{'' if complete else ', the first of more'}")

    async def _limits(self) -> None:
        for limit in (0, 51):
            try:
                await self._page(self._shape.browse, limit=limit)
            except Refused:
                continue
            raise Broken(f"a limit of {limit} is taken")

    async def _cursors(self) -> None:
        page = await self._page(self._shape.browse, limit=1)
        if page["next_cursor"] is None:
            raise NothingToTry("there is one item only, so no cursor")
        for tool, arguments, cursor in (
            (self._shape.browse, {}, "x"),
            (self._shape.browse, {}, page["next_cursor"][:-3]),
            (self._shape.search, {"query": "anything else"}, page["next_cursor"]),
        ):
            try:
                await self._page(tool, **arguments, limit=1, cursor=cursor)
            except Refused as refusal:
                must(refusal.kind in ("", "invalid"), f"a wrong cursor is called {refusal.kind}: {refusal}")
                continue
            raise Broken(f"{tool} takes a cursor that is not its own")

    async def _unknown(self) -> None:
        for name in (_NO_SUCH, f"{self._category}/{_NO_SUCH}", "999999999"):
            try:
                await self.read(name)
            except Refused as refusal:
                must(refusal.kind in ("", "not_found"), f"an unknown id is called {refusal.kind}: {refusal}")
                must(name.rpartition("/")[2] in str(refusal), f"the refusal does not name {name}: {refusal}")
                continue
            raise Broken(f"{name} is read as if it were there")

    async def _nothing(self) -> None:
        asked: list[tuple[str, dict[str, Any]]] = [(self._shape.search, {"query": "?! …"})]
        asked.append((self._shape.search, {"query": "zqxjkvb wvqzjxk"}))
        asked += [(self._shape.browse, {name: "zqxjkvb-wvqzjxk"}) for name in self._shape.filters]
        for tool, arguments in asked:
            page = await self._page(tool, **arguments, limit=5)
            must(page["items"] == [], f"{tool} finds {len(page['items'])} items for {arguments}")

    async def _unchanged(self, whole: list[Item]) -> None:
        if not whole:
            raise NothingToTry("nothing was read")
        for item in whole:
            must(await self.read(item["id"]) == item, f"{item['ref']} is not what it was when it was first read")

    def _words(self, whole: list[Item]) -> str:
        """The commonest word of the titles: what a search finds most of."""
        counted: dict[str, int] = {}
        for item in whole:
            for word in {match.casefold() for match in _WORD.findall(str(item.get(self._shape.title) or ""))}:
                counted[word] = counted.get(word, 0) + 1
        return max(sorted(counted), key=lambda word: counted[word], default="")


def _spread(items: list[Item], most: int) -> list[Item]:
    """The first, the last and some between."""
    if len(items) <= most:
        return items
    return [items[index * (len(items) - 1) // (most - 1)] for index in range(most)]
