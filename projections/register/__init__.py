"""Every version of every partnership, so that any moment is one query."""

from projections.register.projection import RegisterProjection
from projections.register.reader import PostgresRegister

__all__ = ["PostgresRegister", "RegisterProjection"]
