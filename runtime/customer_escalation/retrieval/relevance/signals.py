"""Words by which the drafter without a model recognises facts in records: patterns as data, and the guards around them.

English in the main, with the commonest words of German, Spanish and French for what is urgent. A pattern counts only in a
sentence that neither denies nor asks it.
"""

import re
from dataclasses import dataclass

from customer_escalation.retrieval.relevance.wording import sentences


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
        r"\b(?:I|we) (?:can |could )?(?:also )?see (?:it|the same|this)\b", r"\bI get \d+ (?:of|out of) \d+\b",
        r"\b(?:I|we) (?:loaded|ran|called|opened|exported|imported|sent|tested)\b.{0,80}\b(?:and (?:got|saw|see)|same (?:result|error))\b",
        r"\b(?:kann|können|konnte|konnten) (?:es|das|den fehler|das problem)\b.{0,20}\b(?:nachstellen|reproduzieren|nachvollziehen)\b",
        r"\bnachgestellt\b", r"\bcause found\b",
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
        r"\b(?:import\w*|upload\w*|sync\w*|migration|saving|konnektor)\b.{0,80}\b(?:garbled|mangled|scrambled|zerstört|verstümmelt|kaputt)\b",
        r"\b(?:garbled|mangled|scrambled)\b.{0,80}\b(?:import\w*|upload\w*|sync\w*|migration|records?|saved|stored)\b",
        r"\b(?:betroffen|zerstört|verfälscht|falsch|beschädigt)\b.{0,60}\b\w*(?:datens[aä]tz\w*|stammdaten)\b",
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
    "locked_out": Signal(_any(
        r"\b(?:no ?one|nobody|none of (?:our|us|the))\b.{0,50}\b(?:can|could|gets?|is able to|able to)\b.{0,20}\b(?:in|log|sign|work|use|access|open|reach)\b",
        r"\b(?:all|every one of)(?: of)?(?: our)? \d[\d,.]* (?:users|people|employees|colleagues|staff|seats)\b.{0,60}\b(?:bounced|locked out|blocked|"
        r"cannot|can't|stuck|unable|fail\w*|out)\b",
        r"\beverybody else can(?:no|')t\b", r"\b(?:our|all) (?:people|users|staff|employees|colleagues)\b.{0,15} (?:cannot|can't|are unable to) (?:even )?(?:log|sign|get) ?in\b",
        r"\bniemand kann\b", r"\bkeiner (?:kann|kommt)\b",
    ), deniable=False),
    "consequence": Signal(_any(
        r"\b(?:stand(?:s|ing)? still|standstill|gaps?|blank|on paper|by hand|manually|von Hand|each morning|every morning|overtime|refused|rejected|fined)\b",
        r"\b(?:so|therefore|because of this|as a result|which means|that means|deshalb|daher)\b.{0,10}\b(?:we|our|the|no|in|fehlen|müssen)\b",
        r"\b(?:reconciles?|depends?|relies|deliver|submission|dispatch|planning|payroll|invoicing|production (?:screen|line)|shifts?|audit\w*)\b",
        r"\b(?:isn't|is not|not) (?:an option|workable|acceptable|sustainable|something we can (?:\w+ ?){1,3})\b", r"\bcosts? us\b", r"\bkostet\b", r"\bour (?:customers|patients|students|drivers)\b",
        r"\b\d[\d,.]* (?:users|people|employees|orders|Aufträge|deliveries)\b", r"\bcannot (?:cancel|change|use|work)\b", r"\bpaid\b|\bcharged\b",
    ), deniable=False),
    "cause": Signal(_any(
        r"\broot cause\b", r"\bcause (?:found|is|was)\b", r"\bcaused by\b", r"\b(?:could|might|may) be (?:the|a|an)\b", r"\bsuspect\w*\b",
        r"\blooks like\b", r"\bwould fit\b", r"\bnot sure\b", r"\bunknown\b", r"\bdue to\b", r"\bintroduced (?:in|by|with)\b", r"\bsince the (?:update|release|upgrade|rotation)\b",
        r"\bprofiling shows\b", r"\bswitched on with\b", r"\bvermut\w*\b",
    ), ours_only=True, deniable=False),
    "cause_found": Signal(_any(
        r"\broot cause (?:is|was)\b", r"\bcause (?:found|is|was)\b", r"\bcaused by\b", r"\bprofiling shows\b", r"\bthe cause is\b",
    ), ours_only=True),
    "need": Signal(_any(
        r"\bwe (?:need|require|have to|must|want|would like|'d like)\b", r"\bneed(?:s|ed|ing)? (?:to|it|this|adding|a way)\b", r"\bso that\b", r"\bin order to\b",
        r"\bwould (?:let|allow|help|join|buy|benefit)\b", r"\bwithout (?:one|it|this|that)\b", r"\bour (?:auditors?|external auditors?|security team|compliance|regulator)\b",
        r"\bbrauchen\b", r"\bkeeps no\b|\bthere is no\b|\bdoes not (?:offer|have|remove|record)\b",
    ), deniable=False),
    "effort": Signal(_any(
        r"\b(?:effort|estimat\w+|rough guess|person[- ]days?)\b", r"\b\d+(?:-\d+)? (?:weeks|sprints|story points)\b",
    ), ours_only=True, deniable=False),
    "engineering_view": Signal(_any(
        r"\b(?:effort|estimat\w+|rough guess|person[- ]days?)\b", r"\b\d+(?:-\d+)? (?:weeks|hours|days|sprints|story points)\b", r"\b(?:not )?on the roadmap\b", r"\bno design\b",
        r"\bwould need\b", r"\bnothing \w+s (?:it|them|that|this)\b", r"\bcapabilities\b", r"\bdecides\b", r"\b(?:Q[1-4]|next release|backlog)\b",
    ), ours_only=True, deniable=False),
    "competitor": Signal(_any(
        r"\b(?:proposal|offer|quote|quotation|demo) from [A-Z]", r"\bcompetitors?\b", r"\b(?:switch|migrat|mov)\w* to [A-Z]\w+", r"\b(?:go|going) with (?:them|another|[A-Z]\w+)\b",
        r"\bevaluat\w+ (?:alternatives|[A-Z]\w+)\b", r"\bother vendors?\b",
    ), deniable=False),
    "pressure": Signal(_any(
        r"\bour (?:CEO|CTO|CIO|COO|CFO|VP|management|board|director|executives?|head of \w+|auditors?)\b", r"\bregulators?\b", r"\bboard\b.{0,40}\b(?:on|meets|looks|decides)\b",
        r"\bpenalt\w+\b", r"\brefused submission\b", r"\bsocial media\b", r"\bbreach of contract\b", r"\bthis is the (?:second|third|fourth|fifth) time\b", r"\bI don'?t want to talk to support\b", r"\brenewal is on\b",
        r"\bcontract\w* (?:ends|runs out|is up)\b", r"\bcomplaint\b", r"\bescalate (?:it|this)\b", r"\bgeschäftsführ\w+\b",
    ), deniable=False),
    "contained": Signal(_any(
        r"\b(?:removed|pulled|revoked|disabled|switched off|turned off|took down|taken down|blocked|rotated|isolated|quarantined|rolled back|withdrawn|purged)\b",
        r"\b(?:please )?(?:don'?t|do not) (?:open|use|share|pass|repeat)\b",
    ), ours_only=True, deniable=False),
    "succeeded": Signal(_any(
        r"\bthat (?:was it|works?|worked|helped|did it|solved it)\b", r"\b(?:works|worked|working) (?:now|again|fine|for us)\b", r"\bsorted\b", r"\bsolved\b", r"\bhappy with it\b",
        r"\b(?:it|this|everything) works\b", r"\bgood for now\b", r"\ball \d+ .{0,40}\bpass\b", r"\bdid that\b", r"\bcompleted\b", r"\bunblocked\b", r"\bfunktioniert (?:jetzt|wieder)\b",
    )),
    "minor": Signal(_any(
        r"\b(?:cosmetic|not a (?:drama|big deal|blocker)|minor|no hurry|not urgent|nice to have|low priority)\b",
    ), deniable=False),
    "outgoing": Signal(_any(
        r"\b(?:export\w*|extracts?|download\w*|reports?|deliver\w*|displays?|previews?|pdf|notifications?|e-?mails?)\b",
    ), deniable=False),
    "intact": Signal(_any(
        r"\b(?:data|rows|records|tables?|source|files?)\b.{0,40}\b(?:intact|complete|present|unharmed|queryable|still there|safe)\b",
    )),
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
        r"\bno (?:change|difference|effect|luck)\b", r"\bsame (?:loop|error|result|thing)\b", r"\bstill (?:looping|failing|the same|short)\b",
        r"\bkeine (?:Änderung|Wirkung|Besserung)\b", r"\bhat nicht geholfen\b", r"\bohne Erfolg\b", r"\bsin éxito\b", r"\bsans succès\b",
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
        r"\b(?:malware|malicious|(?:crypto|coin)[- ]?min(?:er|ing)|mining (?:process|software|code)|backdoor|ransomware|trojan)\b", r"\baccount takeover\b",
        r"\b(?:execut\w+|runs?|running|invok\w+|starts?)\b.{0,30}\bmin(?:er|ing)\b",
        r"\b(?:open(?:s|ed)?|show(?:s|ed|n)?|sees?|saw|display\w*|load(?:s|ed)?|got|land(?:s|ed)?)\b.{0,70}\b(?:(?:is|are) not (?:ours|mine)|"
        r"(?:somebody|someone|anybody) else'?s?|(?:another|other|different|foreign|the wrong) (?:customer|account|company|tenant|"
        r"workspace|user|organi[sz]ation|page)(?:'?s)?)\b",
        r"\b(?:customer|personal|confidential|private|our) (?:data|records|files|documents)\b.{0,30}\b(?:was|were|is|are) (?:visible|public|exposed|open)\b",
        r"\bDatenleck\b", r"\bfremde[nrs]? (?:daten|kunden|konto|dashboard)\w*\b",
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
        r"\berrors?\b", r"\bmissing (?:rows|records|data|entries|lines)\b", r"\b(?:is|are|was|were|come|comes|came) (?:out )?(?:short|wrong|empty|blank|slow|late|down)\b",
        r"\b(?:lose|loses|lost|drops?|skips?)\b", r"\b\d[\d,.]* (?:of|out of|against|von) \d[\d,.]*\b", r"\bhas exactly \d", r"\bbounced\b", r"\bgarbled\b",
        r"\b(?:took|takes?|went from|from) .{0,30}\d+ ?(?:s|sec|seconds|min|minutes)\b.{0,20}\b(?:to|now|since)?", r"\bendless\b", r"\b(?:falsch|fehlen|fehlt|zerstört|Schleife)\b", r"\bincomplete\b", r"\btruncated\b", r"\bcut[- ]off\b",
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
        r"\bmask(?:s|ed)? some\b", r"\b(?:meanwhile|in the meantime)\b", r"\bvon Hand\b", r"\bby hand\b",
        r"\bmanual(?:ly)? (?:export|upload|import)\w*\b",
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
        r"\b(?:we'll|we will|we would|we'd) go with (?:them|another|[A-Z]\w+)\b", r"\b(?:cannot|can't|won't|will not) sign\b", r"\blook elsewhere\b",
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
        r"^\(?\d{1,2}[.)]\s", r"\bplease follow\b", r"\bfollow [A-Z]+-\d+\b", r"\bwith .{2,40} it works\b",
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


REACH = 45
"""Characters before a pattern in which a denial still concerns it."""


def matches(name: str, text: str) -> str:
    """The first sentence that carries the signal, empty where none does."""
    return next((sentence for sentence in sentences(text) if carries(name, sentence)), "")


def carries(name: str, sentence: str) -> bool:
    """Does the sentence carry the signal? A deniable one is not carried by a denial, nor by a question."""
    signal = SIGNALS[name]
    found = list(signal.pattern.finditer(sentence))
    if not signal.deniable:
        return bool(found)
    asked = sentence.endswith("?")
    return not asked and any(not denied(sentence, match.start(), match.end()) for match in found)


_CLAUSE_END = re.compile(
    r"[;:]|,\s+(?=(?:but|and|our|the|all|we|it|so|aber|und|die|der)\b)|\bbut\b|\baber\b", re.IGNORECASE
)
_NO_DENIAL = re.compile(r"\b(?:is|are|was|were) not (?:ours|mine)\b", re.IGNORECASE)
"""A negation that is part of what is reported."""


def denied(sentence: str, start: int, end: int) -> bool:
    """Is what stands there denied, by a word shortly before it in its clause or within it, or by the whole sentence?"""
    before = _CLAUSE_END.split(sentence[max(0, start - REACH) : start])[-1]
    within = _NO_DENIAL.sub("", sentence[start:end])
    return bool(DENIED.search(f"{before}{within}") or WITHDRAWN.search(sentence))
