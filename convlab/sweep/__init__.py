"""Many runs: the points of a sweep, the engines that carry them out, and their joint table."""
