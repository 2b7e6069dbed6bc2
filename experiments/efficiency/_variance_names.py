"""What `variance` measures, by name; nothing here needs torch."""

from ._few_quantities import IN_ORDER, SHUFFLED

BRIER, BIAS, VARIANCE = "Brier score", "squared bias", "variance"
OWN, NEW, OTHERWISE = "own images (%)", "new images (%)", "unlike most (%)"
HALF, PARAMETERS = "variance in half the steps", "parameters"
CNN, NARROW, MLP, WIDE = "cnn", "mlp, a quarter", "mlp, as many", "mlp, four times"
FEW, MORE = 40, 200  # images in a training set
TRIED = (
    (FEW, IN_ORDER, (CNN, NARROW, MLP, WIDE)),
    (FEW, SHUFFLED, (CNN, MLP)),
    (MORE, IN_ORDER, (CNN, MLP, WIDE)),
)
SHARES = {NARROW: 0.25, MLP: 1.0, WIDE: 4.0}  # parameters, over those of the CNN
