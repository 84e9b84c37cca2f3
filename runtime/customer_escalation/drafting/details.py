"""Details of a defect by pattern: how often it happens, and in which environment, as the records name them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from customer_escalation.drafting.reader import said
from customer_escalation.retrieval.relevance.wording import sentences
from skill_runtime.ledger import Record

_COUNTED = (
    r"calls?|requests?|runs?|attempts?|times|loads?|imports?|exports?|importen|versuchen?|tries|tests?|deliver(?:y|ies)|"
    r"events?|quer(?:y|ies)|jobs?|uploads?|snapshots?|log-?ins?|builds?|on|with|for me|in|over|über|mit"
)
_TIMES = re.compile(
    r"\b(?P<hit>\d[\d,.]*)(?: \w+)?? (?:of|out of|von|aus|in) (?:our |the )?(?P<all>\d[\d,.]*)\b"
    rf"(?= (?:\w+ )?(?:{_COUNTED})\b|(?P<bare>[,;:.]|$))",
    re.IGNORECASE,
)
_ALWAYS = re.compile(
    r"\b(?:always|every (?:time|single|login|request|export|webhook|event)|each time|100 ?%|never works|immer|jedes Mal)\b",
    re.IGNORECASE,
)
_SOMETIMES = re.compile(
    r"\b(?:intermittent\w*|sporadic\w*|on and off|random\w*|sometimes|occasional\w*|now and then|once in a while|from time to time|"
    r"some (?:runs|requests|calls)|manchmal|gelegentlich)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:only (?:when|if|with|on|for|in|after)|(?:all|every) failing ones?)\b", re.IGNORECASE)
_REPEATED = re.compile(
    r"reproduc|nachstell|I get|calls? answered|I loaded|I ran|failed|incomplete|same|falsch|Reproduced", re.IGNORECASE
)
_TRIED_BY_US = re.compile(r"reproduc|nachstell|\bI get\b|\bfail(?:s|ed)?\b", re.IGNORECASE)
"""What makes bare figures, with nothing counted beside them, a count of tries."""
MOST_TRIES = 100_000
"""Larger figures count rows or users, not tries."""


@dataclass(frozen=True)
class Detail:
    """A detail with the record and the words that show it."""

    text: str
    record: Record
    sentence: str


def frequency(ours: Iterable[Record], all_records: Iterable[Record]) -> Detail | None:
    """How often it happens: counted tries first, ours before the customers', then the words for always and sometimes."""
    everything = list(all_records)
    for records in (list(ours), everything):
        for record, sentence in _sentences(records):
            found = _TIMES.search(sentence)
            if found and (_TRIED_BY_US if found["bare"] is not None else _REPEATED).search(sentence):
                detail = _counted(found, record, sentence)
                if detail:
                    return detail
    for pattern, word in ((_CONDITION, "Only under a condition"), (_SOMETIMES, "Intermittent"), (_ALWAYS, "Always")):
        for record, sentence in _sentences(everything):
            if pattern.search(sentence) and not sentence.endswith("?"):
                return Detail(word, record, sentence)
    return None


def _counted(found: re.Match[str], record: Record, sentence: str) -> Detail | None:
    hit, whole = (int(re.sub(r"\D", "", found[name]) or 0) for name in ("hit", "all"))
    if not 0 < hit <= whole <= MOST_TRIES:
        return None
    tries = f"{found['hit']} of {found['all'].rstrip('.,')}"
    return Detail(f"Always ({tries})" if hit == whole else f"Intermittent ({tries})", record, sentence)


_ENVIRONMENT: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("version", re.compile(
        r"\b(?:(?:SDK|version|release|Version|Update auf|upgraded? (?:\w+ )?(?:from|to)|update to|since|in|on|with|mit) )?"
        r"v?\d+\.\d+(?:\.\d+)+(?:[-+][\w.]+)?\b|(?<!/)\b(?:version|release|v) ?\d+(?:\.\d+)*\b|\b20\d\d\.\d{1,2}(?![-\d]|\.\d)",
    )),
    ("region", re.compile(r"\b(?:us|eu|ap|sa|ca|me|af)-(?:east|west|north|south|central|northeast|southeast)(?:-\d)?\b")),
    ("endpoint", re.compile(r"\b(?:GET|POST|PUT|PATCH|DELETE) /[\w/{}.-]*\w|(?<=\s)/(?:v\d|api)/[\w/{}.-]*\w")),
    ("browser", re.compile(r"\b(?:Chrome|Firefox|Safari|Microsoft Edge|Opera|Internet Explorer)(?: \d+(?:\.\d+)*)?\b")),
    ("operating system", re.compile(
        r"\b(?:Windows(?: \d+| Server \d+)?|macOS(?: \d+(?:\.\d+)*| [A-Z]\w+)?|Linux|Ubuntu(?: \d+\.\d+)?|Debian(?: \d+)?|"
        r"Red Hat|CentOS(?: \d+)?|Alpine|Android(?: \d+)?|iOS(?: \d+(?:\.\d+)*)?)\b"
    )),
    ("component", re.compile(
        r"\b(?:nginx|Apache|Caddy|HAProxy|Docker|docker container|Kubernetes|PostgreSQL|Postgres|MySQL|BigQuery|Snowflake|InfluxDB|"
        r"Redis|Kafka|SAML|OIDC|SFTP|S3|Jetty|Parquet|CSV|reverse proxy)\b"
    )),
)  # fmt: skip
MOST_OF_A_KIND = 3
_PLANNED = re.compile(
    r"\b(?:planned|will be (?:in|part)|scheduled for|next (?:release|version)|branch)\b", re.IGNORECASE
)
"""A version that is yet to come is no environment."""


def environment(records: Iterable[Record]) -> dict[str, list[Detail]]:
    """Versions, regions, endpoints, browsers, systems and components by kind, each as some record spells it."""
    kept = list(records)
    found: dict[str, list[Detail]] = {}
    for kind, pattern in _ENVIRONMENT:
        known: dict[str, Detail] = {}
        for record, sentence in _sentences(kept):
            if _PLANNED.search(sentence):
                continue
            for match in pattern.finditer(sentence):
                text = match.group().strip()
                known.setdefault(text.casefold(), Detail(text, record, sentence))
        distinct = [
            detail for key, detail in known.items() if not any(key != other and key in other for other in known)
        ]
        if distinct:
            found[kind] = distinct[:MOST_OF_A_KIND]
    return found


ERROR_TEXT = re.compile(
    r"\b[A-Z][A-Z_]+-?\d{2,}\b|\b(?:HTTP|status|error|code) ?:?\s?\d{3}\b|\b[45]\d\d\b.{0,30}\b(?:error|response|answer)|\bERR_\w+|"
    r"\b\w+(?:Error|Exception)\b|\[\w+: \w+\]|(?<!\w)['\"][^'\"]{6,}['\"](?!\w)|\"(?:code|message|error)\"",
)
"""What an exact error text, a status or a log line looks like."""


def error_lines(records: Iterable[Record]) -> Iterator[tuple[Record, str]]:
    """Sentences with an exact error text."""
    for record, sentence in _sentences(records):
        if ERROR_TEXT.search(sentence):
            yield record, sentence


def _sentences(records: Iterable[Record]) -> Iterator[tuple[Record, str]]:
    for record in records:
        for sentence in sentences(said(record)):
            yield record, sentence
