"""Regime files and their loader."""

from adapters.regimes.loader import (
    RegimeFile,
    RegimeRefused,
    load_regime,
    regime_for_report,
    shipped_regimes,
)

__all__ = ["RegimeFile", "RegimeRefused", "load_regime", "regime_for_report", "shipped_regimes"]
