"""What a brief says where a sentence stays unsupported after the repairs: "unknown", and that something was withheld."""

from typing import Any

from customer_escalation.domain.brief import Draft

WITHHELD = "Unknown: a drafted sentence was withheld here because the records that it cited do not support it."
WITHHELD_SUMMARY = "Summary withheld: it names something that the cited records do not hold"
WITHHELD_ASK = "Investigate: the drafted ask was withheld because the records that it cited do not support it."


def withheld(draft: Draft, places: set[str]) -> Draft:
    """The draft with what stands at ``places`` (``description[1]``, ``reproduction.actual``) replaced or left out."""
    data = draft.model_dump()
    if "summary" in places:
        data["summary"] = WITHHELD_SUMMARY
    for name, value in data.items():
        if isinstance(value, list):
            data[name] = [
                item for index, part in enumerate(value) if (item := _part(name, part, f"{name}[{index}]", places))
            ]
    repro = data.get("reproduction")
    if repro:
        for name, value in repro.items():
            if f"reproduction.{name}" in places:
                repro[name] = WITHHELD
            elif name == "steps":
                steps = [
                    _part("steps", step, f"reproduction.steps[{index}]", places) for index, step in enumerate(value)
                ]
                repro["steps"] = steps
    return type(draft).model_validate(data)


def _part(name: str, part: Any, where: str, places: set[str]) -> Any:
    """One entry of a list, withheld where it must be; None where it is better left out."""
    if f"{where}.note" in places:
        return {**part, "note": ""}
    if where not in places:
        return part
    match name:
        case "tried":
            return {"action": WITHHELD, "result": "Result not recorded.", "cites": []}
        case "asks":
            return {**part, "text": WITHHELD_ASK, "cites": []}
        case "deadlines":
            return {
                **part,
                "what": "what was due then is withheld: no cited record shows it",
                "basis": "proposed",
                "cites": [],
            }
        case "unknowns":
            return None
        case _:
            return {"text": WITHHELD, "kind": "inference", "cites": []}
