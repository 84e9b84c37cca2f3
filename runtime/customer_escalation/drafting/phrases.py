"""Turns of speech by which the drafter without a model finds steps, results, demands and dates: patterns as data.

English in the main, with the commonest words of German. What decides something stands in ``signals``.
"""
# ruff: noqa: E501 - patterns are data; a break in one would hide it

import re
from functools import cache

from customer_escalation.domain.day_names import alternatives, month_names, weekday_names

DID = (
    r"tried|tested|checked|compared|verified|measured|reproduced|restarted|rebooted|rotated|re-?imported|re-?created|re-?installed|"
    r"re-?saved|re-?ran|re-?triggered|cleared|changed|switched|turned|enabled|disabled|raised|increased|lowered|reduced|upgraded|"
    r"downgraded|updated|rolled|removed|pulled|added|loaded|ran|uploaded|allowed|configured|replaced|reset|followed|reverted|"
    r"disconnected|reconnected|excluded|isolated|patched|deployed|looked at|had a quick look|linked|filed|logged|asked"
)

ACTION = re.compile(
    rf"\b(?:I|we|they|you|one|has|have|had|was|were|also|then|and)\b[^.?!]{{0,40}}?\b(?:{DID})\b|^(?:\W*(?:Internal|Intern|Update|Note):\s*)?"
    rf"(?:{DID})\b|\b(?:triggering|restarting|raising|changing|re-?installing|clearing)\b|\bafter (?:\w+ing)\b|"
    r"^[A-Z]\w+(?: \w+)? (?:restarted|raised|rolled back|patched|rebooted|reverted)\b|\b(?:did|done) (?:that|at|so|it)\b|^done\b|"
    r"\b(?:nachstellen|neu gestartet|neu gespeichert|getestet|geprüft|neu installiert|hochgeladen|zurückgesetzt)\b",
    re.IGNORECASE,
)

ASK = re.compile(
    r"\bplease (?!let me know|bear|accept|find|keep me|do not hesitate|be patient)\w+|\b(?:could|can|would|will) you\b(?! be so kind to wait)|"
    r"\bbitte (?:prüfen|starten|testen|versuchen|senden|schicken|stellen|setzen|öffnen|laden)\b|\bkönn(?:en|ten) Sie\b|\btry (?:the|to|it|a|what)\b|"
    r"\bcould (?:the|this|that|it)\b.*\?$|\b(?:ask|asked) for\b|\bwhat do you see\b|\bdo(?:es)? (?:it|the|your)\b.*\?$|\bare (?:you|the|they|there)\b.*\?$|\bis (?:the|your|there|it)\b.*\?$",
    re.IGNORECASE,
)

RESULT = re.compile(
    r"\bno (?:change|difference|effect|luck|filters?|failures?)\b|\b(?:did|does) ?(?:n't|not|n’t) (?:help|change|work|fix|clear)\b|\bnot? helped\b|"
    r"\bsame\b|\bstill\b|\bagain\b|\bworks?\b|\bworked\b|\bhelped\b|\bcompleted\b|\bsucceeded\b|\bpass(?:es|ed)?\b|\bunblocked\b|\bgood for now\b|"
    r"\bfail(?:s|ed)?\b|\bwithout (?:success|errors|trouble)\b|\b\d[\d,.]* (?:of|out of|von) \d|\b\d[\d,.]* ?(?:s|ms|seconds|%)\b.{0,15}\bnow\b|"
    r"\bresolved\b|\brules? (?:it|that|\w+) out\b|\bis not it\b|\bnot the\b|\berror rate\b|\bquiet\b|\bshowed?\b|\bis (?:gone|back|fixed)\b|"
    r"\b(?:declined|refused|rejected)\b|\bcannot be\b|\bnothing about\b|\bI have no \w+|\bno \w+ (?:yet|so far)\b|"
    r"\bkeine (?:Änderung|Wirkung)\b|\bnicht geholfen\b|\bimmer noch\b|\bfunktioniert\b|\bwird (?:richtig|korrekt) \w+|\bunder \d",
    re.IGNORECASE,
)

REPRODUCED = re.compile(
    r"\b(?:reproduc\w+|nachstell\w*|nachgestellt|I get \d+ (?:of|out of) \d+|(?:I|we) (?:can |could )?(?:also )?see (?:it|the same|this)|I loaded|I ran)\b",
    re.IGNORECASE,
)
"""What a colleague saw happen; it stands with the reproduction."""

HANDOVER = re.compile(r"\b(?:asked|linked|filed|logged|told|raising this|passed|passing)\b", re.IGNORECASE)
"""What was handed to colleagues: only colleagues can say what came of it."""

OWN_CHANGE = re.compile(
    r"\b(?:maintenance|notice of|rollout|release notes|(?:enabled|switched on|shipped|deployed)\b.{0,30}\bwith v?\d[\d.]*)\b",
    re.IGNORECASE,
)
"""A planned change of ours is no attempt at the problem."""

POLITE = re.compile(
    r"^(?:hi|hello|dear|hey|good (?:morning|afternoon|evening)|guten (?:morgen|tag)|hallo|thanks?|thank you|many thanks|sorry|i am sorry|i'm sorry|"
    r"understood|noted|great|glad|good to hear|ok(?:ay)?|sure|will do|fine|alright|ta|das verstehe|danke|vielen dank|regards|best)\b",
    re.IGNORECASE,
)

SUBSTANCE = re.compile(
    r"\d|\?|\b(?:I|we|you) (?:have|had|am|are|will|can|could|did|get|see)\b|\bplease\b|\bfix\w*\b|\banother case\b",
    re.IGNORECASE,
)


@cache
def date_pattern() -> re.Pattern[str]:
    """A date, a weekday, or a word that announces one."""
    month, weekday = alternatives(month_names()), alternatives(weekday_names())
    return re.compile(
        r"\b(?:by|before|until|till|not later than|deadline|due|within|bis|spätestens|vor dem|antes|avant)\b|"
        rf"\b(?:{weekday}|tomorrow|today|tonight)\b|\b\d{{1,2}}\.? (?:(?:of|de) )?(?:{month})\b|\b(?:{month})\.? \d{{1,2}}\b|"
        r"\b20\d\d-\d\d-\d\d\b",
        re.IGNORECASE,
    )


DEMAND = re.compile(
    r"\b(?:we|I) (?:need|want|expect|require|must|cannot wait|have to)\b|\bneed(?:s|ed)? (?:to know|an? (?:date|fix|answer|time))\b|\bany news\b|\bwhen (?:will|can|do|is)\b|"
    r"\bplease\b|\bkeep me posted\b|\btell us\b|\blet (?:me|us) know\b|\bwithout (?:a|one)\b|\bcommit\w*\b|\brefund\b|\bstop charging\b|\bescalate\b|"
    r"\bdo you have\b|\bare there still\b|\bis (?:this|that|it) (?:possible|known)\b|\bis there (?:another|a) \w+\b|\bbis wann\b|\bdürfen wir\b|"
    r"\bobliged?\b|\bwe deliver\b",
    re.IGNORECASE,
)

AHEAD = re.compile(
    r"\b(?:we|our|must|will|to be|due|deadline|deliver\w*|submission|meeting|call|board|renew\w*|geht|wir)\b",
    re.IGNORECASE,
)

HISTORY = re.compile(r"\b(?:since|on|found|last|ago|yesterday|worked|were)\b", re.IGNORECASE)

LISTED = re.compile(
    r"\b(?:steps(?: to reproduce)?|to reproduce|repro(?:duction)?(?: steps)?|schritte)\s*:", re.IGNORECASE
)

RULED_OUT = re.compile(
    r"\b(?:rules? (?:\w+ ){0,3}out|ruled out|is not it|so not a|not account-specific|no filters?)\b|\b0 (?:of|von|out of) \d+\b|\b(?:is|are|were) fine\b|"
    r"\bnever fail\b|\bwithout (?:trouble|errors)\b|\bwird (?:richtig|korrekt) \w+|\bunchanged\b",
    re.IGNORECASE,
)

ANNOUNCED = re.compile(
    r"\b(?:by|before|until|due|deadline|deliver|deliver to|means|needs? to|must|board|go-live|launch|to be)\b",
    re.IGNORECASE,
)
"""What makes a customer's date a deadline."""

COMING = re.compile(r"\b(?:next|deadline|due|planned for|scheduled for|billing run|goes live|release)\b", re.IGNORECASE)
"""What makes a colleague's date one that matters."""
