"""The benchmarks: ours and every peer at the same task, side by side in one run. No tests."""
