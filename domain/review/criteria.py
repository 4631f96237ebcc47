"""Criteria sets: the elements that a review must answer before it may close.

The Act's elements are those of section 3(b) (S. 1351, 119th Congress;
a bill, never law in any version found). A set never changes: a new reading gets a new id.
"""

from msgspec import Struct

from domain.refusals import Invalid


class Element(Struct, frozen=True):
    """One question. `confirmed` is False where the wording was not seen in a text or summary."""

    code: str
    question: str
    confirmed: bool = True


class CriteriaSet(Struct, frozen=True):
    """The elements of one reading, in order."""

    id: str
    title: str
    elements: tuple[Element, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """The elements' codes, in order."""
        return tuple(element.code for element in self.elements)


TRANSPARENCY_ACT = CriteriaSet(
    "us-sister-city-transparency-act/2025",
    "Sister City Transparency Act, S. 1351 (2025), study elements",
    (
        Element("1A", "How the foreign community chose its partner"),
        Element("1B", "Which activities take place in the partnership"),
        Element("1C", "What the activities achieve in economy and education"),
        Element("1D", "What the partnership makes public, contracts and activities included"),
        Element("1E", "How freedom of expression is safeguarded"),
        Element("1F", "Which oversight guards against espionage and economic coercion"),
        Element("2A", "How far contracts and activities are transparent"),
        Element("2B", "Which economic arrangements expose the community to malign practices"),
        Element("2C", "Which educational arrangements diminish freedom of expression"),
        Element(
            "2D",
            "Which access foreign nationals gain to local commerce, education and politics",
            confirmed=False,
        ),
        Element("2E", "Whether the partnership serves strategic aims against national interests"),
        Element("2F", "Whether it contributes to malign activities elsewhere"),
        Element("2G", "How misuse of visa programmes is prevented", confirmed=False),
        Element("3A", "What the range of activities is", confirmed=False),
        Element("3B", "How activities differ between partnerships", confirmed=False),
        Element("3C", "Which good practices make agreements, activities and employees transparent"),
    ),
)

CONTINUATION = CriteriaSet(
    "continuation/1",
    "Whether the partnership goes on",
    (Element("K", "Whether the community keeps the partnership, and by which act"),),
)

CRITERIA_SETS: dict[str, CriteriaSet] = {
    criteria.id: criteria for criteria in (TRANSPARENCY_ACT, CONTINUATION)
}


def criteria_set(id_: str) -> CriteriaSet:
    """The set of that id; refuse an unknown one, naming those there are."""
    try:
        return CRITERIA_SETS[id_]
    except KeyError:
        raise Invalid(
            "criteria", f"{id_!r} is not a criteria set", f"Use one of {', '.join(CRITERIA_SETS)}."
        ) from None
