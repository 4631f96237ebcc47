"""The decider of a partnership, whole."""

from domain.decider import Decider
from domain.partnership.commands import PartnershipCommand
from domain.partnership.decide import decide
from domain.partnership.evolve import History, evolve
from domain.partnership.state import State, Unknown

PARTNERSHIP: Decider[PartnershipCommand, History, State] = Decider(Unknown(), decide, evolve)
