"""A partnership between two communities: from proposal to its end."""
