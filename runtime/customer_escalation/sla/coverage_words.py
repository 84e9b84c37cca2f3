"""The words that contracts state hours and holidays in, by what they do in a sentence; names of days are CLDR's.

They are no reading by themselves: a text is read where every word of it has its place, and not at all where one has none.
"""

from typing import Literal

Role = Literal["range", "and", "fill", "every", "closed"]

EAST = r"\u3000-\u9fff\uac00-\ud7a3"
"""Of a class of characters: signs that stand without spaces between them."""


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


ROLES: dict[str, Role] = {
    **dict.fromkeys(
        _listed("- – — ~ 〜 to through thru until till bis à au a ao às as al alle até hasta fino tot til až から"),
        "range",
    ),
    **dict.fromkeys(_listed(", ; / & + | and und sowie et y e en ed ・ 、 と および"), "and"),
    **dict.fromkeys(
        _listed(
            ": . from between on at von vom zwischen um am de du des entre el los las le les la dal dalla dalle del della delle dei dagli "
            "das da os van tussen op uhr uur hrs hours h horas heures ore hs od fra från kl klo godz の まで は"
        ),
        "fill",
    ),
    **dict.fromkeys(_listed("daily everyday täglich quotidien diario diariamente giornaliero dagelijks 毎日"), "every"),
    **dict.fromkeys(_listed("closed geschlossen fermé cerrado fechado chiuso gesloten 休"), "closed"),
}
"""What a word does between days and times."""
PHRASES: dict[str, Role] = {
    "every day": "every",
    "tous les jours": "every",
    "todos los días": "every",
    "todos los dias": "every",
    "todos os dias": "every",
    "tutti i giorni": "every",
    "tot en met": "range",
    "t/m": "range",
    "a las": "range",
    "de las": "fill",
    "à partir de": "fill",
}
ROUND_THE_CLOCK = frozenset({"round the clock", "around the clock", "rund um die uhr", "24/7", "24x7", "24 x 7"})
BUSINESS = frozenset(
    {
        "business hours", "business", "office hours", "working hours", "service hours", "8x5", "9x5",
        "geschäftszeiten", "geschäftszeit", "bürozeiten", "servicezeiten", "servicezeit", "arbeitszeiten",
        "heures ouvrées", "heures ouvrables", "heures de bureau",
        "horario comercial", "horario laboral", "horario de oficina", "horas hábiles", "horas laborables",
        "horário comercial", "horas úteis", "orario d'ufficio", "orario di ufficio", "orario lavorativo", "ore lavorative",
        "kantooruren", "kantoortijden", "werkuren", "営業時間", "営業時間内",
    }
)  # fmt: skip
"""Without saying which: then they are the organisation's."""

HOLIDAY = _listed(
    "holiday holidays feiertag feiertage feiertagen feiertags férié fériés feries festivos feriados festivi festività feestdag feestdagen "
    "祝日 祝祭日"
)
OUT = _listed(
    "except excepting excluding excl excluded without closed außer ausser ohne ausgenommen ausgeschlossen hors sauf excepté exceptés "
    "exclus excepto salvo excluidos sin exceto excluídos sem esclusi eccetto tranne esclusa behalve uitgezonderd zonder geschlossen fermé "
    "cerrado fechado chiuso gesloten 除く 除き 休"
)
INCLUDED = _listed(
    "including included incl inclusive inklusive inkl einschließlich einschliesslich eingeschlossen auch also even compris inclus aussi "
    "également incluidos también incluídos também inclusi compresi anche inbegrepen inclusief ook 含む 含め"
)
NOT = _listed("not no nicht keine non pas não niet geen ne 含まず 含まない")
KINDS = _listed(
    "public bank national federal statutory legal official gesetzliche gesetzlichen gesetzlicher nationale nationalen jour jours légaux "
    "nationaux días dias nacionales oficiales nacionais giorni nazionali officiële wettelijke 国民"
)
"""Which holidays: those that a country or a part of it has by law."""
BETWEEN = _listed(
    "the of on in at are is der die den dem das im an am sind des de du en au aux le les la los las el os em do da dos nos nas i gli le "
    "dei del della nelle nei di op van het zijn y e und et and の を は で と"
)
