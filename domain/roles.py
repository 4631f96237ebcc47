"""Who records an act, who decided it, and what both are called in refusals and on pages."""

from typing import Literal

Role = Literal[
    "clerk", "counterpart", "oversight_officer", "approver", "analyst", "administrator", "system"
]
Body = Literal[
    "council",
    "mayor",
    "councillor",
    "community_body",
    "staff",
    "association",
    "advisory_committee",
    "legal_officer",
    "counterpart",
    "oversight_office",
    "legislature",
    "minister",
    "register",
    "unknown",
]
ROLES: dict[Role, str] = {
    "clerk": "clerk",
    "counterpart": "counterpart",
    "oversight_officer": "oversight officer",
    "approver": "approver",
    "analyst": "analyst",
    "administrator": "administrator",
    "system": "the register itself",
}
BODIES: dict[Body, str] = {
    "council": "council",
    "mayor": "mayor",
    "councillor": "councillor",
    "community_body": "community body",
    "staff": "administration",
    "association": "association",
    "advisory_committee": "advisory committee",
    "legal_officer": "legal officer",
    "counterpart": "counterpart",
    "oversight_office": "oversight office",
    "legislature": "legislature",
    "minister": "minister",
    "register": "register",
    "unknown": "unknown",
}
