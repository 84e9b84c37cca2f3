"""Scenario: scheduled exports come out short for several accounts while the source data is whole."""
# ruff: noqa: E501 - a message is one line

from tools.sample.model import Record, agent, article, chat, customer, issue, plus_one, ticket

TICKETS: list[Record] = [
    ticket("TSL-21395", "Acme Corp", "Data export is missing rows", [
        customer("11-19 19:22", "Luis Arreola", "Our daily scheduled export 'shipments_full' (CSV to S3, 06:00 UTC) is short. The dashboard counts 248,311 shipments for 18 November, the file has exactly 248,000 rows. On the 17th before your update: 246,905 and 246,905. Finance reconciles against this file."),
        agent("11-19 20:41", "Jonas Weidner", "Hi Luis, thanks for the numbers. Please compare the time zone of the export with that of the dashboard, see GUIDE-131. A difference of a few hours usually explains this."),
        customer("11-20 14:33", "Luis Arreola", "Both are set to UTC, and a shift would not give a round 248,000. Today again: dashboard 251,774, file 251,000. I ran a manual export of the same view at 14:10 and got all 251,774 rows. So the data is there, the scheduled job loses the tail."),
        agent("11-20 15:50", "Jonas Weidner", "Thank you, good catch with the manual export. I have checked your source tables: the 774 rows are present and queryable. I am raising this internally."),
        customer("11-20 17:05", "Luis Arreola", "Fine, but a manual export every morning isn't an option: the S3 delivery can only be scheduled and there is nobody here at 06:00 UTC."),
    ], priority="high"),
    ticket("TSL-21399", "Calloway Health Systems", "Nightly extract: record count does not match", [
        customer("11-20 13:41", "Aaron Stubbs", "Export job exp_44f0c 'bed_occupancy_daily' delivered 63,000 rows last night, the workspace shows 63,742. Night before: 62,000 against 62,519. We deliver occupancy to the state on Tuesday 24 November, a short file means a refused submission. We are on 2026.22 since Tuesday, scheduled SFTP delivery, us-east."),
        agent("11-20 14:20", "Siobhan Keane", "Hello Aaron, thank you. Can you confirm that no row-level filter is active on the export's service user? GUIDE-131 lists that as the usual cause."),
        customer("11-20 15:02", "Aaron Stubbs", "No filters. I re-created the job from scratch as exp_44f9a with an admin as owner and ran it: 63,000 again. Parquet in place of CSV: also 63,000. The missing 742 are the most recently inserted ones by id."),
        agent("11-20 16:37", "Siobhan Keane", "That rules out filters and the format. I have linked your case to TESS-4127 and asked for priority because of your date on Tuesday."),
    ], priority="high"),
    ticket("TSL-21409", "Brightmoor Energy", "Half-hourly settlement export incomplete", [
        customer("11-23 08:14", "Callum Frear", "Morning. Weekend settlement exports are short: Sat 12,000 of 12,618, Sun 12,000 of 12,655 rows. Scheduled CSV, eu-central, delivery by SFTP. The on-screen table has everything. Is this known? Friday's one was 13,000 of 13,204 now that I look."),
        agent("11-23 09:06", "Amara Okafor", "Good morning Callum, thanks for the counts. We have other reports with round thousands as well and I am checking whether yours is the same. No need to change anything on your side for now."),
        plus_one("11-23 09:31", "Joris Baan", "Quillon Media", "+1 here, our scheduled ad-delivery export stopped at 87,000 rows on Friday and there should be about 87,450. We have not opened a ticket yet."),
    ]),
]  # fmt: skip

CHAT: list[Record] = [
    chat("MSG-90741", "#support-team", "11-20 15:55", "Jonas Weidner", "Acme Corp, TSL-21395: scheduled export drops the rows after the last full thousand. 248,000 of 248,311 and 251,000 of 251,774. Manual export complete."),
    chat("MSG-90743", "#support-team", "11-20 16:10", "Siobhan Keane", "Same picture at Calloway Health Systems (TSL-21399), 63,000 of 63,742. I filed TESS-4127."),
    chat("MSG-90748", "#eng-exports", "11-20 16:52", "Yael Stern", "Batch size of the export writer is 1,000 rows, so losing the last partial batch would fit. 2026.22 moved the writer to streaming. I can look properly on Monday afternoon, am booked on the disk migration until then."),
    chat("MSG-90803", "#support-team", "11-23 09:12", "Amara Okafor", "And Brightmoor Energy this morning, TSL-21409, in eu-central. So not a us-east thing."),
]  # fmt: skip

ISSUES: list[Record] = [
    issue("TESS-4127", "bug", "Scheduled exports lose the last partial batch of rows", "Open", "P3", "11-20 16:05", ["exports", "support-reported"], [
        ("11-20 16:08", "Siobhan Keane", "TSL-21399: 63,000 of 63,742 rows, CSV and Parquet, job re-created, no filters. Source rows are intact."),
        ("11-20 16:14", "Jonas Weidner", "TSL-21395 is the same: 248,000 of 248,311. Manual export of the same view is complete, so only the scheduler's path."),
        ("11-20 16:58", "Yael Stern", "No owner yet. Suspect the streaming writer of 2026.22, not verified."),
    ]),
]  # fmt: skip

ARTICLES: list[Record] = [
    article("GUIDE-131", "An export has fewer rows than the dashboard", "2026-03-30", "Check in this order. 1. Time zone: exports default to UTC, dashboards to the workspace's zone. 2. Row-level filters on the user who owns the export. 3. A dashboard filter saved after the export was made. 4. Rows still being imported when the export began. If both are on the same zone and no filter applies, note both counts and open a ticket. The article is about differences of content; it does not cover deliveries that break off."),
]  # fmt: skip
