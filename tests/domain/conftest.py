"""Properties are tried without a clock: the machine may be busy."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "twinledger",
    deadline=None,
    max_examples=50,  # each run tries others
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("twinledger")
