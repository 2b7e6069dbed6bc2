"""The filters for mouths, and what is measured of them."""

DRAWN, LEARNED, BEFORE = "drawn", "learned", "before learning"
FOUND, FALSE = "mouths found (share)", "false peaks per scene"
OVER, ALL = "mouths above the threshold (share)", "scenes without a mistake (share)"
