"""What `drawings` measures, and the scenes that do not overlap in part. No torch."""

OTHERS = ("identical", "nested", "disjoint")
DISTANCE, FROM_BEST = "distance (share)", "distance from the best layer (share)"
