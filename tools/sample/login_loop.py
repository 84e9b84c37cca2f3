"""Scenario: an SSO login loop that is said to hit all Enterprise customers and hits those on one identity provider."""
# ruff: noqa: E501 - a message is one line

from tools.sample.model import Record, agent, article, chat, customer, issue, ticket

TICKETS: list[Record] = [
    ticket("TSL-21405", "Fjordline Shipping", "SSO login loop since this morning, nobody gets in", [
        customer("11-23 07:05", "Sunniva Aasen", "All 640 users are bounced between login.tessellate.example.com and our Veriden ID page. Veriden says the login succeeded, then Tessellate redirects back: SAML_SIG_21 'assertion signature could not be verified', correlation id sso-5e11c0. Worked on Friday. We changed nothing."),
        agent("11-23 07:52", "Tomas Lindqvist", "Good morning Sunniva. We rotated our signing certificate on Saturday (maintenance notice of 9 November). Could you re-import our metadata in Veriden, as in GUIDE-144?"),
        customer("11-23 08:20", "Sunniva Aasen", "Done at 08:10, new fingerprint 7C:41:9A:… is shown in Veriden. Cleared sessions, tried two browsers and a new user. Same loop, same SAML_SIG_21. Our owner account with the local password can log in, everybody else can't."),
        agent("11-23 08:45", "Tomas Lindqvist", "Thank you for trying that so quickly. So the metadata is not it. I'm collecting the facts for our identity engineers."),
    ], priority="urgent"),
    ticket("TSL-21406", "Ostermann Werke", "Login via Veriden ID endet in Schleife / endless redirect", [
        customer("11-23 07:31", "Karin Ostwald", "Since 06:00 no one of our 410 users can sign in with SSO (Veriden ID). Redirect loop, browser stops with ERR_TOO_MANY_REDIRECTS after 20 rounds. Correlation id sso-5e1377, SAML_SIG_21. Shift planning in Kassel is standing still."),
        agent("11-23 08:05", "Jonas Weidner", "Guten Morgen Frau Ostwald, a colleague has another case with the same code. Please re-import the metadata from GUIDE-144 and tell me what happens."),
        customer("11-23 08:40", "Karin Ostwald", "Re-imported at 08:25, and we also allowed a clock skew of 300 s. No effect."),
    ], priority="urgent"),
    ticket("TSL-21408", "Sablewood Partners", "Is SSO down for all Enterprise customers?", [
        customer("11-23 08:02", "Imogen Rusk", "Our people (185) cannot log in, it loops. Your status page is green. I hear from a friend at another firm it's the same there, so I assume all Enterprise customers are hit. IdP is Veriden ID, error SAML_SIG_21, sso-5e14f2."),
        agent("11-23 08:48", "Tomas Lindqvist", "Hello Imogen, we are looking at it. So far we have no report from customers on other identity providers. Can you tell us whether Veriden signs the response, the assertion or both?"),
        customer("11-23 09:10", "Theo Vance", "Assertion only, SHA-256, it's Veriden's default. I turned on signing of both as a test at 09:05: still looping."),
    ], priority="urgent"),
]  # fmt: skip

CHAT: list[Record] = [
    chat("MSG-90747", "#releases", "11-20 16:30", "Ingrid Solheim", "Reminder: rotation of the SAML signing certificate on Saturday 21 November 22:00 UTC. Metadata URL serves both certificates until then."),
    chat("MSG-90798", "#support-team", "11-23 08:31", "Amara Okafor", "Someone in #cs-accounts says SSO is down for all Enterprise customers. Is that so?"),
    chat("MSG-90799", "#support-team", "11-23 08:36", "Tomas Lindqvist", "I count three: Fjordline Shipping, Ostermann Werke, Sablewood Partners. All on Veriden ID. Bergkamm Maschinenbau and Marlowe Biotech (Enterprise, other providers) logged in this morning without trouble, I asked both."),
    chat("MSG-90801", "#eng-identity", "11-23 08:55", "Ingrid Solheim", "Login statistics since Sunday 00:00: Veriden ID 0 of 1,912 successful, all other providers together 99.4% as usual. Three workspaces use Veriden. Looks like the rotation, not yet clear why re-import does not help. Nobody assigned, I'm in the quarterly review until 11:30."),
    chat("MSG-90802", "#cs-accounts", "11-23 09:03", "Bram de Wit", "Fjordline Shipping called me: port operations plan on paper right now, renewal is on 31 January. They want a time."),
]  # fmt: skip

ISSUES: list[Record] = [
    issue("TESS-4090", "task", "Rotate the SAML signing certificate of the service provider", "Done", "P2", "11-06 10:12", ["identity", "maintenance"], [
        ("11-09 09:00", "Ingrid Solheim", "Notice sent to all owners of workspaces with SSO."),
        ("11-20 16:25", "Ingrid Solheim", "Tested on staging with four providers. Veriden ID isn't among them, we have no test tenant there."),
        ("11-23 06:40", "Curtis Abbott", "Carried out on Saturday 22:04 UTC without alarms. Marked done."),
    ]),
]  # fmt: skip

ARTICLES: list[Record] = [
    article("GUIDE-144", "Re-import the SAML metadata after a certificate rotation", "2026-11-09", "After we rotate the signing certificate, identity providers that cache metadata must fetch it again. 1. Open the application in your identity provider. 2. Re-import https://login.tessellate.example.com/saml/metadata. 3. Compare the fingerprint with the one in Settings > Security > SSO. 4. End old sessions and log in again. Workspace owners can always log in with the local password at /login/local. Providers that load metadata by URL need no action."),
]  # fmt: skip
