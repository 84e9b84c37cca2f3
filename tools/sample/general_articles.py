"""Articles of the knowledge base that belong to no single topic."""
# ruff: noqa: E501 - a message is one line

from tools.sample.model import Record, article

ARTICLES: list[Record] = [
    article("GUIDE-101", "How to write a ticket that is solved quickly", "2026-01-08", "Say what you did, what you expected and what happened, since when, how often (n of m), in which region, and give three request ids (req_...) or correlation ids. Screenshots help, passwords and tokens do not belong in a ticket."),
    article("GUIDE-102", "Regions, addresses and maintenance windows", "2026-02-16", "Regions: us-east, eu-central, ap-southeast. Addresses by region are in Settings > Network. Releases go out on Tuesdays, sometimes Wednesdays. Maintenance is on Saturdays from 22:00 UTC and is announced two weeks ahead."),
    article("GUIDE-103", "Response times by plan", "2026-01-05", "First response, update and resolution in business hours of your time zone: Strategic 1/4/24, Enterprise 2/8/48, Business 8/24/120, Pro 24/72 without a promise for the resolution. Requests for new functions have no resolution time."),
    article("GUIDE-104", "Set up single sign-on", "2026-03-09", "1. Settings > Security > SSO. 2. Exchange metadata with your identity provider. 3. Map e-mail to NameID. 4. Test with one person before you make it mandatory. The owner keeps a local password for emergencies. For errors after a rotation of certificates there is an article of its own."),
]  # fmt: skip
