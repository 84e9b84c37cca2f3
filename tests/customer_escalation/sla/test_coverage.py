"""What contracts say of their hours, in every language that days are known in: read right, or not at all."""

import pytest

from customer_escalation.policy.holidays import country_of_zone
from customer_escalation.sla.coverage import LONGEST, read_coverage, zone_named
from customer_escalation.sla.week import week_words

READ = [
    # English
    ("24x7", "round the clock", "", "unstated", ""),
    ("24 x 7 x 365", "round the clock", "", "unstated", ""),
    ("Mon-Fri 08:00-20:00 UTC", "Mon-Fri 08:00-20:00", "UTC", "unstated", ""),
    ("Mon-Sat 08:30-13:30 and 16:00-19:30 Europe/Malta", "Mon-Sat 08:30-13:30 and 16:00-19:30", "Europe/Malta", "unstated", ""),
    ("daily 17:00-01:30", "Mon-Sun 17:00-01:30", "", "unstated", ""),
    ("every day 06:00-24:00 (Asia/Dubai)", "Mon-Sun 06:00-24:00", "Asia/Dubai", "unstated", ""),
    ("7am-3pm Mon-Thu, 7am-12pm Fri", "Mon-Thu 07:00-15:00, Fri 07:00-12:00", "", "unstated", ""),
    ("Mondays and Thursdays 09:30 to 12:00", "Mon, Thu 09:30-12:00", "", "unstated", ""),
    ("Sun-Thu 08:00-16:00 Asia/Riyadh", "Mon-Thu, Sun 08:00-16:00", "Asia/Riyadh", "unstated", ""),
    ("Mon-Fri 22:00-06:00", "Mon-Fri 22:00-06:00", "", "unstated", ""),
    ("Mon-Thu 24h; Fri 00:00-18:00", "Mon-Thu 00:00-24:00, Fri 00:00-18:00", "", "unstated", ""),
    ("Mon-Fri 09:00-17:30 Europe/London, UK bank holidays excluded", "Mon-Fri 09:00-17:30", "Europe/London", "off", "GB"),
    ("Mon-Sun 08:00-20:00 Europe/Oslo, public holidays included", "Mon-Sun 08:00-20:00", "Europe/Oslo", "worked", ""),
    ("Mon-Fri 08:00-17:00 Australia/Melbourne except Victorian public holidays",
     "Mon-Fri 08:00-17:00", "Australia/Melbourne", "off", "AU-VIC"),
    ("Mon-Fri 08:00-18:00 in the account timezone", "Mon-Fri 08:00-18:00", "account", "unstated", ""),
    ("Mon–Fri, 08:00–20:00, Sat 09:00–13:00", "Mon-Fri 08:00-20:00, Sat 09:00-13:00", "", "unstated", ""),
    ("8:00 - 18:00, Mon - Fri", "Mon-Fri 08:00-18:00", "", "unstated", ""),
    ("24x7, except public holidays", "round the clock", "", "off", ""),
    ("Mon-Fri 9-17 Europe/Paris", "Mon-Fri 09:00-17:00", "Europe/Paris", "unstated", ""),
    ("business hours Mon-Fri 9-18 Asia/Tokyo", "Mon-Fri 09:00-18:00", "Asia/Tokyo", "off", ""),
    ("Business hours (Mon-Fri 8-17 Europe/Berlin)", "Mon-Fri 08:00-17:00", "Europe/Berlin", "off", ""),
    ("Mon-Fri 08:00-17:00 (office hours)", "Mon-Fri 08:00-17:00", "", "off", ""),
    # German
    ("Servicezeiten: Mo-Fr 8-17 Uhr", "Mon-Fri 08:00-17:00", "", "off", ""),
    ("Mo-Do 07:30-16:30, Fr 07:30-13:00", "Mon-Thu 07:30-16:30, Fri 07:30-13:00", "", "unstated", ""),
    ("Montag bis Freitag von 7 bis 16 Uhr, Samstag geschlossen", "Mon-Fri 07:00-16:00", "", "unstated", ""),
    ("Di, Do 13:00-18:00 sowie Mo, Mi, Fr 08:00-12:00", "Mon, Wed, Fri 08:00-12:00, Tue, Thu 13:00-18:00", "", "unstated", ""),
    ("Mo.-Fr. 8.00-18.00 Uhr Europe/Berlin; ohne gesetzliche Feiertage in Hessen", "Mon-Fri 08:00-18:00", "Europe/Berlin", "off", "DE-HE"),
    ("täglich 20:00-04:00, auch an Feiertagen", "Mon-Sun 20:00-04:00", "", "worked", ""),
    ("rund um die Uhr", "round the clock", "", "unstated", ""),
    # French
    ("du lundi au jeudi de 8h30 à 12h et de 13h30 à 17h30, hors jours fériés",
     "Mon-Thu 08:30-12:00 and 13:30-17:30", "", "off", ""),
    ("lun-ven 9h-19h, sam 9h-12h Europe/Paris", "Mon-Fri 09:00-19:00, Sat 09:00-12:00", "Europe/Paris", "unstated", ""),
    ("tous les jours 7h00-23h00, jours fériés compris", "Mon-Sun 07:00-23:00", "", "worked", ""),
    ("heures ouvrées lun-ven 9h-18h Europe/Paris", "Mon-Fri 09:00-18:00", "Europe/Paris", "off", ""),
    # Spanish
    ("L-J 8:30-17:30; V 8:00-14:30, festivos excluidos", "Mon-Thu 08:30-17:30, Fri 08:00-14:30", "", "off", ""),
    ("de lunes a sábado de 10:00 a 14:00 y de 17:30 a 21:00", "Mon-Sat 10:00-14:00 and 17:30-21:00", "", "unstated", ""),
    ("todos los días 16:00-00:00 America/Bogota", "Mon-Sun 16:00-24:00", "America/Bogota", "unstated", ""),
    # Portuguese
    ("segunda a sexta das 8h às 18h, sábado das 8h às 12h, exceto feriados", "Mon-Fri 08:00-18:00, Sat 08:00-12:00", "", "off", ""),
    ("todos os dias 06:00-22:00 America/Recife", "Mon-Sun 06:00-22:00", "America/Recife", "unstated", ""),
    ("horário comercial seg-sex 9h-18h America/Sao_Paulo", "Mon-Fri 09:00-18:00", "America/Sao_Paulo", "off", ""),
    # Italian
    ("dal lunedì al venerdì dalle 8:30 alle 12:30 e dalle 14:00 alle 18:00", "Mon-Fri 08:30-12:30 and 14:00-18:00", "", "unstated", ""),
    ("lun-gio 9.00-18.00, ven 9.00-13.00, festivi esclusi", "Mon-Thu 09:00-18:00, Fri 09:00-13:00", "", "off", ""),
    # Dutch
    ("maandag t/m donderdag van 8.30 tot 17.00 uur, vrijdag 8.30-12.00 uur", "Mon-Thu 08:30-17:00, Fri 08:30-12:00", "", "unstated", ""),
    ("ma-vr 07:00-19:00, za 10:00-14:00 Europe/Brussels, behalve feestdagen",
     "Mon-Fri 07:00-19:00, Sat 10:00-14:00", "Europe/Brussels", "off", ""),
    ("Ma-Vr 07:00-19:00 Europe/Brussels, zonder Belgische feestdagen", "Mon-Fri 07:00-19:00", "Europe/Brussels", "off", "BE"),
    # Further languages, each read by its own names alone
    ("pon.-pt. 07:00-19:00 Europe/Warsaw", "Mon-Fri 07:00-19:00", "Europe/Warsaw", "unstated", ""),
    ("po-so 8:00-16:00", "Mon-Sat 08:00-16:00", "", "unstated", ""),
    ("man.-fre. kl. 08:00-16:00", "Mon-Fri 08:00-16:00", "", "unstated", ""),
    ("man-fre 08:00-16:00 Europe/Oslo, excluding norske holidays", "Mon-Fri 08:00-16:00", "Europe/Oslo", "off", "NO"),
    ("mån-fre 08:00-17:00, lör 09:00-12:00", "Mon-Fri 08:00-17:00, Sat 09:00-12:00", "", "unstated", ""),
    ("ma-pe 08:00-16:00 Europe/Helsinki", "Mon-Fri 08:00-16:00", "Europe/Helsinki", "unstated", ""),
    ("пн-пт 09:00-18:00", "Mon-Fri 09:00-18:00", "", "unstated", ""),
    # Japanese
    ("月曜日から金曜日 9時から17時30分まで", "Mon-Fri 09:00-17:30", "", "unstated", ""),
    ("月~木 9:00~12:00、13:00~18:00、金 9:00~12:00 Asia/Tokyo(祝日を除く)",
     "Mon-Thu 09:00-12:00 and 13:00-18:00, Fri 09:00-12:00", "Asia/Tokyo", "off", ""),
    ("毎日 22:00-05:00、祝日を含む", "Mon-Sun 22:00-05:00", "", "worked", ""),
]  # fmt: skip
UNREAD = [
    "gold",
    "Mon-Fri",
    "08:00-18:00",
    "Mon-Fri 9-5",
    "Mon-Fri 9-12",
    "Mon-Fri 22-6",
    "business hours except Mon-Fri 9-18",
    "not business hours, Mon-Fri 9-18",
    "Mon-Fri 9-18, outside business hours",
    "Mon-Fri 8:30-5:30",  # by a clock of twelve hours, or over night?
    "Mon-Fri 9-5pm",
    "Mon-Fri 09:00-09:00",
    "Mon-Fri 09:00-25:00",
    "Mon-Mon 09:00-17:00",
    "Mon-Fri 08:00-18:00, outages 24x7",
    "Mon-Fri 08:00-18:00; a stopped line counts round the clock",
    "Mon-Fri 08:00-18:00, Whit Monday is worked",
    "Mon-Fri 08:00-17:00 Europe/Madrid, public holidays of Cádiz excluded",
    "Mon-Fri 08:00-17:00, no work on the feast of the patron saint",
    "Mon-Fri 08:00-17:00, public holidays",
    "Mon-Fri 08:00-17:00, public holidays not excluded",
    "Mon-Fri 09:00-17:00, Fri 09:00-12:00",  # has Friday both, or the second?
    "Mon-Fri 09:00-17:00, Wed closed",
    "Mon-Fri 09:00-18:00 except Wed",
    "weekdays 09:00-17:00",
    "werktags 8-18 Uhr",  # with Saturday or without
    "Mo-Fr 08:00-17:00, vom 3. bis 21. August geschlossen",
    "lun-ven 9h-18h, astreinte le week-end",
    "lunes a viernes 9:00-18:00 hora local",
    "segunda a sexta 8h-18h, sábado sob demanda",
    "lun-ven 9:00-18:00, sabato su richiesta",
    "ma-vr 08:00-17:00, weekend op afroep",
    "平日 9:00-18:00",
    "Mon-Fri 09:00-17:00 Europe/Berlin and Mon-Fri 09:00-17:00 America/New_York",
    "Mon-Fri 09:00-17:00 " * 20,
]


@pytest.mark.parametrize(("text", "week", "zone", "holidays", "place"), READ)
def test_a_common_form_is_read(text: str, week: str, zone: str, holidays: str, place: str) -> None:
    read = read_coverage(text, country_of_zone(zone) if zone else "")
    assert read is not None
    assert read.week is not None
    assert (week_words(read.week), read.zone, read.holidays, read.place) == (week, zone, holidays, place)


@pytest.mark.parametrize("text", UNREAD)
def test_what_is_not_understood_whole_is_not_read_at_all(text: str) -> None:
    assert read_coverage(text, "ES" if "Madrid" in text else "") is None


def test_the_table_is_whole() -> None:
    assert len({row[0] for row in READ} | set(UNREAD)) >= 60
    assert any(len(text) > LONGEST for text in UNREAD)


@pytest.mark.parametrize("text", ["business hours", "Office hours", "8x5"])
def test_business_hours_without_a_name_are_the_organisations(text: str) -> None:
    read = read_coverage(text)
    assert read is not None
    assert (read.week, read.holidays) == (None, "unstated")


def test_the_zone_of_a_text_that_is_not_read_is_known_where_it_names_one() -> None:
    assert zone_named("outages at any hour, else by day in Europe/Lisbon") == "Europe/Lisbon"
    assert zone_named("Europe/Lisbon by day, Asia/Macau by night") == ""
    assert zone_named("holidays of Japan") == ""


def test_a_zone_lies_in_a_country_where_its_holidays_are_known() -> None:
    assert [country_of_zone(zone) for zone in ("Europe/Berlin", "America/New_York", "Etc/UTC", "Nowhere")] == [
        "DE",
        "US",
        "",
        "",
    ]
