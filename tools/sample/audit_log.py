"""Scenario: a Strategic customer may leave over a missing audit log, weeks before the renewal."""
# ruff: noqa: E501 - a message is one line

from tools.sample.model import Record, agent, article, chat, customer, issue, ticket

TICKETS: list[Record] = [
    ticket("TSL-21340", "Corvane Retail Group", "Audit log: a decision is needed before our renewal", [
        customer("11-12 10:05", "Helen Ashdown", "Our external auditors found on 6 November that Tessellate keeps no log of who viewed or changed what: sign-ins, permission changes, exports. Finding SOX-26-11, to be remedied by 31 January. We have asked for an audit log twice since 2025. Without one, with a date, I cannot sign the renewal on 18 December."),
        agent("11-12 10:41", "Amara Okafor", "Dear Helen, thank you for being so open. There is a feature request for this, TESS-2871, and I am adding your finding to it. Could the activity feed (GUIDE-152) bridge the time until then?"),
        customer("11-13 09:30", "Marcus Tilley", "We looked at it. It shows dashboard edits of the last 30 days, nothing about sign-ins, permissions or exports, and it cannot be sent to our SIEM. The auditors declined it in writing. We also tried reconstructing exports from the API usage report: no user names in it."),
        agent("11-13 12:14", "Amara Okafor", "Understood, so the feed is no substitute. I have told your success manager Chidi Eze and asked product for a statement."),
        customer("11-18 11:20", "Joanna Preece", "For your planning: we have a proposal from Flowgauge on the table, audit log with SIEM streaming included. The board looks at both on 3 December. 2,300 of our people use Tessellate every day and nobody here wants to move, but without a committed date we'll go with them."),
        agent("11-18 13:02", "Amara Okafor", "Thank you for the date, Joanna. I have no commitment from product that I could pass on yet. You will hear from me by the 24th at the latest."),
        customer("11-20 15:40", "Helen Ashdown", "To be plain: no written commitment by 2 December means we do not renew."),
        agent("11-20 16:05", "Amara Okafor", "I have read this and am taking it further inside the company now."),
    ], priority="high", kind="feature_request"),
    ticket("TSL-20977", "Tidewater Mutual", "When will there be an audit log?", [
        customer("10-14 14:10", "Carmen Delacroix", "Our claims division would come on board in December if there were an audit log of permission changes. Is there a plan?"),
        agent("10-14 15:22", "Hana Shimizu", "Hello Carmen, it is a known request (TESS-2871) without a date. I have added your vote."),
        customer("10-15 13:30", "Carmen Delacroix", "Thanks. Our sales contact has it in the offer as a condition, so please keep me posted."),
        agent("10-15 14:48", "Hana Shimizu", "Will do. I'm setting this ticket to pending until there is news."),
    ], status="pending", kind="feature_request"),
]  # fmt: skip

CHAT: list[Record] = [
    chat("MSG-90512", "#cs-accounts", "11-13 13:20", "Chidi Eze", "Corvane Retail Group, 1.15M, renewal 18 December: audit finding, they want a committed date for an audit log. Flagging it early."),
    chat("MSG-90514", "#product-feedback", "11-13 15:02", "Chidi Eze", "@Marguerite is there anything to say about TESS-2871? Corvane asks, and two open deals depend on it: Tidewater Mutual 310k, Lindholm Pharma Supply 145k."),
    chat("MSG-90530", "#product-feedback", "11-16 10:11", "Owen Fairley", "Not on the roadmap for Q1 as it stands. Rough guess from last spring was 8-10 weeks for sign-ins, permissions and exports. Marguerite decides, she is back on Monday the 23rd."),
    chat("MSG-90670", "#cs-accounts", "11-18 14:00", "Chidi Eze", "Corvane named Flowgauge today, in the ticket TSL-21340. Board on 3 December."),
]  # fmt: skip

ISSUES: list[Record] = [
    issue("TESS-2871", "feature", "Audit log: sign-ins, permission changes, exports, with streaming to a SIEM", "Backlog", "P3", "02-09 13:30", ["security-compliance", "customer-request"], [
        ("02-09 13:32", "Owen Fairley", "Collected from 6 requests in 2025. No design yet."),
        ("05-20 09:45", "Rafael Duarte", "The event bus already carries sign-ins and permission changes; nothing stores them. Exports would need new events."),
        ("10-14 15:20", "Hana Shimizu", "Vote from Tidewater Mutual, TSL-20977; condition of an open deal."),
        ("11-12 10:50", "Amara Okafor", "Corvane Retail Group (Strategic): auditors' finding, TSL-21340. They need a date before 18 December."),
    ]),
]  # fmt: skip

ARTICLES: list[Record] = [
    article("GUIDE-152", "The activity feed of a dashboard", "2026-06-04", "The activity feed lists edits of a dashboard in the last 30 days: who added, moved or removed a tile and when. Open it with the clock in the upper right corner. It does not record sign-ins, views, permission changes or exports, it cannot be downloaded, and it is not meant as proof towards auditors."),
]  # fmt: skip
