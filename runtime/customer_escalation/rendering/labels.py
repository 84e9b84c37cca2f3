"""The fixed words of a brief."""

REPRODUCTION_STATUS = {
    "reproduced": "Reproduced by us.",
    "reported": "As the customer reported; not repeated by us.",
    "not_reproduced": "Not reproduced.",
    "not_applicable": "Not applicable.",
}
BASIS = {
    "customer_given": "the customer",
    "sla": "SLA",
    "policy": "our policy",
    "record": "on record",
    "proposed": "proposed",
}
