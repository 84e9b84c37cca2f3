"""The fixed words of a brief."""

HANDLED = {
    "H1": "a documented solution that was not yet tried",
    "H2": "a configuration that support can resolve",
    "H3": "guidance is needed, not a fix",
    "H4": "a known limitation with a documented alternative",
    "E-NONE": "no escalation criterion holds",
}
"""Why support handles it, by rule."""
CRITERIA = {
    "E-BUG": "confirmed bug",
    "E-INFRA": "system-level failure",
    "E-DATA": "harm to stored data",
    "E-COMPLEX": "beyond support's ability",
    "E-DOWN": "production stopped",
    "E-SEC": "security concern",
    "E-BIZ": "business risk",
    "E-SLA": "SLA missed or nearly so",
    "E-PATTERN": "several customers",
    "E-RECUR": "return after a fix",
}
"""The escalation criteria, by rule, as a note names those that were tested."""
REPRODUCTION_STATUS = {
    "reproduced": "Reproduced by us.",
    "reported": "As the customer reported; not repeated by us.",
    "not_reproduced": "Not reproduced.",
    "not_applicable": "Not applicable: no defect to reproduce.",
}
BASIS = {
    "customer_given": "given by the customer",
    "sla": "SLA",
    "record": "fixed by a record",
    "proposed": "proposed",
}
REFERENCE_GROUPS = (
    ("support_platform", "Tickets"),
    ("project_tracker", "Tracker"),
    ("chat", "Internal discussion"),
    ("knowledge_base", "Documents"),
    ("crm", "Accounts"),
    ("escalations", "Earlier escalations"),
)
