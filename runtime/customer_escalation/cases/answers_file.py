"""Answers given beforehand, for runs without a model that nobody watches: each fact's name with its answer, as JSON."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from customer_escalation.connectors.source import InvalidRequest
from customer_escalation.decision.answers import PersonAnswer, answerable, possible
from customer_escalation.decision.topics import CASE

SHAPE = '{"data_harmed": "no", "bug_confirmed": {"answer": "yes", "refs": ["project_tracker/ENG-1"]}}'


def read_answers(path: Path) -> dict[str, Any]:
    """The file's answers, checked, each as ``{"answer": ..., "refs": [...]}``. Raises ``InvalidRequest`` with every fault."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidRequest(f"Cannot read {path}: {error.strerror}.") from error
    except ValueError as error:
        raise InvalidRequest(f"{path} is no JSON ({error}); write it as {SHAPE}.") from error
    if not isinstance(data, dict):
        raise InvalidRequest(f"{path} holds no JSON object; write it as {SHAPE}.")
    return checked(data, str(path))


def checked(data: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Answers in their full form; ``where`` says where a fault stands. Raises ``InvalidRequest`` with every fault."""
    given = {name: value if isinstance(value, dict) else {"answer": _one(value)} for name, value in data.items()}
    faults = [fault for name, value in given.items() if (fault := _fault(name, value))]
    if faults:
        raise InvalidRequest(f"{where}: {' '.join(faults)}")
    return {name: {"answer": value["answer"], "refs": list(value.get("refs", []))} for name, value in given.items()}


def as_answers(given: Mapping[str, Any], by: str, at: datetime) -> tuple[PersonAnswer, ...]:
    """Checked answers with who gave them."""
    return tuple(
        PersonAnswer(name=name, answer=value["answer"], refs=tuple(value["refs"]), by=by, at=at)
        for name, value in given.items()
    )


def _one(value: Any) -> Any:
    """Ids in a list as one answer."""
    listed = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return " ".join(value) if listed else value


def _fault(name: str, value: Mapping[str, Any]) -> str:
    allowed, answer, refs = possible(name), value.get("answer"), value.get("refs", [])
    if name != CASE and not allowed:
        return f"{name!r} is no question; there are {', '.join(answerable())}."
    if name == CASE and not (isinstance(answer, str) and answer.strip()):
        return f"{CASE} names tickets by their ids."
    if name != CASE and answer not in allowed:
        return f"{name} is one of {', '.join(allowed)}, not {answer!r}."
    if not isinstance(refs, list) or not all(isinstance(ref, str) for ref in refs):
        return f"The refs of {name} are a list of texts."
    unknown = set(value) - {"answer", "refs"}
    return f"{name} has {', '.join(map(repr, sorted(unknown)))}; an answer has `answer` and `refs`." if unknown else ""
