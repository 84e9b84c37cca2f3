"""How long a workspace takes to load and to search, beside SQLite's full-text index alone on the same texts.

    python benchmarks/workspace.py [MESSAGES] [PAIRS]

A workspace of MESSAGES (200,000) is made once as tickets of ten messages and once as chat. The yardstick puts the texts of its
messages, parsed already, into one table of SQLite's full-text index in one transaction, and looks for the same words in it. Each
load runs in a process of its own, in turn with its yardstick, PAIRS times (3). The same messages as an export of Zendesk's and one
of Slack's are imported, and imported again. Printed are the ratios of processor time and of time on the wall, pair by pair, as
medians with the lowest and the highest, and the most memory that a load or an import took.
"""

import json
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

MESSAGES = 200_000
PAIRS = 3
OF_ONE_TICKET = 10
WORDS = 25
"""Of one message."""
VOCABULARY = 20_000
SEARCHES = 20
SYLLABLES = [first + second for first in "bcdfghjklmnprstvw" for second in "aeiou"]


class Text:
    """Texts of made-up words, of which few are frequent and most are rare, as in what people write."""

    def __init__(self) -> None:
        self._random = random.Random(7)
        self.words = ["".join(self._random.choices(SYLLABLES, k=self._random.randint(2, 4))) for _ in range(VOCABULARY)]
        self._weights = list(accumulate(1 / (rank + 1) for rank in range(VOCABULARY)))

    def of(self, count: int) -> str:
        """A text of ``count`` words."""
        return " ".join(self._random.choices(self.words, cum_weights=self._weights, k=count))


def tickets(count: int) -> Iterator[dict[str, Any]]:
    """Tickets with ``count`` messages together."""
    text = Text()
    for number in range(count // OF_ONE_TICKET):
        messages = [
            {
                "id": f"T-{number}-m{place}",
                "at": f"2026-03-{1 + number % 9:02d}T{place:02d}:00:00Z",
                "author": f"user{number % 997}",
                "role": "agent" if place % 2 else "customer",
                "text": text.of(WORDS),
            }
            for place in range(OF_ONE_TICKET)
        ]
        yield {
            "id": f"T-{number}", "customer": f"Customer {number % 500}", "created_at": "2026-03-01T00:00:00Z", "status": "open",
            "priority": "high", "subject": text.of(6), "messages": messages,
        }  # fmt: skip


def chat(count: int) -> Iterator[dict[str, Any]]:
    """``count`` messages of a chat."""
    text = Text()
    for number in range(count):
        at = f"2026-03-{1 + number % 9:02d}T{number % 24:02d}:00:00Z"
        yield {
            "id": f"M-{number}", "channel": f"#c{number % 50}", "at": at, "author": f"u{number % 997}", "text": text.of(WORDS),
        }  # fmt: skip


SHAPES = {"support_platform": tickets, "chat": chat}


def write(path: Path, category: str, count: int) -> None:
    """Write a workspace of one category."""
    with path.open("w", encoding="utf-8") as file:
        file.write(f'{{"now": "2026-03-10T12:00:00Z", "records": {{"{category}": [')
        for place, record in enumerate(SHAPES[category](count)):
            file.write(f"{',' if place else ''}\n{json.dumps(record)}")
        file.write("]}}\n")


def write_zendesk(path: Path, source: Path) -> None:
    """The tickets of a workspace as Zendesk's full export."""
    roles = {"customer": 71, "agent": 72}
    with path.open("w", encoding="utf-8") as file:
        for number, ticket in enumerate(json.loads(source.read_text(encoding="utf-8"))["records"]["support_platform"]):
            comments = [
                {
                    "id": 100 * number + place, "author_id": roles[one["role"]], "plain_body": one["text"], "created_at": one["at"],
                    "html_body": f"<div><p>{one['text']}</p></div>", "public": True, "attachments": [],
                }
                for place, one in enumerate(ticket["messages"])
            ]  # fmt: skip
            row = {key: ticket[key] for key in ("created_at", "status", "priority", "subject")}
            file.write(f"{json.dumps({**row, 'id': number, 'requester_id': 71, 'comments': comments})}\n")
        for name, person in roles.items():
            role = "end-user" if name == "customer" else "agent"
            file.write(f"{json.dumps({'id': person, 'name': name, 'email': f'{name}@a.example', 'role': role})}\n")


def write_slack(path: Path, source: Path) -> None:
    """The chat of a workspace as Slack's export, a file for each thousand messages of a channel."""
    rows = json.loads(source.read_text(encoding="utf-8"))["records"]["chat"]
    channels = sorted({row["channel"] for row in rows})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        named = [{"id": f"C{place:09d}", "name": name[1:]} for place, name in enumerate(channels)]
        file.writestr("channels.json", json.dumps(named))
        file.writestr(
            "users.json", json.dumps([{"id": f"u{number}", "name": f"user{number}"} for number in range(997)])
        )
        for channel in channels:
            talk = [
                {"type": "message", "user": row["author"], "text": row["text"], "ts": f"{1_772_000_000 + place}.000100"}
                for place, row in enumerate(rows)
                if row["channel"] == channel
            ]
            for day, start in enumerate(range(0, len(talk), 1_000)):
                name = f"{channel[1:]}/2026-{1 + day // 28:02d}-{1 + day % 28:02d}.json"
                file.writestr(name, json.dumps(talk[start : start + 1_000]))


EXPORTS = {"support_platform": write_zendesk, "chat": write_slack}


def texts(path: Path, category: str) -> list[tuple[str]]:
    """The texts of the messages in a workspace."""
    records = json.loads(path.read_text(encoding="utf-8"))["records"][category]
    return [(one["text"],) for record in records for one in record.get("messages", [record])]


def queries() -> list[str]:
    """Two words each, one of them frequent."""
    words = Text().words
    return [f"{words[10 + number]} {words[1_000 + 37 * number]}" for number in range(SEARCHES)]


def ours(source: Path, database: Path, category: str) -> dict[str, float]:
    """Load and search as the product does."""
    from support_connectors.backend import Paging
    from support_connectors.workspace.store import load_workspace, open_workspace

    cpu, wall = time.process_time(), time.perf_counter()
    load_workspace(source, database)
    took = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    with open_workspace(database) as store:
        start = time.process_time()
        for query in queries():
            if category == "chat":
                store.chat.search_chat(query, Paging(10))
            else:
                store.support_platform.search_tickets(query, None, Paging(10))
        took["search"] = time.process_time() - start
    return took


def imported(source: Path, database: Path, _category: str) -> dict[str, float]:
    """Import as the product does, and once more."""
    from support_connectors.imports.options import Options
    from support_connectors.imports.running import import_files

    took: dict[str, float] = {}
    for name in ("", "again "):
        cpu, wall = time.process_time(), time.perf_counter()
        import_files([source], database, Options())
        took |= {f"{name}cpu": time.process_time() - cpu, f"{name}wall": time.perf_counter() - wall}
    return took


def yardstick(source: Path, database: Path, category: str) -> dict[str, float]:
    """The same with SQLite alone: no tables, no ids, no checks."""
    import sqlite3

    from support_connectors.workspace.full_text import match_expression

    rows = texts(source, category)
    connection = sqlite3.connect(database)
    cpu, wall = time.process_time(), time.perf_counter()
    connection.execute("CREATE VIRTUAL TABLE message USING fts5(body, tokenize = 'porter unicode61')")
    connection.executemany("INSERT INTO message (body) VALUES (?)", rows)
    connection.commit()
    took = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    start = time.process_time()
    for query in queries():
        wanted = "SELECT rowid, body FROM message WHERE message MATCH ? ORDER BY rank LIMIT 10"
        connection.execute(wanted, (match_expression(query),)).fetchall()
    took["search"] = time.process_time() - start
    connection.close()
    return took


def most_memory() -> float:
    """The most memory that this process took, in MB, as Linux tells it; elsewhere with what its parent had when it began."""
    status = Path("/proc/self/status")
    if status.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="utf-8"))
        if found:
            return int(found[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(kind: str, source: Path, category: str) -> dict[str, float]:
    """One of the two in a process of its own; ``memory`` is the most that it took, in MB."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, kind, str(source), f"{folder}/workspace.db", category]
        found: dict[str, float] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        return found


def ratios(pairs: Sequence[tuple[dict[str, float], dict[str, float]]], key: str, prefix: str = "") -> str:
    """The median ratio with the lowest and the highest."""
    found = [first[prefix + key] / second[key] for first, second in pairs]
    return f"{statistics.median(found):.2f} ({min(found):.2f} to {max(found):.2f})"


def main() -> None:
    """Print the ratios of each shape."""
    if len(sys.argv) == 5:
        run = {"ours": ours, "imported": imported, "yardstick": yardstick}[sys.argv[1]]
        took = run(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
        took["memory"] = most_memory()
        print(json.dumps(took))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MESSAGES
    times = int(sys.argv[2]) if len(sys.argv) > 2 else PAIRS
    with tempfile.TemporaryDirectory() as folder:
        for category in SHAPES:
            source = Path(folder) / f"{category}.json"
            write(source, category, count)
            pairs = [
                (measured("ours", source, category), measured("yardstick", source, category)) for _ in range(times)
            ]
            memory = max(first["memory"] for first, _ in pairs)
            size = source.stat().st_size / 1e6
            print(f"{category}: {count:,} messages, {size:.0f} MB, in times of SQLite alone, {times} pairs")
            print(
                f"  load, processor {ratios(pairs, 'cpu')}; on the wall {ratios(pairs, 'wall')}; {memory:.0f} MB of memory"
            )
            print(f"  search, processor {ratios(pairs, 'search')}")
            export = Path(folder) / f"{category}.export"
            EXPORTS[category](export, source)
            pairs = [
                (measured("imported", export, category), measured("yardstick", source, category)) for _ in range(times)
            ]
            memory = max(first["memory"] for first, _ in pairs)
            print(
                f"  import, processor {ratios(pairs, 'cpu')}; on the wall {ratios(pairs, 'wall')}; {memory:.0f} MB of memory"
            )
            print(f"  the same again, processor {ratios(pairs, 'cpu', 'again ')}")


if __name__ == "__main__":
    main()
