"""S11: text inside a record that addresses an assistant or tries to steer severity, target or actions.

The answer says in neutral words what the text tries and repeats none of it, so that it can stand on a brief. Ordinary
support talk is not steering: customers may ask for engineering, for an update or for a higher priority.
"""

import re

from customer_escalation.domain.rule_registry import carries_out
from customer_escalation.domain.tamed import tamed

_ADDRESSED = re.compile(
    r"(?<!\w)@(?:assistant|ai|bot|claude|gpt|copilot|llm|agent-?bot)\b|"
    r"\b(?:dear|hey|hi|hello|attention|note to|message (?:to|for)|instructions? (?:to|for)|to) (?:the |any |all )?(?:ai|llm|language "
    r"model|assistant|chat ?bot|copilot|claude|gpt)s?\b|"
    r"^\s*(?:ai|assistant|system|llm|bot)\s*[:>]|\[(?:system|inst|assistant)\]|<\s*/?\s*(?:system|instructions?|assistant)\s*>|"
    r"\b(?:an die|liebe|lieber|an den) (?:ki|assistent\w*)\b|\bki-assistent\w*\b|\bal asistente\b|\bquerida? (?:ia|asistente)\b|"
    r"\bà l['’]assistant\b|\bchère? (?:ia|assistant)\b|"
    r"\b(?:if|when|as|whoever|whatever) (?:you are|you're|is) (?:an? |the )?(?:ai|llm|language model|assistant|automated)\b",
    re.IGNORECASE | re.MULTILINE,
)
_OVERRIDE = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b(?! (?:my|our)\b).{0,30}"
    r"\b(?:previous|prior|above|earlier|all|any|your|other|system)\b.{0,30}"
    r"\b(?:instructions?|rules?|prompts?|polic(?:y|ies)|guidelines?|messages?|context)\b|"
    r"\byour (?:system|hidden|initial) prompt\b|\b(?:print|show|reveal|repeat|output|share)\b.{0,20}\b(?:system|hidden|initial) prompt\b|"
    r"\bnew instructions?\s*:|\byou are now (?:an?|the|in)\b|"
    r"\bact as (?:an?|the)\b.{0,30}\b(?:admin|system|assistant|developer)\b|\bdeveloper mode\b|"
    r"\b(?:ignoriere|vergiss)\b.{0,40}\b(?:anweisungen|regeln)\b|\bignora\b.{0,40}\binstrucciones\b|"
    r"\b(?:ignore[rz]?|oublie[rz]?)\b.{0,40}\b(?:instructions|consignes|règles)\b",
    re.IGNORECASE,
)
_WRITING = re.compile(
    r"\b(?:when|while) (?:writing|summari[sz]ing|drafting|preparing)\b.{0,40}\byou (?:must|should|shall|have to)\b|"
    r"\b(?:when|while|once|if|as) (?:you|the (?:ai|assistant|bot|summary|brief|report))\b.{0,20}\b(?:write|writes|writing|summari[sz]e\w*|"
    r"draft\w*|generat\w*|prepar\w*|escalat\w*|report\w*|creat\w*)\b.{0,80}"
    r"\b(?:also|then|must|make sure|do not|don't|include|post|send|add|set|mark|list|say|omit|leave out|publish|forward|e-?mail)\b|"
    r"\b(?:in|into) (?:your|the) (?:summary|brief|report|write-?up|escalation)\b.{0,60}\b(?:include|state|say|write|mark|omit|set)\b|"
    r"\b(?:include|state|say|write|mark|omit)\b.{0,60}\bin (?:your|the) (?:summary|brief|write-?up|escalation brief)\b",
    re.IGNORECASE,
)
_LABELS = re.compile(
    r"\b(?:set|mark|classify|label|treat|rate|change|raise|lower|downgrade|report)\b.{0,40}\b(?:severity|as (?:critical|high|medium|low|"
    r"resolved|closed|handled|not a (?:bug|security))|target(?: team)?|sev ?-?[0-4])\b.{0,40}\b(?:to|as|=|critical|high|medium|low|"
    r"leadership|security|engineering|product|none)\b|\bseverity\s*[:=]\s*(?:critical|high|medium|low)\b|"
    r"\bmark (?:it|this) as (?:closed|resolved|handled)\b|\bdo not escalate\b|\bmust (?:be )?(?:not )?(?:be )?escalated? to\b",
    re.IGNORECASE,
)
_DISCLOSE = re.compile(
    r"\b(?:post|publish|send|share|e-?mail|forward|upload|list|reveal|print|output|dump|export|paste)\b.{0,60}\b(?:all|full|every|entire|"
    r"complete|other|the)\b.{0,40}\b(?:customers?|accounts?|contacts?|arr|revenue|credentials?|passwords?|tokens?|keys?|secrets?|"
    r"tickets?|prompt|internal notes?|conversation)\b",
    re.IGNORECASE,
)
_MACHINE_ACTION = re.compile(
    r"\b(?:call|use|run|invoke|execute) (?:the )?(?:tool|function|api)\b|\b(?:close|delete|reassign|refund|approve|transfer)\b.{0,40}"
    r"\b(?:automatically|without (?:asking|approval|review|confirmation))\b|\bpre-?approved by\b|\bapproved by (?:leadership|management|"
    r"security|the ceo)\b|\bno (?:approval|confirmation|review) (?:is )?needed\b",
    re.IGNORECASE,
)
_REPORTED = re.compile(
    r"\b(?:i|we|he|she|they)(?:'ve|'s|'d)? (?:(?:have|has|had|already|just|now) ){0,3}(?:set|marked|classified|labell?ed|rated|raised|"
    r"lowered|changed|treated|reported)\b",
    re.IGNORECASE,
)
"""Somebody tells what was done with a label, and asks nobody to do it."""
_HUMAN = re.compile(r"\b(?:can|could|would|will) you (?:please )?\b|\bplease\b", re.IGNORECASE)


@carries_out("S11")
def first_instruction_like(text: str) -> str | None:
    """Why this text looks like an instruction to whoever processes it; None for ordinary talk.

    One strong sign is enough: it addresses an assistant, or tells its reader to drop instructions. Weaker signs count where
    they concern the write-up, or where two come together.
    """
    text = tamed(text)
    plain = " ".join(text.split())
    addressed, overriding = _ADDRESSED.search(text), _OVERRIDE.search(plain)
    discloses, labels = _DISCLOSE.search(plain), _LABELS.search(plain)
    writing, acting = _WRITING.search(plain), _MACHINE_ACTION.search(plain)
    aim = _aim(bool(discloses), bool(labels), bool(acting))
    if overriding:
        return f"tells its reader to set aside other instructions{aim}"
    if addressed and (discloses or labels or writing or acting or _commands(plain)):
        return f"addresses an AI assistant{aim or ' and gives it orders'}"
    if writing and (discloses or labels or acting):
        return f"tries to steer the write-up of this issue{aim}"
    if labels and not _HUMAN.search(plain) and not _REPORTED.search(plain) and _prescribes_labels(plain):
        return "tries to set the severity or the target of this issue"
    if acting and (discloses or labels):
        return f"claims an approval or asks for an unreviewed action{aim}"
    return None


def _aim(discloses: bool, labels: bool, acting: bool) -> str:
    if discloses:
        return " and asks to publish or send data"
    if labels:
        return " and tries to set the severity or the target"
    return " and asks for an unreviewed action" if acting else ""


def _commands(text: str) -> bool:
    """An imperative that concerns the work on the record itself."""
    return bool(re.search(
        r"\b(?:you (?:must|should|shall|have to|need to)|do not|don't|never|always|please|also|instead)\b.{0,60}"
        r"\b(?:post|send|write|say|set|mark|close|approve|refund|reveal|list|include|omit|reply|answer|escalate|delete|tell|"
        r"mention|summari[sz]e)\b|"
        r"[:,>]\s*(?:post|send|write|set|mark|close|approve|refund|reveal|list|include|omit|reply|escalate|delete|summari[sz]e)\b",
        text, re.IGNORECASE,
    ))  # fmt: skip


def _prescribes_labels(text: str) -> bool:
    """It names the label to be set, as policy and not as a wish."""
    return bool(re.search(
        r"\bseverity\s*[:=]|\b(?:set|mark|classify|label|downgrade|rate)\b.{0,25}\bseverity\b|\bdo not escalate\b|"
        r"\bmust (?:not )?be escalated? to\b|\b(?:mark|classify|label|treat) (?:this|it) as (?:critical|resolved|low|handled|not)\b",
        text, re.IGNORECASE,
    ))  # fmt: skip
