"""Scenarios that support can mostly settle: a documented fix, a workaround, a question, a limitation, noise, and a German thread."""
# ruff: noqa: E501 - a message is one line

from tools.sample.model import Record, agent, article, chat, customer, issue, ticket

TICKETS: list[Record] = [
    ticket("TSL-21393", "Pinebrook Software", "Webhook signature never matches since we moved behind a proxy", [
        customer("11-19 18:02", "Arjun Mehta", "Since Wednesday every webhook fails our check of X-Tessellate-Signature. We put a reverse proxy with a body filter in front of the receiver the same day. 100% of 318 deliveries so far. Secret is unchanged, I compared it character by character. We compute HMAC-SHA256 over the parsed and re-serialised JSON."),
        agent("11-19 20:15", "Hana Shimizu", "Hi Arjun, could you rotate the secret once, to be on the safe side?"),
        customer("11-20 14:31", "Arjun Mehta", "Rotated it, no difference. Deliveries are retried by you and we take them without the check for now, which our release manager does not like."),
    ]),
    ticket("TSL-20615", "Harrowgate Labs", "Webhook signature mismatch after new ingress", [
        customer("09-08 09:20", "Rosalind Peel", "After we put a new ingress in front of our receiver the signature check fails for every event."),
        agent("09-08 11:05", "Jonas Weidner", "Hello Rosalind, does the ingress alter the body? Please follow GUIDE-137: sign the raw bytes and switch off re-encoding."),
        customer("09-08 14:50", "Rosalind Peel", "That was it. The ingress normalised the JSON. We now check the raw body before any parsing and all 40 test events pass."),
        agent("09-08 15:10", "Jonas Weidner", "Glad to hear it, I am closing this."),
    ], status="solved"),
    ticket("TSL-21364", "Oakhurst Analytics", "Dashboards take 40 seconds to open", [
        customer("11-17 17:25", "Jorge Pina", "Our 'Store pulse' dashboard went from 4 s to about 40 s since 2026.21. 32 tiles, all on the joined view v_sales_calendar. Others are fine."),
        agent("11-17 18:40", "Mateo Quiroga", "Hi Jorge, I can see it: the join is computed once a tile. Please try the materialised view in GUIDE-149 with a refresh every 15 minutes."),
        customer("11-18 18:05", "Jorge Pina", "Did that for all 32 tiles. 3.8 s now, measured ten times, and 15 minutes is fresh enough for us. Happy with it, but do tell us when the cause is fixed."),
        agent("11-18 19:20", "Mateo Quiroga", "Good to hear. The cause is TESS-4094, I am leaving this ticket on hold until then."),
    ], status="on_hold"),
    ticket("TSL-21371", "Bergkamm Maschinenbau", "Umlaute nach dem Import über den SFTP-Konnektor zerstört", [
        customer("11-18 08:15", "Matthias Krug", "Guten Morgen, seit dem Update auf 2026.22 kommen Umlaute aus dem SFTP-Import falsch an: aus 'Fräswelle Größe 3' wird 'FrÃ¤swelle GrÃ¶ÃŸe 3'. Betroffen sind 4.812 von 31.040 Stammdatensätzen. Die Aufträge werden über die Bezeichnung zugeordnet, deshalb fehlen in der Fertigungssteuerung heute 137 Aufträge."),
        agent("11-18 09:02", "Jonas Weidner", "Guten Morgen Herr Krug, danke für die genauen Zahlen. Bitte prüfen Sie in den Einstellungen des Konnektors, ob als Zeichensatz UTF-8 eingetragen ist (GUIDE-141), und starten Sie den Import neu."),
        customer("11-18 10:40", "Matthias Krug", "UTF-8 war eingetragen. Neu gespeichert, Import um 10:20 neu gestartet: keine Änderung. Auch eine Testdatei mit BOM hat nicht geholfen. Dieselbe Datei von Hand hochgeladen wird richtig gelesen."),
        agent("11-18 13:15", "Jonas Weidner", "Ich kann es nachstellen: 5 von 5 Importen über SFTP mit 2026.22 falsch, manuell 0 von 5. Ich gebe das weiter."),
        customer("11-19 14:30", "Ulrike Sander", "Wir laden die Datei jetzt zweimal täglich von Hand hoch, das kostet jeweils eine Stunde und geht nur bis zur Inventur am 30. November. Bis wann dürfen wir mit einer Korrektur rechnen?"),
        agent("11-19 15:20", "Jonas Weidner", "Das verstehe ich gut. Ich habe noch keine Zusage aus der Entwicklung und melde mich, sobald ich eine habe."),
    ], priority="high"),
    ticket("TSL-21386", "Larkspur Education", "How do we send the weekly digest to two groups?", [
        customer("11-19 14:40", "Beth Corrigan", "We'd like teachers to get the digest on Friday and the office to get it on Monday. Is that possible, and where do I click? No hurry."),
        agent("11-19 17:30", "Devin Carlisle", "Hi Beth, yes. Are the teachers already a group in your workspace, or single addresses?"),
        customer("11-20 14:15", "Beth Corrigan", "They're single addresses, 14 of them. I haven't made any groups."),
    ], priority="low", kind="question"),
    ticket("TSL-21382", "Kestrel Dynamics", "Cannot show more than 50 tiles on a dashboard", [
        customer("11-18 18:50", "Skye Donovan", "We get 'Tile limit reached (50)' on the fleet wall. We have 74 vehicles and want one tile each on one screen. Bug or by design?"),
        agent("11-18 21:05", "Devin Carlisle", "Hello Skye, 50 is the limit of a dashboard. Does it have to be single tiles?"),
        customer("11-20 19:10", "Skye Donovan", "Not necessarily, as long as 74 states are on one wall screen. Is there another way?"),
    ], kind="question"),
    ticket("TSL-21403", "Brimstone Media", "URGENT!! engineering NOW", [
        customer("11-20 19:05", "Chase Rolander", "EVERYTHING IS BROKEN. This is the third time. Get an engineer on this NOW, I don't want to talk to support."),
        agent("11-20 20:30", "Siobhan Keane", "Hi Chase, I'm sorry that you're stuck. So that we can help fast: what do you see, on which page, since when, and does it hit everybody? A screenshot is enough. The service is up and I can open your workspace without errors."),
        customer("11-20 21:15", "Chase Rolander", "I don't have time for questions. ESCALATE IT."),
    ], priority="urgent"),
]  # fmt: skip

CHAT: list[Record] = [
    chat("MSG-90668", "#eng-connectors", "11-18 13:30", "Jonas Weidner", "SFTP connector reads UTF-8 as Latin-1 since 2026.22, 5 of 5 for me, Bergkamm Maschinenbau, TSL-21371. Anybody?"),
    chat("MSG-90672", "#eng-connectors", "11-18 15:05", "Curtis Abbott", "Could be the new transfer library, its default charset is different. On my list, not before the 2026.23 branch."),
    chat("MSG-90756", "#support-team", "11-20 21:20", "Siobhan Keane", "Brimstone Media shouts for engineering but gives no detail (TSL-21403). Their usage today looks normal, no errors in the log."),
]  # fmt: skip

ISSUES: list[Record] = [
    issue("TESS-4094", "bug", "Joined views are computed once a tile since 2026.21", "In progress", "P3", "11-09 10:30", ["dashboards", "performance"], [
        ("11-17 18:45", "Mateo Quiroga", "Oakhurst Analytics, TSL-21364: 40 s for 32 tiles."),
        ("11-19 09:20", "Rafael Duarte", "Cause found, shared scan is skipped for joins. Fix planned for 2026.23 on 1 December."),
    ]),
]  # fmt: skip

ARTICLES: list[Record] = [
    article("GUIDE-137", "Webhook signature does not match behind a proxy", "2026-06-23", "The signature covers the raw bytes of the body. Proxies and body filters that parse and re-encode JSON change spaces and the order of keys, so the HMAC differs although the content is the same. 1. Compute HMAC-SHA256 over the raw body before any parsing. 2. Switch off body rewriting on the proxy for the webhook path. 3. Let the headers X-Tessellate-Signature and X-Tessellate-Timestamp through. 4. Send a test event from Settings > Webhooks; it must show 'verified'. Rotating the secret does not help in this case."),
    article("GUIDE-149", "Speed up dashboards with materialised views", "2026-11-10", "A dashboard with many tiles on a joined view gets slow because the join is computed again and again. 1. Data > Views > Materialise. 2. Choose a refresh interval, 15 minutes is enough for most. 3. Point the tiles to the new view; filters go on working. Opening times of 3-5 s for 30 tiles are usual afterwards. Nothing is lost when you go back."),
    article("GUIDE-141", "Character sets of file connectors", "2026-04-21", "Connectors for SFTP and object storage read files in the character set of their settings: UTF-8 (default), ISO 8859-1 or Windows-1252. If special characters come out wrong: 1. Check the setting. 2. Save it again. 3. Import the file once more."),
    article("GUIDE-155", "Send the weekly digest to groups on different days", "2026-05-28", "A digest goes to one group on one schedule; make one digest a group. 1. Settings > Groups > New, add members by address (they need no seat). 2. Reports > Digest > Duplicate. 3. Choose group and weekday for each copy. 4. 'Send test' shows what arrives."),
    article("GUIDE-158", "Limits of a dashboard and how to live with them", "2026-07-02", "A dashboard holds at most 50 tiles; the limit is by design and will not be raised, as browsers slow down beyond it. For more states on one screen use the grid tile: one tile shows up to 400 cells with colour rules. 1. Add tile > Grid. 2. Choose the dimension, for instance vehicle. 3. Set the rules for colours. Or let the wall mode rotate between dashboards."),
]  # fmt: skip
