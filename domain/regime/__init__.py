"""Regimes: laws and their like as dated data, and what they say of one partnership."""
