"""What a person can be asked about a case: each topic with its facts, their possible answers and what people call them."""

from collections.abc import Mapping
from dataclasses import dataclass

IMPACT = "impact"
"""Answers for every affected account; ``impact-2`` for the second alone."""
CASE = "case"
"""Answers which tickets are meant, by their ids."""


@dataclass(frozen=True)
class Topic:
    """Facts that are asked about together."""

    name: str
    text: str
    choices: tuple[tuple[str, str, str], ...]
    """Label, fact, answer."""
    none: str
    no: Mapping[str, str]
    """What each fact is when none of the choices is so."""


def _topic(name: str, text: str, *choices: tuple[str, str, str], none: str = "none of these") -> Topic:
    facts = dict.fromkeys(fact for _, fact, _ in choices)
    return Topic(name, text, choices, none, {fact: NONE.get(fact, "no") for fact in facts})


NONE = {"security": "none", "workaround": "none", IMPACT: "inconvenienced", "open_ask": "technical_work"}
TOPICS: tuple[Topic, ...] = (
    _topic(
        "harm", "Has one of these happened?",
        ("data, credentials or systems reached somebody who must not have them", "security", "exposure_or_breach"),
        ("there is a weakness, a suspicion or a compliance concern, and nobody is shown to have used it", "security",
         "vulnerability_or_compliance"),
        ("stored data was altered or lost, or is at risk", "data_harmed", "yes"),
        ("a customer's production use of the product has stopped", "production_stopped", "yes"),
    ),
    _topic(
        "business", "Does one of these stand behind it?",
        ("a customer says that it may leave or not renew", "churn_threat", "yes"),
        ("a customer asks for an executive or management", "executive_requested", "yes"),
        ("an exception to a policy, contract or price is needed", "policy_exception", "yes"),
        ("press, a public post, an authority or legal action is in sight", "pr_or_legal_risk", "yes"),
        ("a decision above one team is needed", "cross_functional_decision", "yes"),
    ),
    _topic(
        "support", "Can support settle it?",
        ("yes: a documented solution or workaround was not tried yet", "documented_solution", "yes"),
        ("yes: it is a setting or set-up that support can resolve", "support_can_configure", "yes"),
        ("yes: the customer needs guidance, not a fix", "guidance_only", "yes"),
        ("yes: it is a known limitation with a documented alternative that meets the need", "known_limitation_with_alternative", "yes"),
        none="no",
    ),
    _topic(
        "ours", "Is one of these known on our side?",
        ("we reproduced it, or the tracker accepts it as a defect", "bug_confirmed", "yes"),
        ("our hosts, services or builds fail, or several accounts have the same failure", "infrastructure", "yes"),
        ("it came back after we had declared it fixed", "recurred_after_fix", "yes"),
        ("it needs a change of code or of our systems", "code_change_needed", "yes"),
    ),
    _topic(
        "others", "Is one of these so instead?",
        ("it needs a product change or a design decision, and nothing is broken", "feature_gap", "yes"),
        ("it needs deeper diagnosis than support can do", "beyond_support", "yes"),
    ),
    _topic(
        "need", "If it is a need: does it wait for a decision of Product already, or do other customers state it too?",
        ("yes: it is tracked as awaiting a decision, or other customers want the same or the opposite", "need_shared", "yes"),
        none="no: one customer's wish, and nothing tracks it",
    ),
    _topic(
        IMPACT, "What can the affected customers not do?",
        ("they cannot do their work with the product", IMPACT, "blocked"),
        ("a main function fails for them", IMPACT, "major_function_broken"),
        none="they get by",
    ),
    _topic(
        "workaround", "Is there a way for them to go on working?",
        ("a full way round exists: everything they need, and it worked for them", "workaround", "full"),
        ("a partial way round exists", "workaround", "partial"),
        none="none that helps",
    ),
    _topic(
        "open_ask", "What is missing before the customers can be helped?",
        ("a decision, an exception or a commitment is missing", "open_ask", "decision"),
        ("nothing is missing: support can do it", "open_ask", "nothing"),
        none="technical work",
    ),
)  # fmt: skip
"""Every topic, the weightiest first: what overrides all else, what keeps it in support, then whose it is and how severe."""


ONE_FACT = (IMPACT, "workaround", "open_ask")
"""Facts with a topic of their own, whose last choice is an answer to them."""
OTHER_WORDS: Mapping[tuple[str, str], str] = {
    ("major_function_broken", "yes"): "a main function fails",
    ("worsening", "yes"): "it is getting worse",
    ("engineering_engaged", "yes"): "Engineering is already at work on it",
    ("similar_solved_in_support", "yes"): "support solved a similar ticket before",
    (IMPACT, "lost_data"): "they have stored data lost or wrong",
    (IMPACT, "asks_for_feature"): "they need something that the product does not do",
    (IMPACT, "exposed"): "a security matter touches them",
    (IMPACT, "commercial"): "it is about money, contract or trust",
}
"""Answers that no question offers and a file can give."""
NOUNS = {"pr_or_legal_risk": "PR or legal risk", "cross_functional_decision": "decision above one team"}


def name_of(fact: str) -> str:
    """What a fact is called where it is said not to be so."""
    return NOUNS.get(fact, fact.replace("_", " "))


def label_of(name: str, answer: str) -> str:
    """An answer in words; that none of a topic's choices is so has the fact's name."""
    plain = IMPACT if name.startswith(IMPACT) else name
    for topic in TOPICS:
        for label, fact, value in topic.choices:
            if (fact, value) == (plain, answer):
                return label.removeprefix("yes: ")
    own = next((topic for topic in TOPICS if plain in ONE_FACT and plain in topic.no), None)
    if own and answer == own.no[plain]:
        return own.none
    return OTHER_WORDS.get((plain, answer)) or f"{plain.replace('_', ' ')}: {answer.replace('_', ' ')}"
