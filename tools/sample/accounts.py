"""The accounts of the CRM."""
# ruff: noqa: E501 - an account is one line

import unicodedata

from tools.sample.company import SLA
from tools.sample.model import Record

_Deal = tuple[str, int, str]
_Row = tuple[str, str, int, str, str, str, str, tuple[_Deal, ...]]

# name, tier, ARR in USD, time zone, renewal, health, contacts (name/role), open deals (name, USD, close)
_ROWS: tuple[_Row, ...] = (
    ("Corvane Retail Group", "Strategic", 1_150_000, "Europe/London", "2026-12-18", "at risk", "Helen Ashdown/CISO; Marcus Tilley/platform owner; Joanna Preece/procurement", (("2027 renewal, three years", 3_450_000, "2026-12-18"),)),
    ("Solmar Airlines", "Strategic", 980_000, "Europe/Madrid", "2027-04-30", "good", "Inés Caballero/head of operations analytics; Rubén Ortega/data engineer", ()),
    ("Hartwell Foods International", "Strategic", 1_320_000, "America/New_York", "2027-06-30", "good", "Denise Okonkwo/VP supply chain; Kyle Brannigan/systems lead", (("Plant rollout, wave 3", 240_000, "2027-01-29"),)),
    ("Kitano Electric", "Strategic", 870_000, "Asia/Tokyo", "2027-03-31", "fair", "Sho Tanabe/IT manager; Emi Kurosawa/analyst", ()),
    ("Acme Corp", "Enterprise", 480_000, "America/Chicago", "2027-02-28", "fair", "Dana Whitlock/platform engineering lead; Luis Arreola/data operations; Renee Fossum/VP operations", (("EU entity, 120 seats", 96_000, "2027-01-15"),)),
    ("Pellucid Insurance", "Enterprise", 360_000, "America/New_York", "2027-05-31", "good", "Grant Moseley/integration architect; Talia Benning/claims reporting", ()),
    ("Calloway Health Systems", "Enterprise", 415_000, "America/New_York", "2027-03-15", "fair", "Nadine Prewitt/reporting manager; Aaron Stubbs/data warehouse lead", ()),
    ("Fjordline Shipping", "Enterprise", 295_000, "Europe/Oslo", "2027-01-31", "good", "Sunniva Aasen/identity engineer; Petter Lunde/operations", ()),
    ("Ostermann Werke", "Enterprise", 340_000, "Europe/Berlin", "2027-07-31", "good", "Karin Ostwald/IT-Sicherheit; Falk Brenner/Werksplanung", ()),
    ("Sablewood Partners", "Enterprise", 265_000, "Europe/London", "2027-02-14", "fair", "Imogen Rusk/IT director; Theo Vance/service desk", ()),
    ("Tidewater Mutual", "Enterprise", 225_000, "America/New_York", "2027-08-31", "good", "Carmen Delacroix/compliance officer; Ross Hadley/BI lead", (("Claims division, audit log required", 310_000, "2026-12-22"),)),
    ("Juniper Falls Bank", "Enterprise", 390_000, "America/Denver", "2027-04-15", "good", "Wesley Tran/information security; Paula Reinholt/treasury analytics", ()),
    ("Marlowe Biotech", "Enterprise", 310_000, "Europe/Dublin", "2027-06-15", "good", "Aoife Brennan/trial operations; Conor Daly/data manager", ()),
    ("Bergkamm Maschinenbau", "Enterprise", 275_000, "Europe/Berlin", "2027-03-31", "fair", "Ulrike Sander/Leitung Fertigungs-IT; Matthias Krug/Datenintegration", ()),
    ("Oakhurst Analytics", "Enterprise", 205_000, "America/Los_Angeles", "2027-05-01", "good", "Maya Silverstein/head of insights; Jorge Pina/dashboard developer", ()),
    ("Castellane Énergie", "Enterprise", 330_000, "Europe/Paris", "2027-09-30", "good", "Lucie Marchetti/responsable données; Bastien Roy/intégrations", ()),
    ("Granite Peak Telecom", "Enterprise", 285_000, "America/Denver", "2027-02-01", "fair", "Holly Sorensen/network analytics; Tyrell Gaines/API developer", ()),
    ("Wattlebird Mining", "Enterprise", 240_000, "Australia/Perth", "2027-06-30", "good", "Angus McRae/site systems; Priyanka Dhar/reporting", ()),
    ("Northgate Logistics", "Business", 84_000, "America/Chicago", "2027-01-20", "fair", "Bethany Kowal/integration developer; Sam Oduya/dispatch manager", ()),
    ("Brightmoor Energy", "Business", 76_000, "Europe/London", "2027-05-10", "good", "Callum Frear/settlements analyst; Judith Amory/operations lead", ()),
    ("Quillon Media", "Business", 52_000, "Europe/Amsterdam", "2027-04-01", "good", "Femke Hoekstra/ad operations; Joris Baan/data engineer", ()),
    ("Lindholm Pharma Supply", "Business", 92_000, "Europe/Stockholm", "2027-03-01", "good", "Elin Sjöberg/quality manager; Oskar Hedlund/IT", (("GxP package, needs audit log", 145_000, "2027-01-30"),)),
    ("Pinebrook Software", "Business", 48_000, "America/Toronto", "2027-02-20", "good", "Arjun Mehta/backend developer; Chloe Tremblay/release manager", ()),
    ("Harrowgate Labs", "Business", 44_000, "Europe/London", "2027-07-07", "good", "Rosalind Peel/platform developer; Dev Sandhu/lab systems", ()),
    ("Kestrel Dynamics", "Business", 67_000, "America/Los_Angeles", "2027-01-31", "fair", "Vincent Amaro/telemetry lead; Skye Donovan/analyst", ()),
    ("Alder & Finch", "Business", 39_000, "America/New_York", "2027-06-01", "good", "Monica Ferris/finance systems; Drew Lachlan/controller", ()),
    ("Bluestem Agriculture", "Business", 58_000, "America/Chicago", "2027-08-15", "good", "Nate Hollister/agronomy data; Ingrid Pavel/IT", ()),
    ("Cobalt Freight", "Business", 71_000, "Europe/Warsaw", "2027-03-20", "good", "Marta Zielińska/fleet analytics; Paweł Gorski/developer", ()),
    ("Dovetail Interiors", "Business", 33_000, "Europe/London", "2027-05-25", "fair", "Gemma Stroud/operations; Lewis Arden/IT support", ()),
    ("Emberly Hotels", "Business", 62_000, "Europe/Lisbon", "2027-02-10", "good", "Rita Salgado/revenue manager; Nuno Brito/systems", ()),
    ("Firth & Co Brokers", "Business", 55_000, "Europe/London", "2027-09-01", "good", "Alasdair Munro/head of reporting; Kirsty Baird/analyst", ()),
    ("Gullwing Mobility", "Business", 88_000, "Europe/Zurich", "2027-04-20", "good", "Noemi Frei/product data; Luca Bernasconi/developer", ()),
    ("Haverford Clinics", "Business", 73_000, "America/New_York", "2027-07-15", "fair", "Shreya Nair/clinic operations; Tom Eastlake/IT", ()),
    ("Ironbridge Steel", "Business", 95_000, "Asia/Kolkata", "2027-03-31", "good", "Vikram Bose/plant reporting; Anita Kulkarni/integration", ()),
    ("Larkspur Education", "Pro", 9_600, "America/New_York", "2027-08-01", "good", "Beth Corrigan/programme coordinator; Ian Pell/administrator", ()),
    ("Redfern Tools", "Pro", 7_200, "Australia/Sydney", "2027-02-15", "good", "Glenn Mackay/owner; Tess Waring/office manager", ()),
    ("Brimstone Media", "Pro", 6_000, "America/Los_Angeles", "2027-01-10", "fair", "Chase Rolander/founder; Bree Almond/producer", ()),
    ("Copperleaf Coffee", "Pro", 4_800, "America/Los_Angeles", "2027-05-05", "good", "Olive Tanner/operations; Miles Cho/bookkeeper", ()),
    ("Driftwood Surf Co", "Pro", 5_400, "Pacific/Auckland", "2027-03-10", "good", "Tane Rewiti/shop manager; Lucy Harding/marketing", ()),
    ("Eastbank Charity", "Pro", 3_600, "Europe/London", "2027-06-20", "good", "Yvonne Clarke/fundraising; Sanjit Rao/volunteer IT", ()),
    ("Foxglove Design", "Pro", 5_000, "Europe/Copenhagen", "2027-04-12", "good", "Freja Holm/studio manager; Anders Bech/freelance developer", ()),
    ("Gatepost Realty", "Pro", 6_600, "America/Chicago", "2027-07-22", "good", "Randy Eubanks/broker; Lena Voss/assistant", ()),
    ("Hollow Creek Brewing", "Pro", 4_200, "America/Denver", "2027-01-25", "fair", "Jess Tolliver/taproom manager; Cody Wray/brewer", ()),
    ("Inkwell Press", "Pro", 7_800, "Europe/Vienna", "2027-02-27", "good", "Valerie Brandt/production; Stefan Moser/web", ()),
)  # fmt: skip


def slug(name: str) -> str:
    """``Acme Corp`` as the first label of its domain: ``acme-corp``."""
    plain = name.lower().replace("é", "e").replace("&", "and")
    return "-".join(plain.split())


def _contacts(text: str, account: str) -> list[Record]:
    people: list[Record] = []
    for entry in text.split("; "):
        name, _, role = entry.partition("/")
        address = f"{name.split()[0]}@{slug(account)}.example.com".lower()
        people.append(
            {
                "name": name,
                "role": role,
                "email": unicodedata.normalize("NFKD", address).encode("ascii", "ignore").decode(),
            }
        )
    return people


def accounts() -> list[Record]:
    """Every account as a CRM record, numbered in the order of the table."""
    return [
        {
            "id": f"ACC-{1001 + index * 7}",
            "name": name,
            "tier": tier,
            "arr_usd": arr,
            "renewal": renewal,
            "timezone": zone,
            "health": health,
            "sla": SLA[tier],
            "contacts": _contacts(people, name),
            "open_deals": [{"name": deal, "amount_usd": amount, "close": close} for deal, amount, close in deals],
        }
        for index, (name, tier, arr, zone, renewal, health, people, deals) in enumerate(_ROWS)
    ]
