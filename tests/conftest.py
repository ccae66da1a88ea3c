"""What holds for every test: how examples are searched for."""

import os

from hypothesis import HealthCheck, settings

_SLOW_MACHINES_ARE_NO_FAULT = [HealthCheck.too_slow]

settings.register_profile(
    "repeatable",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=_SLOW_MACHINES_ARE_NO_FAULT,
)
settings.register_profile(
    "search",
    deadline=None,
    derandomize=False,
    max_examples=1000,
    print_blob=True,
    suppress_health_check=_SLOW_MACHINES_ARE_NO_FAULT,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
