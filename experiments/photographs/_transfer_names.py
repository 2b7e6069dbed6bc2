"""The names of what `transfer` compares. No torch."""

LOSS, UNLEARNED = "loss of R²", "loss of the mean of four"
OWN, EXCESS = "R² of the own filter", "excess of the squared error (%)"
LEARNED, MEAN = "learned in", "each, on average"
BROKEN, TEXTURES, DIGITS = "other half's pixels shuffled", "two textures", "digits"
