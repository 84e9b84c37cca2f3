"""Which records carry an atom: other spellings of one value do, another value does not."""

from typing import Any

import pytest
from tests.customer_escalation.casebook import account, article, chat, evidence, message, ticket

from customer_escalation.domain import language
from customer_escalation.review.grounding import unsupported_atoms
from skill_runtime.ledger import Record


def note(text: str, at: str = "2026-03-04T10:30:00Z") -> Record:
    """A record that holds this text, written on a Wednesday."""
    return records(chat("C-7", at, text))[0]


def records(*items: dict[str, Any]) -> list[Record]:
    return list(evidence(*items).ledger.records.values())


def missing(text: str, *cited: Record) -> list[str]:
    return [atom.atom for atom in unsupported_atoms(text, cited)]


@pytest.mark.parametrize(
    ("record", "sentence"),
    [
        ("191,348 of 232,996 rows", "191348 of 232996 rows arrived."),
        ("4.812 von 31.040 Sätzen", "It hit 4,812 of 31,040."),
        ("191,348 rows", "About 191k rows arrived."),
        ("191,348 rows", "191k rows arrived."),
        ("191,348 rows", "Nearly 200,000 rows arrived."),
        ("three tickets", "They opened 3 tickets."),
        ("40 events", "All forty events pass."),
        ("This is the third time.", "It happened three times."),
        ("asked twice", "They asked two times."),
        ("Zwei Kunden sind betroffen.", "It hit 2 customers."),
        ("Wir haben das mit sieben Kunden und es ist nicht gut.", "They have seven customers."),
        ("Nous avons trois sites et vingt et un clients qui ne peuvent pas entrer.", "3 sites and twenty-one clients."),
        (
            "Se cae la aplicación por segunda vez y no es la única de los doce servidores.",
            "It is one of 12 servers, down 2 times.",
        ),
        ("Twee klanten zijn geraakt en dat is niet goed voor het team.", "It hit two customers."),
        ("The retry took half an hour.", "The retry took 30 minutes."),
        ("an hour each", "It costs them one 1-hour slot."),
        ("72 hours", "They have three days."),
        ("Nothing.", "Text 3 may go out."),
        ("set saml.allowed_clock_drift to 10000", "Its allowed_clock_drift is too small."),
        ("1 day 5 h since the report", "They wait for over 29 hours."),
        ("2 h 40 min used", "It took 160 minutes."),
        ("133.49", "That is 133 % of their year."),
        ("Server 7 ends, 31 August 2027", "It lasts until 31 August 2027."),
        ("a fortnight ago", "It was two weeks ago."),
        ("1448752ms", "It takes 24 minutes."),
        ("1, 5, 30 minutes", "It retries after 5 minutes."),
        ("costs 58000 a year", "They pay $58k."),
        ("amount_usd=1420000", "Es geht um 1.420.000 USD."),
        ("473333.33 USD a year", "Das sind ≈ 473.000 USD."),
        ("amount_usd=1420000", "Es geht um €1.420.000,00."),
        ("costs 58,000 dollars", "They pay fifty-eight thousand dollars."),
        ("99.95", "They are promised 99.95% uptime."),
        ("on 3 August 2026", "It was 2026-08-03."),
        ("by 31 January", "It is due on January 31st."),
        ("by 31 January", "It is due on 31 January 2027."),
        ("am 30. November", "It is due on 30 November."),
        ("by the 17th", "It is due on 17 March."),
        ("since Tuesday", "It fails since Tuesday, 3 March 2026."),
        ("since yesterday", "It fails since 3 March."),
        ("Da ieri mattina non parte", "It fails since 3 March."),
        ("Desde ontem", "It fails since 3 March."),
        ("昨日から動きません", "It fails since 3 March."),
        ("on 2026-03-20", "It is due on a Friday."),
        ("plain words", "It was written in March 2026, on a Wednesday at 10:30."),
        ("plain words", "It was written on the 4th at half past ten."),
        ("plain words", "It was written around 10:35."),
        ("at 15:20", "It failed at 3:20 pm."),
        ("POST /v2/metrics/query fails", "It concerns /v2/metrics/query."),
        ("https://status.example.com/incidents/7", "See status.example.com for it."),
        ("v0.53.9.5", "It worked in 0.53.9.5."),
        ("0.60.12", "It fails since v0.60.12."),
        ("Seen on v2.3.2+1372bf8.", "It fails on v2.3.2+1372bf8."),
        ("Seen on v2.3.2+1372bf8.", "It fails on 2.3.2, build 1372bf8."),
        ("0.60.12", "It fails since 0.60."),
        ("error PIPE-3107", "They saw error 3107."),
        ("SHA-256", "It uses SHA256."),
        ("HTTP 500", "They see random 500s."),
        ("“Don't  do\nthat”", "He wrote “don’t do that”."),
        ("Add `a_b c;` to **the** block", "It says “Add a_b c; to the block”."),
        ("Add a_b c; to the block", "It says “Add `a_b c;` to the block”."),
        ("It is slow, but it works", "He wrote “It is slow […] works”."),
        ("It is slow, but it works", "He wrote “It is … works.”"),
        ("They said it stops", "He wrote “[the customer] said it stops”."),
        ("update the schema", "It is a “simple” matter."),
    ],
)
def test_honest_spellings_pass(record: str, sentence: str) -> None:
    assert missing(sentence, note(record)) == []


@pytest.mark.parametrize(
    ("record", "sentence", "atom"),
    [
        ("191,348 rows", "191,384 rows arrived.", "191,384"),
        ("191,348 rows", "192k rows arrived.", "192k"),
        ("It failed once more for the team, and we have no idea.", "It failed 11 times.", "11"),
        ("Nous avons trois sites qui ne marchent pas.", "It concerns four sites.", "four"),
        ("191,348 rows", "About 150,000 rows arrived.", "150,000"),
        ("req_8fd1a77e02 at 13:05", "13 files are missing.", "13"),
        ("45 minutes", "45 hours went by.", "45 hours"),
        ("4 s of 30 minutes", "It takes 4 minutes.", "4 minutes"),
        ("20 minutes", "20% failed.", "20%"),
        ("costs 58000 a year", "They pay $85k.", "$85k"),
        ("by 31 January", "It is due on 30 January.", "30 January"),
        ("by 31 January", "It is due on 31 January 2024.", "31 January 2024"),
        ("plain words", "It is due in April.", "April"),
        ("plain words", "It came on Thursday.", "Thursday"),
        ("plain words", "It came at 11:30.", "11:30"),
        ("plain words", "It came around 11:00.", "11:00"),
        ("plain words", "It came at half past eleven.", "half past eleven"),
        ("0.60.12", "It fails since 0.60.1.", "0.60.1"),
        ("2026.20", "It fails since 2026.2.", "2026.2"),
        ("QP-773", "See QP-77.", "QP-77"),
        ("/v2/metrics/query", "It concerns /v2/metrics/queries.", "/v2/metrics/queries"),
        ("It is slow, but it works", "He wrote “works […] slow”.", "“works […] slow”"),
        ("It is slow, but it works", "He wrote “It is low”.", "“It is low”"),
        ("It is slow, but it works", "The log says “[ASYNC: canceled]”.", "“[ASYNC: canceled]”"),
        ("Add `a_b c;` to the block", "Run `a_b d;` first.", "`a_b d;`"),
    ],
)
def test_another_value_is_reported(record: str, sentence: str, atom: str) -> None:
    assert missing(sentence, note(record)) == [atom]


def test_field_names_tell_the_unit() -> None:
    crm = records(account("A-1", "Harrow Mills"))[0]
    assert missing("First response within four hours, updates every 24 h, resolution in three days.", crm) == []
    assert missing("Updates are due every 4 days.", crm) == ["4 days"]


def test_any_of_several_cited_records_may_hold_an_atom() -> None:
    one, two = note("4,000 rows"), note("in 7.2.0")
    assert missing("4,000 rows in 7.2.0.", one, two) == []
    assert missing("4,000 rows in 7.2.0.", one) == ["7.2.0"]


def test_a_quotation_must_stand_in_one_record() -> None:
    assert missing("It says “slow […] works”.", note("It is slow"), note("It works")) != []


def test_without_citations_every_atom_is_unsupported() -> None:
    assert missing("4,000 rows on 3 August.") == ["3 August", "4,000"]


def test_where_the_atom_stands_is_told() -> None:
    everything = records(chat("C-1", "2026-03-04T10:30:00Z", "5 rows"), chat("C-2", "2026-03-04T10:31:00Z", "in 7.2.0"))
    (found,) = unsupported_atoms("It fails in 7.2.0.", everything[:1], everything)
    assert (found.kind, found.atom, found.found_in) == ("version", "7.2.0", ("chat/C-2",))
    assert found.message == "version '7.2.0': it stands in chat/C-2"
    (found,) = unsupported_atoms("It fails in 7.3.0.", everything[:1], everything)
    assert found.found_in == ()
    assert found.message.endswith("no record holds it")


def test_one_quoted_word_is_somebodys_word_only_where_a_record_quotes_it() -> None:
    everything = records(
        chat("C-1", "2026-03-04T10:30:00Z", "All fine."), chat("C-2", "2026-03-04T10:31:00Z", "It says 'append'.")
    )
    found = unsupported_atoms("The mode is 'append', a “simple” matter.", everything[:1], everything)
    assert [atom.atom for atom in found] == ["'append'"]


def test_vocabulary_needs_no_record() -> None:
    assert (
        unsupported_atoms("L2 Support looks at it.", [note("plain words")], vocabulary=frozenset({"L2 Support"})) == []
    )


def test_a_record_is_known_by_its_own_id_and_its_items() -> None:
    items = records(
        ticket(
            "T-101",
            "Harrow Mills",
            "2026-03-04T08:00:00Z",
            message("T-101", 1, "2026-03-04T08:00:00Z", "customer", "Hi."),
        ),
        article("K-3", "Sync settings", "It runs nightly."),
    )
    assert missing("T-101 was opened at 08:00.", items[1]) == []
    assert missing("K-3 describes it.", items[2]) == []
    assert missing("K-3 describes it.", items[0]) == ["K-3"]


@pytest.mark.parametrize(
    ("told", "record", "missing"),
    [
        (
            "It worked for three days.",
            "Nous avons bien la nouvelle version et plus de doublon depuis trois jours, merci.",
            [],
        ),
        ("It took 5 hours.", "duró 5 horas", []),
        ("It took 5 hours.", "5 時間かかりました", []),
        ("It took 5 hours.", "duró 5 días", ["5 hours"]),
        ("It took 4 hours.", "duró 5 horas", ["4 hours"]),
        ("On Safari 15.3 it fails 12 times.", "Safari 15.3です。12回失敗しました", []),
        ("On Safari 15.4 it fails.", "Safari 15.3です。", ["15.4"]),
        ("Ce sont 164\u202f000\u00a0USD.", "arr_usd: 164000", []),
        ("Ce sont 164 000 USD.", "arr_usd: 164000", []),
        ("Ce sont 164 001 USD.", "arr_usd: 164000", ["164001 USD"]),
        ("Il répond à 17\u00a0h\u00a030.", "à 17:30", []),
        ("Il répond à 17 h 31.", "à 17:30", ["17:31"]),
        ("Wir melden uns bis 16 Uhr.", "due 16:00", []),
        ("Wir melden uns bis 9 Uhr 30.", "due 09:30", []),
        ("Wir melden uns bis 16.00 Uhr.", "due 16:00", []),
        ("Wir melden uns bis 16 Uhr.", "due 17:00", ["16:00"]),
        ("Um 16 Uhr 12 Fahrzeuge.", "16:00, 12 vehicles", []),
        ("Er schrieb »alles steht« und »nichts geht«.", "alles steht, nichts geht", []),
        ("It stops in `reader.(*Factory).newReader`.", "at reader.(*Factory).newReader(0x1)", []),
        ("Ouvert 9\u00a0h-18\u00a0h.", "09:00-18:00", []),
        ("Il a fallu 2 h 30 min.", "2 h 30 min", []),
        ("Das sind 6.900 USD.", "arr_usd: 6900", []),
        ("Das sind 6.900 USD.", "arr_usd: 69", ["6.900 USD"]),
        ("It took 113.4 s.", "Query_time: 113.402518", []),
        ("It took 113.402518 s.", "Query_time: 113.402518", []),
        ("It took 113.5 s.", "Query_time: 113.402518", ["113.5 s"]),
        ("Renovação 31/12/2022.", "renewal: 2022-12-31", []),
        ("Renovação 30/12/2022.", "renewal: 2022-12-31", ["30/12/2022"]),
        ("Mon-Fri is when they work.", "Mon-Fri 09:00-18:00", []),
    ],
)
def test_units_and_numbers_of_other_languages_hold(told: str, record: str, missing: list[str]) -> None:
    source = Record(ref="support_platform/T-1-m1", data={"kind": "message", "text": record})
    assert [atom.atom for atom in unsupported_atoms(told, [source]) if atom.kind != "name"] == missing


def test_hours_and_minutes_may_be_a_length_of_time() -> None:
    record = note("3 h 45 min of 4 business hours used")
    assert missing("Le ticket attend depuis 3 h 45.", record) == []
    assert missing("Le ticket attend depuis 3 h 50.", record) == ["3:50"]
    assert missing("Pour 51 d'entre eux, rien.", note("51 rows")) == []


def test_thousands_may_be_parted_by_a_space_and_numbers_may_follow_each_other() -> None:
    whole, parts = note("Summan är 2800 kWh."), note("Gate 12 gave 500 errors.")
    assert missing("Summan är 2 800 kWh.", whole) == []
    assert missing("Summan är 2 900 kWh.", whole) == ["2 900"]
    assert missing("Gate 12 500 errors.", parts) == []
    assert missing("There were 500 errors.", note("Partition 12 500 errors.")) == []
    assert missing("Summan är 2800 kWh.", note("Summan är 2 800 kWh.")) == []


@pytest.mark.parametrize(
    ("text", "held"),
    [("It is 3 seconds slower.", True), ("It took 2 weeks.", True), ("It is 3 minutes slower.", False)],
)
def test_units_of_time_are_known_in_the_languages_that_days_are_known_in(text: str, held: bool) -> None:
    record = evidence(
        chat("C-1", "2026-03-04T10:30:00Z", "Den öppnar 3 sekunder långsammare. Trwało to 2 tygodnie.")
    ).ledger.records
    assert (unsupported_atoms(text, list(record.values())) == []) is held


@pytest.mark.parametrize("written", ["1,204,630 entries", "1204630 entries", "1 204 630 entries", "1’204’630 entries"])
def test_a_number_in_groups_of_three_is_not_taken_for_a_version_alone(written: str) -> None:
    record = list(evidence(chat("C-1", "2026-03-04T10:30:00Z", written)).ledger.records.values())
    assert unsupported_atoms("es sind 1.204.630", record) == []
    assert unsupported_atoms("es sind 1.204.631", record) != []


def test_a_day_told_in_english_loads_no_model_of_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_identifier", lambda: pytest.fail("the model was loaded"))
    assert missing("It fails since 3 March.", note("Fails since yesterday, says Ms Hommel of Mantua.")) == []
