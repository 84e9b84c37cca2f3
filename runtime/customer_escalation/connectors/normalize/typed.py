"""The border that every record passes, whoever gave it: fields have the types that the rest relies on, or are set apart.

Our own servers keep it by their models; a server of another house that answers in our form promises it and may not keep it. A
field that does not fit stays in the record under another name, so that it can still be read and cited.
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from customer_escalation.connectors.normalize.items import JsonObject, short_digest
from customer_escalation.domain.categories import SOURCES
from customer_escalation.domain.evidence import parse_moment
from skill_runtime.bounds import cut
from support_connectors.states import is_state

MOST_OF_A_TITLE = 1_000
MOST_OF_A_NAME = 300
"""Characters of a name, a state or another short field, which is one line."""
MOST_OF_AN_ID = 200
_SHORT = frozenset(
    "kind subject title name customer author status priority channel type account tier folder media_type ticket_kind".split()
)
_LONG = frozenset({"text", "body"})
_TIMES = frozenset({"at", "created_at", "updated_at", "modified_at"})
_ROLES = frozenset({"customer", "agent", "community"})
_OF_OBJECTS = frozenset({"contacts", "open_deals", "people"})
_PARTS = frozenset({"messages", "comments", "timeline", "attachments", "thread"})
_OF_TEXTS = frozenset({"labels", "to"})
_NO_MARK = re.compile(r"[^\w./:@+~=$%&!()*#?-]+")
"""What the citation of a record cannot hold, or would be read as its end."""


def typed(value: Any, category: str) -> Any:
    """A copy in which every record of ``category`` keeps its form."""
    if isinstance(value, list):
        return [typed(item, category) for item in value]
    if not isinstance(value, dict):
        return value
    copy = {key: typed(item, category) for key, item in value.items()}
    ref = copy.get("ref")
    return _record(copy, category) if isinstance(ref, str) and ref.startswith(f"{category}/") else copy


def citable_id(text: str) -> str:
    """An id that can stand in a citation: the id itself, or what is left of it with a digest."""
    if len(text) <= MOST_OF_AN_ID and not _NO_MARK.search(text) and text.strip(".,:;?!") == text and text:
        return text
    plain = _NO_MARK.sub("-", text).strip("-.,:;?!")[: MOST_OF_AN_ID // 2].rstrip("-.,:;?!")
    return f"{plain}-{short_digest(text)}" if plain else short_digest(text)


def _record(record: JsonObject, category: str) -> JsonObject:
    kept: JsonObject = {}
    for key, value in record.items():
        name, fitting = _field(key, value, category)
        if fitting is not None or value is None:
            kept[name] = fitting
    name = kept["ref"].partition("/")[2]
    kept.setdefault("id", name)
    if not isinstance(kept.get("kind"), str):
        source = SOURCES.get(category)
        kept["kind"] = (source.part if "parent" in kept else source.row.item) if source else "item"
    return kept


def _field(key: str, value: Any, category: str) -> tuple[str, Any]:
    """The field's name and value as they may stand; what does not fit goes by ``source_…``."""
    apart = f"source_{key}"
    if key in ("ref", "parent"):
        return (key, _ref(value, category)) if isinstance(value, str) else (apart, value)
    if key == "id":
        return key, citable_id(str(value)) if isinstance(value, str | int) else None
    if value is None:
        return key, None
    if key in _SHORT or key in _LONG:
        text = value if isinstance(value, str) else str(value) if isinstance(value, int | float) else None
        return (apart, value) if text is None else (key, _short(key, text) if key in _SHORT else text)
    if key in _TIMES:
        return (key, value) if parse_moment(value) is not None else (apart, value)
    if key == "state":
        return (key, value) if isinstance(value, str) and is_state(value) else (apart, value)
    if key == "role":
        return (key, value) if isinstance(value, str) and value in _ROLES else (apart, value)
    if key == "internal":
        return (key, value) if isinstance(value, bool) else (apart, value)
    if key == "arr_usd":
        return (key, value) if _is_number(value) else (apart, value)
    if key == "renewal":
        return (key, _short(key, value)) if isinstance(value, str) else (apart, value)
    if key == "sla":
        return (key, value) if _is_sla(value) else (apart, value)
    if key in _OF_OBJECTS or key in _PARTS:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            return apart, value
        return key, [_object(item) for item in value] if key in _OF_OBJECTS else value
    if key in _OF_TEXTS:
        return (key, [_label(item) for item in value]) if isinstance(value, list) else (apart, value)
    return key, value


def _ref(ref: str, category: str) -> str:
    own, _, name = ref.partition("/")
    return f"{category}/{citable_id(name)}" if own == category else ref


def _object(value: JsonObject) -> JsonObject:
    """A contact or a deal: plain values, and an amount that can be added up."""
    kept = {key: _short(key, item) if isinstance(item, str) else item for key, item in value.items()}
    kept = {
        key: json.dumps(item, ensure_ascii=False) if isinstance(item, list | dict) else item
        for key, item in kept.items()
    }
    if "amount_usd" in kept and not _is_number(kept["amount_usd"]):
        kept["source_amount_usd"] = kept.pop("amount_usd")
    return kept


def _label(value: Any) -> str:
    """A label's own word: vendors give a text or an object with a name."""
    if isinstance(value, Mapping) and isinstance(value.get("name"), str):
        return _short("", value["name"])
    return _short("", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))


def _short(key: str, text: str) -> str:
    """A short field on one line: what goes on below it could be taken for a field or a line of its own."""
    most = MOST_OF_A_TITLE if key in ("title", "subject") else MOST_OF_A_NAME
    return " ".join(cut(text, most).split())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) < 1e15


def _is_sla(value: Any) -> bool:
    """Hours are numbers that a calendar can hold; None is a promise that was not made."""
    if not isinstance(value, dict):
        return False
    hours = [item for key, item in value.items() if str(key).endswith("_h")]
    return all(item is None or (_is_number(item) and 0 < item < 100_000) for item in hours)
