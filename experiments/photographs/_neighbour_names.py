"""The names of what `neighbourhood` compares. No torch."""

EXPLAINED, FRACTION = "R²", "R² / R² within 7 pixels"
EXCESS = "excess of the squared error (%)"
DIFFERENCE = "R² ratio less the photograph's"
RADIUS = "radius"
NEAR, MIDDLE, WIDEST = 1, 3, 7  # pixels, along and down: 8, 48 and 224 neighbours
POWER, ECHOES = "1/f noise", "echoes 5 pixels away"
