"""The one log. Use `PostgresLedger` or `MemoryLedger` as a `domain.ports.Ledger`."""

from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.memory import MemoryLedger
from adapters.ledger.postgres import PostgresLedger

__all__ = ["LedgerUnavailable", "MemoryLedger", "PostgresLedger"]
