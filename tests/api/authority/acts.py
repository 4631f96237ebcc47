"""The least that each act needs, so that only who acts decides whether it is recorded."""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

import msgspec

from api.identity import bodies_for
from api.permitted import dated
from domain.answers import VERBS
from domain.history import Command
from domain.partnership import commands as c
from domain.review import commands as r
from domain.review.criteria import TRANSPARENCY_ACT
from domain.values import Citation, CommunityId, Party, Vote
from tests.api.authority.situations import Seeded
from tests.domain.people import NORFOLK
from tests.domain.stages import OTHER_TEXT, RESOLUTION, TEXT

ON = "2026-11-20"
_RULE = "rule-7"
_numbers = count(1)

ACTS: dict[str, Callable[[Seeded], Command]] = {
    "submit-proposal": lambda there: c.SubmitProposal(
        NORFOLK, _somewhere(), "sister", "sister_city", ("trade",)
    ),
    "record-legacy-partnership": lambda there: c.RecordLegacyPartnership(
        NORFOLK,
        _somewhere(),
        "active",
        "sister",
        "sister_city",
        "list_only",
        (Citation("A list"),),
        listed_on="2025-06",
    ),
    "record-recommendation": lambda there: c.RecordRecommendation("Advisory Board", "for"),
    "record-legal-review": lambda there: c.RecordLegalReview(
        "City Attorney", "approved_as_to_form", TEXT
    ),
    "approve-by-council": lambda there: c.ApproveByCouncil(Vote(7, 1), TEXT, RESOLUTION),
    "decline": lambda there: c.Decline("No majority."),
    "withdraw": lambda there: c.Withdraw("Postponed."),
    "lapse": lambda there: c.Lapse("Nothing came of it."),
    "send-offer": lambda there: c.SendOffer("Mayor"),
    "record-counterpart-approval": lambda there: c.RecordCounterpartApproval(TEXT, RESOLUTION),
    "sign-agreement": lambda there: c.SignAgreement("Mayor", TEXT),
    "bring-into-force": lambda there: c.BringIntoForce(),
    "report-activity": lambda there: c.ReportActivity("visit", "Nine pupils came."),
    "file-annual-report": lambda there: c.FileAnnualReport(2025, statement="A quiet year."),
    "vary": lambda there: c.Vary(OTHER_TEXT, "Mayor", "Mayor", RESOLUTION),
    "renew": lambda there: c.Renew("2030-05-01", RESOLUTION),
    "promote": lambda there: c.Promote("sister", OTHER_TEXT, "Mayor", "Mayor", RESOLUTION),
    "demote": lambda there: c.Demote("contact", "Little is left of it.", RESOLUTION),
    "suspend": lambda there: c.Suspend("No contact.", "Until there is.", RESOLUTION),
    "resume": lambda there: c.Resume("There is contact again."),
    "mark-dormant": lambda there: c.MarkDormant("dormant", _RULE, "2026-05-02"),
    "revive": lambda there: c.Revive("2026-11-01"),
    "give-notice": lambda there: c.GiveNotice("2027-06-01", 90, RESOLUTION),
    "end": lambda there: c.End("mutual", RESOLUTION),
    "record-recognition": lambda there: c.RecordRecognition("A federation", True, RESOLUTION),
    "request-correction": lambda there: c.RequestCorrection(
        there.positions[-1], "effective", "2026-04", "The minute says so."
    ),
    "approve-correction": lambda there: c.ApproveCorrection(there.positions[-1]),
    "reject-correction": lambda there: c.RejectCorrection(there.positions[-1], "It is right."),
    "request-erasure": lambda there: c.RequestErasure(there.positions[3], "objection"),
    "approve-erasure": lambda there: c.ApproveErasure(there.positions[-1]),
    "reject-erasure": lambda there: c.RejectErasure(there.positions[-1], "A public office."),
    "open-review": lambda there: r.OpenReview(
        "statute", TRANSPARENCY_ACT.id, "As it asks.", no_tie=True
    ),
    "request-information": lambda there: r.RequestInformation(
        there.review, "Which contracts?", "The council"
    ),
    "record-answer": lambda there: r.RecordAnswer(there.review, there.positions[-1], "None."),
    "record-finding": lambda there: r.RecordFinding(
        there.review, TRANSPARENCY_ACT.codes[0], "met", "Seen.", RESOLUTION
    ),
    "close-review": lambda there: r.CloseReview(there.review, "no_action", "All is public."),
}
BY_SYSTEM: dict[str, Mapping[str, object]] = {
    "bring-into-force": {"rule": _RULE},
    "lapse": {"rule": _RULE, "reason": ""},
    "revive": {"rule": _RULE},
}
"""What the system says in other words: the rule by which it acts."""
TAKES_THE_PAIR = ("promote", "demote")


def _somewhere() -> Party:
    """A community with which there is no partnership yet."""
    number = next(_numbers)
    return Party(CommunityId(f"xx-{number}"), f"Somewhere {number}", "JP")


def body_of(verb: str, role: str, there: Seeded) -> dict[str, Any]:
    """What is sent to `/api/v1` to record `verb` as `role`."""
    command = ACTS[verb](there)
    if role == "system":
        command = msgspec.structs.replace(command, **BY_SYSTEM.get(verb, {}))
    body: dict[str, Any] = {"command": msgspec.to_builtins(command)}
    if dated(VERBS[verb]) != "no":
        body["on"] = ON
    bodies = bodies_for(verb, role)
    if len(bodies) > 1:
        body["deciding_body"] = "councillor" if verb == "withdraw" else bodies[0]
    return body


def form_of(verb: str, role: str, there: Seeded) -> dict[str, Any]:
    """The same as it is typed into the page's form, with the button that records."""
    body = body_of(verb, role, there)
    number = next(_numbers)
    form = {"key": f"authority-table-form-{number:05}", "expected": "", "step": "record"}
    form |= {"on": body["on"]} if "on" in body else {}
    form |= {"body": body["deciding_body"]} if "deciding_body" in body else {}
    return form | dict(_typed("", body["command"]))


def _typed(path: str, value: object) -> list[tuple[str, Any]]:
    match value:
        case dict():
            return [
                pair
                for name, inner in value.items()
                for pair in _typed(f"{path}.{name}" if path else name, inner)
            ]
        case [dict(), *_]:
            return [
                pair for row, inner in enumerate(value) for pair in _typed(f"{path}[{row}]", inner)
            ]
        case list() | tuple():
            return [(path, list(value))]
        case bool():
            return [(path, "yes")] if value else []
        case _:
            return [(path, str(value))]
