"""The ids of the published rules, as data, so that a policy can be checked without the code that carries them out."""

RULE_IDS = frozenset(
    (
        "H1 H2 H3 H4 H5 E-BUG E-INFRA E-DATA E-COMPLEX E-DOWN E-SEC E-BIZ E-SLA E-PATTERN E-RECUR E-TREND E-TIME E-NONE "
        "S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 S11 S12 S13 T0 T1 T2 T3 T4 "
        "T5 T6 B1 B2 B3 B4 B5 B6 R1 R2 R3 R4 R5 R6 R7 G1 G2 G3 "
        "P1 P2 DE1 DE2 DE3 DE4 C-ACT DE-ACT "
    ).split()
)
