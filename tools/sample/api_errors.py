"""Scenario: one endpoint of the API answers 500 now and then since a release, after an incident was closed."""
# ruff: noqa: E501 - a message is one line

from tools.sample.model import Record, agent, article, chat, customer, issue, plus_one, ticket

TICKETS: list[Record] = [
    ticket("TSL-21388", "Acme Corp", "API returning 500 errors intermittently", [
        customer("11-19 15:12", "Dana Whitlock", "Since your 2026.22 rollout POST /v2/metrics/query fails for us on and off. Roughly 1 request in 8 comes back as HTTP 500 with {\"code\":\"QRY-5003\",\"message\":\"upstream pool exhausted: acquire timeout after 2000ms\"}. Examples from the last hour: req_8fd2c1a07b, req_8fd2c4419e, req_8fd2c90d31. Region us-east. GETs on /v2/pipelines are fine. Our order board polls that endpoint every 30 s, so dispatch in Joliet is looking at gaps."),
        agent("11-19 16:01", "Priya Raman", "Thanks Dana, that is very clear. While I look at the request ids: please try the exponential backoff from GUIDE-118 and check that you stay under 600 calls a minute on that token."),
        customer("11-19 17:40", "Dana Whitlock", "We are at 140 calls a minute, nowhere near 600, and X-RateLimit-Remaining never went under 450. Turned on backoff with 3 retries at 16:50 anyway. Still 212 failed queries out of 1,704 between 16:50 and 17:35, and now the good ones take up to 9 s because of the retries. So no, that did not help."),
        agent("11-19 18:25", "Priya Raman", "Internal: reproduced from my own machine with Acme's query body against us-east, 7 of 50 calls answered 500 QRY-5003. The same body against eu-central: 0 of 50. Smaller window (1 h in place of 24 h): 0 of 50 in us-east.", internal=True),
        agent("11-19 18:31", "Priya Raman", "I can see the same errors when I run your query, so this is on our side. I have asked the on-call engineers to look."),
        customer("11-20 14:20", "Luis Arreola", "Any news? Failures overnight 02:00-13:00 UTC: 388 of 5,260. We also upgraded the SDK from 4.8.0 to 4.9.1 because the release notes mention pooling. No change."),
        agent("11-20 16:02", "Priya Raman", "No fix yet, I am sorry. I have pointed the on-call engineer at your request ids again. Please keep the retries switched on for now, I know it is only half a help."),
        customer("11-20 21:48", "Dana Whitlock", "Retries mask some of it but the board still went blank twice this afternoon. This is a production screen for 3 shifts. I need to know before Monday's planning call at 15:00 UTC who is working on it. Renee Fossum (our VP operations) is asking."),
    ], priority="high"),
    ticket("TSL-21391", "Northgate Logistics", "metrics/query: random 500s, QRY-5003", [
        customer("11-19 16:44", "Bethany Kowal", "Hi, our nightly ETA job calls POST /v2/metrics/query about 900 times. Before Tuesday: 0 failures. Night of the 18th to the 19th: 71 failures, all 'upstream pool exhausted'. One id: req_8fd1a77e02. Did something change?"),
        agent("11-19 18:09", "Mateo Quiroga", "Hi Bethany, there was an incident on that endpoint on the 17th that was closed on the 18th. Could you tell me whether it still happens, and in which region your workspace is?"),
        customer("11-20 15:05", "Bethany Kowal", "us-east. Last night 64 of 903 failed, so yes, it still happens. We rotated the API token because GUIDE-118 says stale tokens can do this; no difference."),
        agent("11-20 17:31", "Mateo Quiroga", "Thank you. I have added your numbers to our internal thread and will come back to you as soon as engineering tells us more."),
    ]),
    ticket("TSL-21402", "Pellucid Insurance", "Claims ingest halts on 500 from metrics API", [
        customer("11-20 14:02", "Grant Moseley", "We get sporadic HTTP 500 from /v2/metrics/query (us-east) since Wednesday. Response body mentions QRY-5003. 19 of our 240 hourly snapshots are incomplete so far. The status page shows all green. req_8fd4410bb7, req_8fd44a1c58."),
        agent("11-20 15:18", "Hana Shimizu", "Hello Grant, thank you for the ids. Which range do the failing queries cover?"),
        customer("11-20 16:12", "Grant Moseley", "All failing ones ask for 24 h or more with group_by of 3 dimensions. The 1 h ones never fail. Splitting a day into 24 calls would blow our budget of calls, so that's not something we can live with."),
        agent("11-20 18:40", "Hana Shimizu", "Understood, that matches what a colleague sees in another case. Passing it on."),
        plus_one("11-20 19:30", "Tyrell Gaines", "Granite Peak Telecom", "Following. We are in us-east too and have not seen it, but our queries are all under 1 h."),
    ], priority="high"),
]  # fmt: skip

CHAT: list[Record] = [
    chat("MSG-90611", "#eng-oncall", "11-17 15:58", "Naveen Iyer", "QRY-5003 alarms on metrics-query us-east since 15:31, 20 minutes after 2026.22 went out. Opening TESS-4102."),
    chat("MSG-90640", "#eng-oncall", "11-18 11:24", "Naveen Iyer", "TESS-4102: pool raised from 40 to 80 per node, alarms quiet for 3 h. Closing it."),
    chat("MSG-90702", "#support-team", "11-19 18:35", "Priya Raman", "Acme Corp reports 500 QRY-5003 again on POST /v2/metrics/query, I get 7 of 50 myself. Isn't that TESS-4102, which was closed yesterday?"),
    chat("MSG-90703", "#support-team", "11-19 18:41", "Mateo Quiroga", "Northgate Logistics has it too, TSL-21391."),
    chat("MSG-90709", "#eng-oncall", "11-19 19:02", "Priya Raman", "@oncall QRY-5003 is back in us-east, see TSL-21388, reproducible with 24 h windows. Can someone take it?"),
    chat("MSG-90711", "#eng-oncall", "11-19 19:20", "Curtis Abbott", "Had a quick look: pool wait in us-east spikes on the hour, alarm threshold was doubled together with the pool so it does not fire any more. Might be the new query planner in 2026.22 holding connections, not sure. I hand over to Bea in the morning."),
    chat("MSG-90735", "#eng-oncall", "11-20 09:15", "Bea Novak", "Took over on-call. I'm on the disk-usage thing in ap-southeast first, have not looked at QRY-5003 yet."),
    chat("MSG-90752", "#support-team", "11-20 18:44", "Hana Shimizu", "Third one with QRY-5003: Pellucid Insurance, TSL-21402. Nobody from engineering has commented since this morning, and TESS-4102 still says Closed."),
]  # fmt: skip

ISSUES: list[Record] = [
    issue("TESS-4102", "incident", "metrics-query us-east: QRY-5003 upstream pool exhausted after 2026.22", "Closed", "P1", "11-17 15:55", ["metrics-query", "us-east", "2026.22"], [
        ("11-17 16:20", "Naveen Iyer", "Started 15:31 UTC, 20 minutes after 2026.22 reached us-east. Only POST /v2/metrics/query. 6.1% of calls fail at peak."),
        ("11-17 18:47", "Rafael Duarte", "Rollback discussed and put off: 2026.22 carries a schema change for pipelines that cannot go back without downtime."),
        ("11-18 08:12", "Naveen Iyer", "Raised pool size from 40 to 80 per node and the alarm threshold with it. Error rate under 0.1% since 08:05."),
        ("11-18 11:22", "Naveen Iyer", "Quiet for 3 hours. Closing. Cause not established; a follow-up on the query planner's connection use was to be filed."),
    ]),
    issue("TESS-4077", "task", "New query planner: behind a flag for windows over 6 h", "Done", "P3", "10-29 09:40", ["metrics-query", "2026.22"], [
        ("11-10 13:05", "Rafael Duarte", "Flag planner_v2_long_windows is on by default in 2026.22."),
    ]),
]  # fmt: skip

ARTICLES: list[Record] = [
    article("GUIDE-118", "HTTP 429 and 5xx answers from the API", "2026-05-12", "Most 429 and 5xx answers come from clients that call too often. 1. Compare your calls with the limit of your plan (Pro 120, Business 300, Enterprise 600, Strategic 1,200 a minute) in the header X-RateLimit-Remaining. 2. Retry with exponential backoff: 1 s, 2 s, 4 s, with jitter. 3. Rotate tokens older than 12 months. If 5xx answers go on below the limit, send support three request ids (req_...) with times and region. This article predates the QRY error codes."),
]  # fmt: skip
