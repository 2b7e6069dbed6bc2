"""What `variance` measures, by name; nothing here needs torch."""

BRIER, BIAS, VARIANCE = "Brier score", "squared bias", "variance"
OWN, NEW, OTHERWISE = "own images (%)", "new images (%)", "unlike most (%)"
