"""STANDIN"""


def first_instruction_like(text: str) -> str | None:
    return "addresses an AI assistant" if "@assistant" in text else None
