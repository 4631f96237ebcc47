"""How far a partnership goes: its tiers, and what they are called in refusals and on pages."""

from typing import Literal, get_args

Tier = Literal["contact", "friendship", "project", "sister"]

TIERS: tuple[Tier, ...] = get_args(Tier)
"""From the least to the most."""

TIER_NAMES: dict[Tier, str] = {
    "contact": "contact",
    "friendship": "friendship",
    "project": "project partnership",
    "sister": "full partnership",
}
