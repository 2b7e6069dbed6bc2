"""What every test shares: one thread, so that tests in parallel do not wait for each other."""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before anything imports torch
