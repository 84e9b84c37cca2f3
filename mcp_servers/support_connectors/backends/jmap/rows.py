"""What JMAP answers (RFC 8621), taken apart: folders, addresses, texts. Keep the calls within ``readable``."""

from typing import Any

from support_connectors.remote.mails import address_words, tidy

HIDDEN_ROLES = frozenset({"trash", "junk"})
Row = dict[str, Any]


class Folders:
    """The mailbox's folders, by the paths of their names."""

    def __init__(self, rows: dict[str, Row]) -> None:
        self._paths = {name: self._path(rows, name) for name in rows}
        self.hidden = [name for name, row in rows.items() if row.get("role") in HIDDEN_ROLES]
        """Ids of bin and spam."""
        self.drafts = next((name for name, row in rows.items() if row.get("role") == "drafts"), None)
        """The id of the folder for drafts."""

    @staticmethod
    def _path(rows: dict[str, Row], name: str) -> str:
        parts: list[str] = []
        above: str | None = name
        while above in rows and len(parts) < 20:
            parts.insert(0, str(rows[above]["name"]))
            above = rows[above].get("parentId")
        return "/".join(parts)

    def named(self, wanted: str) -> list[str]:
        """Ids of the folders of that path, or else of that name, in any case."""
        name = wanted.strip("/").casefold()
        whole = [own for own, path in self._paths.items() if path.casefold() == name]
        return whole or [own for own, path in self._paths.items() if path.casefold().rpartition("/")[2] == name]

    def of(self, row: Row) -> list[str]:
        """The paths of a mail's folders, at least one; those that are not hidden come first."""
        own = sorted(row.get("mailboxIds") or (), key=lambda name: (name in self.hidden, self._paths.get(name, "")))
        return [self._paths[name] for name in own if name in self._paths] or [""]

    def hides(self, row: Row) -> bool:
        """Whether a mail only lies in the bin or among spam."""
        own = row.get("mailboxIds") or {}
        return bool(own) and all(name in self.hidden for name in own)


def people(found: Any) -> list[str]:
    """Addresses of a mail in words."""
    return address_words((str(one.get("name") or ""), str(one.get("email") or "")) for one in found or ())


def text_of(row: Row, shown: int) -> tuple[str, bool]:
    """At most so many characters of the text of a mail, and whether it is all of it."""
    values = row.get("bodyValues") or {}
    for kind in ("textBody", "htmlBody"):
        parts = [(part, values[part["partId"]]) for part in row.get(kind) or () if part.get("partId") in values]
        texts = [tidy(str(value["value"]), html=part.get("type") == "text/html") for part, value in parts]
        text = "\n".join(texts).strip()
        if text:
            whole = not any(value.get("isTruncated") for _, value in parts)
            return text[:shown], whole and len(text) <= shown
    return "", True
