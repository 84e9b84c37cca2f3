"""The one table of grammatical words: of each language that is covered, the closed classes by which a sentence says whether, when,
how surely and of how many something holds. Nothing of it names a subject matter.

A language without a row is not covered: the first layer says nothing about its sentences.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Role = Literal[
    "not",  # the clause denies
    "will",  # it is still to come
    "past",  # an auxiliary of what has happened
    "if",  # it holds under a condition
    "when",  # it holds once something else does
    "unless",  # it holds but for a condition
    "whether",  # it is left open
    "perhaps",  # a modal verb or an adverb of possibility, or a verb of supposing
    "would",  # a modal verb that may tell of a possibility, of a condition or of the past
    "surely",  # an adverb or a verb of being certain
    "must",  # a modal verb of duty
    "all", "some", "few", "most", "only",  # quantifiers
    "because",  # gives a cause
    "we",  # the writer's own side
    "says",  # makes words somebody's: prepositions and the commonest verbs of telling
    "asks",  # makes what follows a question
    "please",  # asks for something
    "the",  # a determiner: what stands before it in an order is the verb
    "turns",  # denies by its meaning, or sets one thing against another: no clause with it is compared by its denials
]  # fmt: skip

_ENGLISH: dict[Role, str] = {
    "not": "not, n't, no, never, none, nobody, nothing, neither, nor, no longer, no one, cannot, nowhere",
    "will": "will, won't, shall, 'll, going to, is to, are to",
    "past": "was, were, had, did, has, have, been",
    "if": "if, provided, in case, as long as, only if, if need be",
    "when": "when, whenever, once, after, upon, as soon as",
    "unless": "unless, except, until",
    "whether": "whether",
    "would": "could, would",
    "perhaps": "may, might, perhaps, maybe, possibly, probably, presumably, likely, unlikely, seem, "
    "seems, seemed, appear, appears, appeared, look like, looks like, "
    "think, thinks, thought, believe, believes, believed, suspect, suspects, suspected, guess, guesses, guessed, assume, assumes, "
    "suppose, supposes, expect, expects, hope, hopes, supposedly, apparently",
    "surely": "certainly, certain, definitely, surely, undoubtedly, proved, proven, proof, confirmed, established, guaranteed, guarantees, "
    "verified, in any case, for certain, known, knows",
    "must": "must, has to, have to, should, ought to, need to, needs to, required",
    "all": "all, every, everybody, everyone, everything, always, any, anybody, anyone, anything, both, each, whole, entire",
    "some": "some, several, quite some, somebody, someone, something, sometimes, partly, partially, certain circumstances, one of, "
    "two of, many",
    "few": "few, hardly, barely, rarely, seldom",
    "most": "most, mostly, usually, vast majority",
    "only": "only, alone, just, merely",
    "because": "because, because of, due to, owing to, caused by, causes, as a result of, thanks to, on account of, therefore, hence, "
    "comes from, the cause of",
    "we": "we, our, us, ours, ourselves",
    "says": "according to, says, said, say, saying, writes, wrote, reports, reported, states, stated, notes, noted, claims, claimed, "
    "tells, told, calls, called, asks, asked, adds, added, warns, warned, explains, explained, answers, answered, "
    "points out, counts, announced, "
    "announces, confirms, confirmed, thinks, suspects, expects, wants, mentions, mentioned, lists, names, advises, asked for",
    "asks": "asks, asked, ask, wants to know, question, wonders, wondered",
    "please": "please",
    "the": "the, a, an, this, that, these, those, my, your, it, us, me, them",
    "turns": "forbid, forbids, forbidden, refuse, refuses, refused, deny, denies, denied, lack, lacks, fail, fails, failed, miss, misses, "
    "missing, instead, rather than, hardly, barely, reject, rejects, rejected, avoid, avoids, prevent, prevents, prevented, stop, stops, "
    "stopped, leave, leaves, left, exclude, excludes, excluded, except, but for, forbidding, unless, until, despite, in spite of, "
    "not only, without",
}
_GERMAN: dict[Role, str] = {
    "not": "nicht, kein, keine, keinen, keinem, keiner, keines, nie, niemals, niemand, nichts, weder, nicht mehr, kein mehr",
    "will": "wird, werden, werde",
    "past": "war, waren, wurde, wurden, hat, haben, hatte, hatten, gewesen, worden",
    "if": "wenn, falls, sofern",
    "when": "sobald, nachdem, nach, bei, als",
    "unless": "es sei denn, außer, bis",
    "whether": "ob",
    "would": "kann, können, könnte, könnten, würde, würden",
    "perhaps": "dürfte, vielleicht, möglicherweise, wahrscheinlich, vermutlich, wohl, scheint, vermutet, glaubt, denkt",
    "surely": "sicher, sicherlich, gewiss, bestimmt, bestätigt, bewiesen, nachgewiesen",
    "must": "muss, müssen, soll, sollen, sollte",
    "all": "alle, allen, aller, alles, jede, jeder, jedes, jeden, immer, beide, sämtliche, ganze",
    "some": "einige, manche, mehrere, etwas, jemand, manchmal, teilweise, ein paar, viele",
    "few": "wenige, kaum, selten",
    "most": "meisten, meist, meistens",
    "only": "nur, allein, lediglich",
    "because": "weil, wegen, aufgrund, durch, daher, deshalb",
    "we": "wir, unser, unsere, unseren, unserem, uns",
    "says": "laut, nach, zufolge, schreibt, sagt, meldet, berichtet, erklärt, fragt, bestätigt",
    "asks": "fragt, fragte, frage",
    "please": "bitte",
    "the": "der, die, das, den, dem, ein, eine, einen, diese, diesen, mein, meine, mir, uns",
    "turns": "verbietet, verweigert, fehlt, fehlen, statt, anstatt, lehnt, verhindert, stoppt, außer, trotz, nicht nur, ausgeschlossen",
}
_FRENCH: dict[Role, str] = {
    "not": "ne, n', pas, jamais, aucun, aucune, personne, rien, ni, non",
    "will": "sera, seront, va, vont",
    "past": "a été, ont été, était, étaient, avait, avaient",
    "if": "si, s'il, à condition",
    "when": "quand, lorsque, après, dès, une fois",
    "unless": "sauf, jusqu'à, à moins",
    "whether": "",
    "would": "peut, peuvent, pourrait, pourraient, serait",
    "perhaps": "peut-être, probablement, sans doute, semble, semblent",
    "surely": "certainement, sûrement, confirmé, prouvé",
    "must": "doit, doivent, faut, devrait",
    "all": "tous, toutes, tout, toute, chaque, toujours",
    "some": "quelques, certains, certaines, plusieurs, parfois",
    "few": "peu, rarement",
    "most": "plupart",
    "only": "seulement, seul, seule, que",
    "because": "parce que, car, à cause, en raison, grâce",
    "we": "nous, notre, nos",
    "says": "selon, d'après, dit, écrit, signale, indique, demande",
    "asks": "demande, question",
    "please": "merci de",
    "turns": "refuse, manque, manquent, empêche, au lieu, sauf, malgré, exclu, exclue, exclus, exclut",
}
_SPANISH: dict[Role, str] = {
    "not": "no, nunca, jamás, ningún, ninguna, ninguno, nadie, nada, ni, tampoco",
    "will": "será, serán, va a, van a",
    "past": "ha, han, fue, fueron, era, eran, había, habían, sido",
    "if": "si, siempre que",
    "when": "cuando, tras, después, al, una vez",
    "unless": "salvo, hasta, a menos",
    "whether": "",
    "would": "puede, pueden, podría, podrían, sería",
    "perhaps": "quizás, quizá, tal vez, probablemente, parece, parecen, cree",
    "surely": "seguramente, ciertamente, confirmado, demostrado",
    "must": "debe, deben, tiene que, tienen que, hay que",
    "all": "todos, todas, todo, toda, cada, siempre, cualquier",
    "some": "algunos, algunas, algún, alguna, varios, varias, alguien, a veces",
    "few": "pocos, pocas, apenas",
    "most": "mayoría",
    "only": "solo, sólo, solamente, únicamente",
    "because": "porque, debido, a causa, por culpa, gracias",
    "we": "nosotros, hemos, nuestro, nuestra, nuestros, nuestras, nos",
    "says": "según, dice, escribe, informa, indica, pide, señala",
    "asks": "pregunta, preguntó",
    "please": "por favor",
    "turns": "rechaza, falta, faltan, impide, en lugar, en vez, salvo, pese, excluido, excluida, excluye",
}
_PORTUGUESE: dict[Role, str] = {
    "not": "não, nunca, jamais, nenhum, nenhuma, ninguém, nada, nem, tampouco",
    "will": "será, serão, vai, vão",
    "past": "foi, foram, era, eram, tinha, tinham, sido",
    "if": "se, caso, desde que",
    "when": "quando, após, depois, ao, assim que",
    "unless": "salvo, até, a menos",
    "whether": "",
    "would": "pode, podem, poderia, poderiam, seria",
    "perhaps": "talvez, provavelmente, parece, parecem, acha",
    "surely": "certamente, confirmado, comprovado",
    "must": "deve, devem, tem que, precisa",
    "all": "todos, todas, todo, toda, cada, sempre, qualquer",
    "some": "alguns, algumas, algum, alguma, vários, várias, alguém, às vezes",
    "few": "poucos, poucas, quase nenhum",
    "most": "maioria",
    "only": "só, somente, apenas, unicamente",
    "because": "porque, devido, por causa, graças",
    "we": "nós, nosso, nossa, nossos, nossas, nos",
    "says": "segundo, diz, escreve, informa, indica, pede",
    "asks": "pergunta, perguntou",
    "please": "por favor",
    "turns": "recusa, falta, faltam, impede, em vez, salvo, apesar, excluído, excluída, exclui",
}
_FUNCTION: Mapping[str, str] = {
    "English": "a an the this that these those it its he she they them their his her i me my you your who whom whose which what "
    "when where why how and or but so than then there here of in on at to for from with by as into onto about over under after "
    "before since during between within against per via up down out off above below through is are be being am 's do does done "
    "can also again too still yet already even very now today once while although though however such other others own same more "
    "less one ones ca wo sha somewhat rather quite well much many not",
    "German": "der die das den dem des ein eine einen einem einer eines und oder aber so als wie dass daß was wer wo wann warum "
    "in im an am auf aus bei beim mit nach seit von vom vor zu zum zur über unter für gegen um bis durch ist sind sein bin es er sie "
    "ihr ihre ich mich dich sich auch noch schon wieder dann da hier sehr mehr zwar doch dieser diese dieses",
    "French": "le la les un une des du de d l et ou mais donc or que qui quoi dont où quand comme dans en sur sous à au aux par "
    "pour avec chez vers est sont être il elle ils elles on je j se s ce cette ces son sa ses leur leurs y aussi encore déjà très plus",
    "Spanish": "el la los las un una unos unas y o pero que quien cual donde cuando como en de del a al por para con sobre entre "
    "desde es son ser está están el ella ellos yo se su sus lo le les este esta estos estas también aún ya muy más",
    "Portuguese": "o a os as um uma uns umas e ou mas que quem qual onde quando como em no na nos nas de do da dos das ao à aos às "
    "por para com sobre entre desde é são ser está estão ele ela eles eu se seu sua seus suas lhe este esta isso também ainda já "
    "muito mais",
}
OPPOSITES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "English": (
        ("before", "after"), ("since", "until"), ("above", "below"), ("up", "down"), ("over", "under"), ("on", "off"),
        ("in", "out"), ("more", "less"), ("most", "few"), ("with", "without"), ("late", "early"), ("later", "earlier"),
        ("fast", "slow"), ("faster", "slower"), ("high", "low"), ("higher", "lower"), ("long", "short"), ("longer", "shorter"),
        ("large", "small"), ("larger", "smaller"), ("maximum", "minimum"), ("better", "worse"), ("new", "old"), ("newer", "older"),
        ("same", "other"), ("possible", "impossible"), ("likely", "unlikely"), ("able", "unable"),
    ),
    "German": (
        ("vor", "nach"), ("seit", "bis"), ("über", "unter"), ("mit", "ohne"), ("mehr", "weniger"), ("schneller", "langsamer"),
        ("früher", "später"), ("höher", "niedriger"), ("länger", "kürzer"), ("größer", "kleiner"), ("besser", "schlechter"),
    ),
    "Spanish": (("antes", "después"), ("con", "sin"), ("más", "menos"), ("desde", "hasta")),
    "French": (("avant", "après"), ("avec", "sans"), ("plus", "moins"), ("depuis", "jusqu'à")),
    "Portuguese": (("antes", "depois"), ("com", "sem"), ("mais", "menos"), ("desde", "até")),
}  # fmt: skip
"""Prepositions, particles, degrees and the two ends of a scale: words that turn a statement round."""
STRONG_VERBS: Mapping[str, tuple[str, ...]] = {
    "English": tuple(
        "be been|become became|begin began begun|break broke broken|bring brought|build built|buy bought|catch caught|choose chose "
        "chosen|come came|cut cuts|do did done|draw drew drawn|drive drove driven|fall fell fallen|feel felt|find found|fly flew|forget "
        "forgot forgotten|get got gotten|give gave given|go went gone|grow grew grown|hang hung|have had|hear heard|hide hid hidden|hold "
        "held|keep kept|know knew known|lead led|leave left|lend lent|let lets|lose lost|make made|mean meant|meet met|pay paid|put puts|"
        "read reads|ride rode|ring rang|rise rose risen|run ran|say said|see saw seen|sell sold|send sent|set sets|shake shook|show showed "
        "shown|shut shuts|sit sat|speak spoke spoken|spend spent|stand stood|steal stole stolen|stick "
        "stuck|swear swore|take took taken|teach "
        "taught|tell told|think thought|throw threw thrown|understand understood|wear wore|win won|write wrote written".split(
            "|"
        )
    ),
    "German": tuple(
        "gehen ging gegangen|kommen kam gekommen|schreiben schrieb geschrieben|laufen lief gelaufen|läuft|bekommen bekam|finden fand "
        "gefunden|geben gab gegeben|sehen sah gesehen|nehmen nahm genommen|lassen ließ gelassen|stehen stand gestanden|halten hielt "
        "gehalten|verlieren verlor verloren|sprechen sprach gesprochen".split("|")
    ),
}
"""Verbs whose forms share no stem, a group each with the first as its name; strong verbs are a closed class."""
DENYING_BEGINNINGS: Mapping[str, tuple[str, ...]] = {
    "English": ("un", "in", "im", "non", "dis"), "German": ("un", "nicht"), "French": ("in", "im", "non"),
    "Spanish": ("in", "im", "des"), "Portuguese": ("in", "im", "des"),
}  # fmt: skip
"""How a word denies what it goes on with, as ``unanswered`` does."""


@dataclass(frozen=True, eq=False)
class Grammar:
    """The closed classes of one language."""

    language: str
    roles: Mapping[Role, str]

    @cached_property
    def phrases(self) -> Mapping[str, tuple[tuple[tuple[str, ...], frozenset[Role]], ...]]:
        """The phrases with their roles by their first word, the longest first."""
        found: dict[tuple[str, ...], set[Role]] = {}
        for role, listed in self.roles.items():
            for phrase in filter(None, (part.strip() for part in listed.split(","))):
                found.setdefault(tuple(phrase.split()), set()).add(role)
        by_first: dict[str, list[tuple[tuple[str, ...], frozenset[Role]]]] = {}
        for phrase_words, roles in found.items():
            by_first.setdefault(phrase_words[0], []).append((phrase_words, frozenset(roles)))
        return {first: tuple(sorted(rest, key=lambda one: -len(one[0]))) for first, rest in by_first.items()}

    @property
    def concord(self) -> bool:
        """Do two words of denial deny once, as "ne ... pas" and "no tiene ninguna" do?"""
        return self.language in CONCORD

    @cached_property
    def function_words(self) -> frozenset[str]:
        """Words that say nothing of what a sentence is about."""
        open_roles: frozenset[Role] = frozenset({"says", "asks", "surely", "perhaps", "turns", "please", "because"})
        closed = (
            word
            for role, listed in self.roles.items()
            if role not in open_roles
            for word in listed.replace(",", " ").split()
        )
        return frozenset(_FUNCTION[self.language].split()).union(closed)

    @cached_property
    def opposite(self) -> Mapping[str, frozenset[str]]:
        """The words that turn round what a word says."""
        found: dict[str, set[str]] = {}
        for one, other in OPPOSITES[self.language]:
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
        return {word: frozenset(others) for word, others in found.items()}

    @cached_property
    def strong(self) -> Mapping[str, str]:
        """The name of a strong verb by each of its forms."""
        groups = (group.split() for group in STRONG_VERBS.get(self.language, ()))
        return {form: forms[0] for forms in groups for form in forms}

    @property
    def denying(self) -> tuple[str, ...]:
        """Beginnings of words that deny."""
        return DENYING_BEGINNINGS[self.language]


CONCORD = frozenset({"French", "Spanish", "Portuguese"})
"""Languages in which two words of denial deny once."""
GRAMMARS: Mapping[str, Grammar] = {
    name: Grammar(name, roles)
    for name, roles in {
        "English": _ENGLISH, "German": _GERMAN, "French": _FRENCH, "Spanish": _SPANISH, "Portuguese": _PORTUGUESE,
    }.items()
}  # fmt: skip
"""The languages that are covered, by their English names."""
