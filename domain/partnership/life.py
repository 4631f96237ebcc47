"""A partnership as it lives: activities, annual reports, vitality, recognition by bodies."""

from domain.citations import cited
from domain.dates import parse, surely_before
from domain.decider import Act
from domain.names import fold
from domain.partnership import checks
from domain.partnership import commands as c
from domain.partnership import events as e
from domain.partnership.state import Active, Known, Suspended
from domain.refusals import AlreadyRecorded, Invalid


def activity(command: c.ReportActivity, state: Active | Suspended) -> e.ActivityReported:
    """One activity, whenever it took place."""
    return e.ActivityReported(
        state.record.id,
        command.kind,
        command.statement,
        command.outcome,
        cited(command.evidence),
    )


def annual_report(command: c.FileAnnualReport, state: Known, act: Act) -> e.AnnualReportFiled:
    """One report a year; a nil report has no money; the lines of money balance."""
    if command.year in state.record.reported_years:
        raise AlreadyRecorded(
            f"The annual report of {command.year}", "Request a correction if it is wrong."
        )
    if command.year > act.today.year:
        raise Invalid("year", f"{command.year} lies in the future", "Check the year.")
    if command.nothing_happened and command.money:
        raise Invalid(
            "money", "a report that nothing happened has no money in it", "Leave out one of both."
        )
    if not command.nothing_happened and not command.statement.strip():
        raise Invalid(
            "statement", "the report is empty", "Say what was done, or that nothing happened."
        )
    for number, line in enumerate(command.money):
        if line.received != line.spent + line.carried_over:
            raise Invalid(
                f"money[{number}]",
                f"{line.received} received is not {line.spent} spent plus "
                f"{line.carried_over} carried over",
                "Correct the amounts; they are in hundredths of the currency.",
            )
    return e.AnnualReportFiled(
        state.record.id,
        command.year,
        command.nothing_happened,
        command.statement,
        command.money,
        cited(command.evidence),
    )


def gone_quiet(command: c.MarkDormant, state: Active | Suspended, act: Act) -> e.VitalitySet:
    """By a rule, and by the last activity there was."""
    if state.record.vitality == command.vitality:
        raise AlreadyRecorded("That it is as quiet as this", "Revive it when something happens.")
    _last_activity(command.last_activity, state, act)
    return e.VitalitySet(
        state.record.id,
        command.vitality,
        command.last_activity,
        command.rule,
        command.statement,
        cited(command.evidence),
    )


def revived(command: c.Revive, state: Active | Suspended, act: Act) -> e.VitalitySet:
    """Something has happened again."""
    checks.by_rule(command.rule, act)
    _last_activity(command.last_activity, state, act)
    return e.VitalitySet(
        state.record.id,
        "fresh",
        command.last_activity,
        command.rule,
        command.statement,
        cited(command.evidence),
    )


def recognised(command: c.RecordRecognition, state: Known, act: Act) -> e.RecognitionRecorded:
    """Each body says each thing once from one day on."""
    body, dates = fold(command.recognising_body), state.record.dates
    for known in state.record.recognitions:
        same = fold(known.body) == body and known.listed == command.listed
        if same and act.on is not None and dates[known.position].text == act.on.text:
            raise AlreadyRecorded(
                f"That of {command.recognising_body} from {act.on.text} on",
                "Request a correction if that entry is wrong.",
            )
    return e.RecognitionRecorded(
        state.record.id,
        command.recognising_body,
        command.listed,
        cited(command.evidence),
        command.statement,
    )


def _last_activity(text: str, state: Active | Suspended, act: Act) -> None:
    """It took place before the act, and none that is on record came after it."""
    last = parse(text, field="last_activity")
    checks.taken_place(last, act, field="last_activity")
    if act.on is not None and surely_before(act.on, last):
        raise Invalid(
            "last_activity",
            f"{last.text} lies after the act itself, {act.on.text}",
            "Check both days.",
        )
    known = state.record.last_activity
    if known is not None and surely_before(last, known):
        raise Invalid(
            "last_activity",
            f"an activity of {known.text} is on record",
            "Name that one, or a later one.",
        )
