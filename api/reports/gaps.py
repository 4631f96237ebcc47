"""Lines 6, 7, 9, 13 and 15: not answered from what is recorded. Why, and what would fill them."""

from api.reports.answers import KINDS, Answers
from api.reports.report import Gap, Line
from api.reports.tally import Tally
from projections.words import word

_OUTCOMES = Gap(
    "Activities and annual reports tell outcomes in words, and money by year and currency. No "
    "outcome is recorded as economic or educational with a measure, so none is counted here.",
    "A fact of its own per outcome: of which kind, how much of what, told by whom, from which "
    "activity; then the reports filed would be read and recorded so.",
)
_PUBLIC = Gap(
    "The register cites documents by title, link and SHA-256; it does not hold them and does not "
    "record whether a text, a resolution, an account or a report is published where everybody "
    "can read it. A link that was typed is no proof of that.",
    "Documents attached to entries, each with its class (text, resolution, account, report) and "
    "whether it is public since which day.",
)
_OVERSIGHT = Gap(
    "Reviews are recorded and counted here. Screenings, travel rules and gift rules of the "
    "communities are not recorded, so that practices in force cannot be listed in full.",
    "A record of each community's rules with their days in force, screenings as entries, and "
    "duties with their due days.",
)
_PEOPLE = Gap(
    "Staff of a programme and the associations that run it are not recorded: entries name the "
    "body that decided and a pseudonym of who recorded. Good practice is not recorded but where "
    "a reviewer's finding tells of it.",
    "Mandates and associations of each community as dated facts, employees as counts.",
)
_ANNEX = Gap(
    "Everything in this register is public: it has no restricted part, and therefore no annex. "
    "All findings above are in the open part.",
    "Restricted documents and findings, with the ground for not publishing, who decided it and "
    "until when; this line would name and count them and show nothing of their content.",
)


def line_6(answers: Answers, tally: Tally) -> Line:
    """1C, with what is recorded on the way to it."""
    figure = tally.figure
    return Line(
        line=6,
        title="Economic and educational outcomes",
        elements=("1C",),
        rests_on="annual reports and reported activities, so far as they go",
        figures=(
            figure("6.annual_reports", "annual reports of the period", unit="annual reports"),
            figure("6.nil_reports", "of these, nothing happened", unit="annual reports"),
            *(
                figure(
                    f"6.outcome_told.{kind}",
                    word(kind),
                    unit="activities",
                    group="Activities whose outcome is told in words",
                )
                for kind in KINDS
            ),
            *answers.findings("1C"),
        ),
        gap=_OUTCOMES,
    )


def line_7(answers: Answers) -> Line:
    """1D, 2A."""
    title = "What is public: texts, resolutions, accounts, reports"
    return answers.line_of_findings(7, title, ("1D", "2A"), _PUBLIC)


def line_9(answers: Answers, tally: Tally) -> Line:
    """1F, with the reviews that there are."""
    figure = tally.figure
    return Line(
        line=9,
        title="Oversight practices in force: screening, review, travel and gift rules",
        elements=("1F",),
        rests_on="transparency reviews",
        figures=(
            figure("9.reviews", "reviews opened until the day", unit="reviews"),
            figure("9.reviews_open", "of these, open on the day", unit="reviews"),
            figure(
                "9.reviews_with_hold",
                "of those, holding a step back until they are closed",
                unit="reviews",
            ),
            *answers.findings("1F"),
        ),
        gap=_OVERSIGHT,
    )


def line_13(answers: Answers) -> Line:
    """3C."""
    title = "Good practices; staff and associations involved"
    return answers.line_of_findings(13, title, ("3C",), _PEOPLE)


def line_15() -> Line:
    """The annex: nothing to refer to."""
    return Line(
        line=15,
        title="Open part and restricted annex",
        elements=(),
        rests_on="nothing: there are no restricted facts",
        figures=(),
        gap=_ANNEX,
    )
