"""How maps are made smaller, and what is learned by networks that pool; no torch."""

from ._pooled import AVERAGE, MAX

EVERY_SECOND, ALL = "every second pixel", "one mean of the map"
MOTIF, TEXTURE, DIGITS = "rare motif", "faint texture", "digits"
NO_MOTIF = "motif never shown"
SHORT = "digits, a quarter of the steps"
BEHIND = {MAX: "behind max-pooling (%)", AVERAGE: "behind average pooling (%)"}
HALF = {MAX: "half the steps, maximum (%)", AVERAGE: "half the steps, average (%)"}
