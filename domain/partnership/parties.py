"""What the two sides of a partnership must satisfy when it is put on record."""

import re

from domain.decider import Act
from domain.names import is_community_id, same_name
from domain.partnership.state import Unknown
from domain.refusals import Invalid
from domain.values import CommunityId, Party

_APART = "write the name with what tells it apart, such as its region: Halle (Westfalen)."
_DEGREES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,9})?", re.ASCII)


def two_parties(home: Party, counterpart: Party) -> None:
    """Two communities that can be identified, each described by values that can be true."""
    _party(home, "home")
    _party(counterpart, "counterpart")
    if home.community == counterpart.community:
        raise Invalid(
            "counterpart", "both sides are the same community", "Choose another community."
        )
    if same_name(home, counterpart):
        raise Invalid(
            "counterpart.name",
            f"both sides are {counterpart.name} ({counterpart.country or 'no country'})",
            f"If they are two places of one name, {_APART}",
        )


def told_apart(home: Party, counterpart: Party, state: Unknown, act: Act) -> None:
    """No new id for a name that another community of the same country bears."""
    for side, known in state.namesakes.items():
        party = home if side == "home" else counterpart
        raise Invalid(
            f"{side}.community",
            f"{party.name} ({party.country or 'no country'}) is in the register as "
            f"{' and as '.join(known)}, not as {party.community}",
            f"{_that_place(party, known, act)} If it is another place of this name, {_APART}",
        )


def _that_place(party: Party, known: tuple[CommunityId, ...], act: Act) -> str:
    ids = " or ".join(known)
    if party.community == act.actor.community:
        return f"If that place is yours, ask the administrator for an account of {ids}."
    return f"Write {ids} if that place is meant."


def _party(party: Party, side: str) -> None:
    if not is_community_id(party.community):
        raise Invalid(
            f"{side}.community",
            f"{party.community!r} cannot identify a community",
            "Write the country and the name in small letters, digits and hyphens: us-norfolk.",
        )
    if party.population is not None and party.population < 0:
        raise Invalid(
            f"{side}.population",
            f"{party.population} people is fewer than none",
            "Write the number of inhabitants, or leave it empty.",
        )
    for field, text, most in (
        ("latitude", party.latitude, 90),
        ("longitude", party.longitude, 180),
    ):
        if text and not (_DEGREES.fullmatch(text) and abs(float(text)) <= most):
            raise Invalid(
                f"{side}.{field}",
                f"{text!r} is not a {field}",
                f"Write decimal degrees from -{most} to {most}, for example 52.37.",
            )
