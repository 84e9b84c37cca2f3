"""Words by which the drafter without a model recognises facts in records: patterns as data, and the guards around them.

English in the main, with the commonest words of German, Spanish and French for what is urgent. A pattern counts only in a
sentence that neither denies nor asks it.
"""

import re
from dataclasses import dataclass


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


DENIED = _any(
    r"\b(?:no|not|never|none|without|nobody|nothing|neither|isn'?t|wasn'?t|aren'?t|don'?t|doesn'?t|didn'?t|hasn'?t|haven'?t)\b",
    r"\b(?:kein\w*|nicht|ohne|sin|ningún|ninguna|aucun\w*|sans)\b",
)  # fmt: skip
WITHDRAWN = _any(r"\bintact\b", r"\brule[sd]? out\b", r"\bfalse alarm\b")


@dataclass(frozen=True)
class Signal:
    """A fact's pattern and whose words may carry it."""

    pattern: re.Pattern[str]
    ours_only: bool = False
    """Only agents', engineers' and other colleagues' words count."""
    deniable: bool = True
    """A denial in the same sentence makes it not count."""


SIGNALS: dict[str, Signal] = {
    "bug_confirmed": Signal(_any(
        r"\b(?:I|we) (?:can |could |have |was able to |were able to )?(?:also )?reproduc\w+", r"\breproduced\b",
        r"\bconfirmed (?:a |the |as a )?(?:bug|defect|regression|issue)\b", r"\bregression\b", r"\bknown (?:bug|defect)\b",
        r"\bprofiling shows\b", r"\broot cause\b", r"\bI see the same\b", r"\bstack trace\b", r"\bfix (?:is )?in (?:review|progress)\b",
    ), ours_only=True),
    "infrastructure": Signal(_any(
        r"\b(?:scheduler|queue|cluster|node|host|pod|worker|gateway|load balancer|database|region|cdn|dns|deploy\w*|pipeline)s?\b"
        r".{0,60}\b(?:fail\w*|down|stall\w*|issue|issues|error\w*|outage|restart\w*|unhealthy|saturat\w*|timeout\w*|not allocat\w*)",
        r"\b(?:outage|incident|maintenance)\b", r"\b5\d\d (?:error|response|status)s?\b", r"\berror rate\b",
    )),
    "data_harmed": Signal(_any(
        r"\bdata (?:loss|corruption)\b", r"\b(?:lost|corrupt(?:ed)?|deleted|overwr(?:ote|itten)|wiped|vanished|disappeared)\b.{0,40}"
        r"\b(?:data|records?|rows?|files?|documents?|history|entries)\b",
        r"\b(?:data|records?|files?|documents?|history|entries)\b.{0,40}\b(?:lost|corrupt(?:ed)?|deleted|overwritten|wiped|vanished|"
        r"disappeared|gone)\b", r"\b(?:stored|saved|written|recorded)\b.{0,60}\b(?:wrong|altered|changed|doubled|shifted|incorrect\w*)\b",
        r"\b(?:wrong|altered|doubled|shifted) (?:values?|amounts?|figures?)\b.{0,40}\b(?:stored|saved|in the database)\b",
        r"\bDatenverlust\b", r"\b(?:daten|werte|datensätze)\b.{0,60}\b(?:verloren|gelöscht|überschrieben|verändert|verfälscht)\b", r"\bpérdida de datos\b", r"\bperte de données\b",
    )),
    "production_stopped": Signal(_any(
        r"\bproduction (?:is |has been |has )?(?:completely |fully )?(?:down|stopped|halted)\b",
        r"\b(?:completely|entirely|totally) (?:down|stopped|blocked|unusable)\b", r"\bnobody can (?:log ?in|work|use)\b",
        r"\ball (?:of )?our (?:users|sites?|stores?|systems?|services?|traffic) (?:is|are) (?:down|offline|blocked|failing)\b",
        r"\b(?:site|service|shop|checkout|platform) is down\b", r"\bkomplett ausgefallen\b",
    )),
    "beyond_support": Signal(_any(
        r"\b(?:beyond|outside) (?:what )?(?:support|our access)\b", r"\bneeds? (?:access|engineering|someone with)\b",
        r"\bcustom (?:integration|implementation|build|connector|plugin)\b", r"\bescalat\w+ to (?:engineering|L2|tier 2)\b",
        r"\bwe (?:cannot|can't) see\b",
    ), ours_only=True, deniable=False),
    "again": Signal(_any(
        r"\bagain\b", r"\bis back\b", r"\bcame back\b", r"\bstill (?:happen\w*|fail\w*|see\w*|broken|occur\w*)\b", r"\breturned\b",
        r"\brecurr\w+\b", r"\bwieder\b", r"\bde nuevo\b", r"\bà nouveau\b",
    ), deniable=False),
    "declared_fixed": Signal(_any(
        r"\b(?:fixed|resolved|solved|restarted|rolled back|deployed|patched)\b", r"\bshould (?:work|be fine) now\b",
        r"\bworks? again\b", r"\ballocates? .{0,30}again\b", r"\bmarking (?:as )?(?:resolved|done|fixed)\b",
    ), ours_only=True),
    "tried_in_vain": Signal(_any(
        r"\b(?:tried|followed|did|done|applied|checked|went through|worked through)\b.{0,80}\b(?:no (?:change|luck|difference|effect)|same|"
        r"still|without success|(?:did(?:n't| not)|does(?:n't| not)) (?:help|change|work|fix))\b",
        r"\b(?:made|makes) no difference\b", r"\b(?:did(?:n't| not)|does(?:n't| not)) help\b", r"\bto no avail\b", r"\bno effect\b",
        r"\b(?:article|guide|page|steps?)\b.{0,60}\b(?:does(?:n't| not)|did(?:n't| not)) (?:apply|help|fit|work|fix|change)\b",
    ), deniable=False),
    "worsening": Signal(_any(
        r"\bgetting worse\b", r"\bmore (?:and more|often|frequent\w*)\b", r"\bincreas(?:es|ed|ing)\b", r"\bspread\w*\b",
        r"\bnow also\b", r"\bgrowing\b",
    )),
    "exposure": Signal(_any(
        r"\b(?:data|credentials?|tokens?|keys?|passwords?|emails?|files?|dashboards?|invoices?|records?)\b.{0,60}\b(?:exposed|leaked|"
        r"visible to|accessible (?:to|by|without)|shown to)\b",
        r"\b(?:can|could|able to) (?:see|open|read|access|download)\b.{0,50}\b(?:another|other|someone else'?s|different)\b"
        r".{0,30}\b(?:customer|account|company|tenant|user|organi[sz]ation)",
        r"\bunauthori[sz]ed (?:access|log-?in|use)\b", r"\bbreach(?:ed)?\b(?! of (?:the )?(?:SLA|contract))", r"\bcompromised\b",
        r"\b(?:malware|malicious|crypto ?miner|xmrig|mining process|backdoor|ransomware|trojan)\b", r"\baccount takeover\b",
        r"\bDatenleck\b",
    )),
    "vulnerability": Signal(_any(
        r"\bvulnerabilit\w+\b", r"\bCVE-\d{4}-\d+\b", r"\b(?:XSS|SQL injection|SSRF|CSRF|RCE)\b", r"\bsecurity (?:hole|flaw|issue)\b",
        r"\b(?:GDPR|HIPAA|SOC ?2|PCI|ISO ?27001)\b.{0,60}\b(?:violat\w+|breach|concern|non-?complian\w+|finding)\b", r"\bpen(?:etration)? ?test\b",
    )),
    "broken": Signal(_any(
        r"\b(?:fail(?:s|ed|ing|ure)?|broken|breaks|crash\w*|stall\w*|stuck|timeout|timed out|times out|hang\w*|freez\w*|loop\w*)\b",
        r"\b(?:cannot|can't|can ?not|could not|couldn't|unable to|won't|does not|doesn't|do not|don't|no longer|not able to)\b.{0,40}"
        r"\b(?:work\w*|log ?in|sign ?in|open|load|save|send|export\w*|import\w*|sync\w*|use|access|cancel|change|start|run|see|receiv\w*|"
        r"finish\w*)\b",
        r"\berrors?\b", r"\bmissing (?:rows|records|data|entries|lines)\b", r"\bincomplete\b", r"\btruncated\b", r"\bcut[- ]off\b",
        r"\bnot allowed\b", r"\bfunktioniert nicht\b", r"\bno funciona\b", r"\bne fonctionne (?:pas|plus)\b",
    ), deniable=False),
    "blocked": Signal(_any(
        r"\b(?:fully |completely |totally )?blocked\b", r"\bcannot work\b", r"\bcan't work\b", r"\bwork (?:has )?stopped\b",
        r"\bat a standstill\b", r"\beverything is stuck\b", r"\bblocking (?:us|our)\b", r"\bdo not start at all\b",
        r"\bcannot (?:even )?log ?in\b", r"\bcan't (?:even )?log ?in\b",
    )),
    "works_around": Signal(_any(
        r"\bwork-?around\b.{0,60}\b(?:works?|helps?|confirmed|unblock\w*)\b", r"\bunblocked\b", r"\bgood for now\b",
        r"\b(?:completed|worked|works) (?:fine |now )?(?:after|with|when|once)\b", r"\bafter (?:raising|changing|setting|disabling|"
        r"enabling|switching)\b.{0,80}\b(?:completed|works?|worked|succeed\w*|fine)\b", r"\bthat (?:works|helped|did it)\b",
    )),
    "helps_partly": Signal(_any(
        r"\bpartial\w*\b", r"\bsometimes (?:works|helps)\b", r"\b(?:re-?trigger\w*|re-?try\w*|re-?start\w*|trigger\w* (?:one more|another))"
        r".{0,60}\b(?:work\w*|help\w*|again|clears?)\b", r"\bdoes not (?:clear|fix) (?:the|all|old)\b", r"\bpulled from\b",
        r"\bremoved .{0,30}from\b",
    ), deniable=False),
    "no_workaround": Signal(_any(
        r"\bno (?:known )?work-?around\b", r"\bnothing helps\b", r"\bno way to\b", r"\bunable to\b.{0,30}\bmyself\b", r"\bcan(?:not|'t) cancel\b",
    ), deniable=False),
    "churn": Signal(_any(
        r"\b(?:we|they|I)(?:'ll| will| may| might| would)?(?: be| have to| are| are going to)? (?:leav(?:e|ing)|switch(?:ing)?|churn\w*|mov(?:e|ing) "
        r"(?:to|away)|look(?:ing)? (?:at|for) (?:alternatives|other|another)|evaluat(?:e|ing) (?:alternatives|other|\w+))\b",
        r"\b(?:not|won't|will not|no) renew(?:al)?\b", r"\bcancel (?:our|the) (?:contract|agreement|renewal)\b", r"\brisk of churn\b",
        r"\bthreaten\w* to (?:leave|churn|cancel)\b", r"\bkündigen\b", r"\brescindir\b", r"\brésilier\b",
    ), deniable=False),
    "executive": Signal(_any(
        r"\b(?:CEO|CTO|CIO|COO|CFO|VP|vice president|executive|management|leadership|director)s?\b.{0,50}\b(?:call|meeting|involve\w*|"
        r"talk|speak|escalat\w*|join\w*|answer\w*|contact\w*)\b",
        r"\b(?:call|meeting|talk|speak|escalate)\b.{0,40}\b(?:your|an?) (?:CEO|CTO|VP|executive|management|leadership|director)\b",
    )),
    "exception": Signal(_any(
        r"\b(?:without|needs?|requires?|approve\w*|grant\w*|make)\b.{0,40}\bexception\b", r"\bexception (?:to|from)\b.{0,60}\b(?:policy|contract|"
        r"terms)\b", r"\bapproved exception\b", r"\bonly (?:refund|credit|extend)\b.{0,60}\b(?:days|months)\b",
    ), ours_only=True, deniable=False),
    "pr_legal": Signal(_any(
        r"\b(?:posted|posting|post|tweet\w*|shar(?:e|ed|ing))\b.{0,40}\b(?:public\w*|twitter|linkedin|reddit|hacker ?news|review)\b",
        r"\bpublicly\b", r"\b(?:file|filing|lodge)\b.{0,20}\bcomplaint\b", r"\b(?:lawyer|attorney|legal (?:action|team|counsel|department)|"
        r"lawsuit|sue|regulator|ombudsman|press|journalist)\b", r"\bAnwalt\b", r"\babogado\b", r"\bavocat\b",
    )),
    "feature": Signal(_any(
        r"\b(?:do|does|can|will|could) you (?:already |currently )?(?:support|have|offer|plan|provide)\b", r"\broad ?map\b",
        r"\bfeature (?:request|gap)\b", r"\bwould (?:benefit from|like to (?:have|see)|be great)\b", r"\bwould help us\b",
        r"\banother request for\b", r"\bplease add\b", r"\bis there a (?:plan|way to)\b", r"\bmissing feature\b", r"\black of\b",
        r"\bnot (?:today|supported|available)\b", r"\bbietet ihr\b", r"\bunterstützt ihr\b",
    ), deniable=False),
    "how_to": Signal(_any(
        r"\bhow (?:do|can|should|would) (?:I|we)\b", r"\bwhere (?:do|can) (?:I|we) (?:find|set|change|see)\b", r"\bwhat is the best way to\b",
        r"\bis it possible to\b", r"\bcan you (?:explain|show|walk)\b", r"\bwie (?:kann|können)\b", r"\bcómo (?:puedo|podemos)\b",
    ), deniable=False),
    "limitation": Signal(_any(
        r"\b(?:known |documented )?limit(?:ation|ed to|s?)\b", r"\bby design\b", r"\bworking as (?:designed|intended)\b", r"\bnot supported\b",
        r"\bat most \d", r"\bmaximum of \d",
    ), deniable=False),
    "alternative": Signal(_any(
        r"\binstead\b", r"\balternative(?:ly)?\b", r"\bwork-?around\b", r"\buse (?:the|a) \w+", r"\bsplit\b", r"\bin batches\b",
    ), deniable=False),
    "prescribes": Signal(_any(
        r"(?:^|[.:;]\s+|\n)\s*(?:\d+[.)]\s*)?(?:please )?(?:add|set|change|enable|disable|turn|open|go to|run|update|upgrade|reinstall|configure|"
        r"select|remove|replace|restart|reload|use|rotate|re-?enter|upload|clear|check|increase|raise|create|allow|switch)\b",
        r"\bmust (?:pass|set|be set|include|use|add)\b", r"`[^`]+`", r"\bto (?:fix|solve|resolve) (?:this|it)\b",
    ), deniable=False),
    "configuration": Signal(_any(
        r"\b(?:config\w*|setting|settings|set-?up|header|headers|proxy|nginx|dns record|allow-?list|permission|role|env(?:ironment)? variable|"
        r"certificate|redirect uri|callback url|time ?zone setting|firewall)\b",
    ), deniable=False),
    "engaged": Signal(_any(
        r"\b(?:investigating|looking into|working on|debugging|fix in|in review|taking this|assigned to|on it)\b",
    ), ours_only=True),
    "code_change": Signal(_any(
        r"\b(?:needs? a (?:fix|code change|patch)|code change|pull request|merged|commit|hotfix|roll ?back|lowered|introduced in|since "
        r"(?:version |release |v)?\d+\.\d)\b",
    ), ours_only=True),
    "escalated_before": Signal(_any(r"\bescalat\w+\b"), ours_only=True, deniable=False),
}  # fmt: skip


def sentences(text: str) -> list[str]:
    """The sentences of a text, each verbatim."""
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+(?=\S)|\n+", text) if part.strip()]


REACH = 45
"""Characters before a pattern in which a denial still concerns it."""


def matches(name: str, text: str) -> str:
    """The first sentence that carries the signal, empty where none does."""
    signal = SIGNALS[name]
    for sentence in sentences(text):
        found = signal.pattern.search(sentence)
        if found and not (signal.deniable and denied(sentence, found.start(), found.end())):
            return sentence
    return ""


def denied(sentence: str, start: int, end: int) -> bool:
    """Is what stands there denied, by a word shortly before or within it, or by the sentence as a whole?"""
    return bool(DENIED.search(sentence[max(0, start - REACH) : end]) or WITHDRAWN.search(sentence))
