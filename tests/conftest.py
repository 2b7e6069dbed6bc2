"""What every test shares: one thread, so that tests in parallel do not wait for each other."""

import os

from hypothesis import settings

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anything imports torch
settings.register_profile("convlab", deadline=None)  # a busy machine is no failure
settings.load_profile("convlab")
