"""The names of what `planted` compares. No torch."""

MAXIMUM, MEAN = "maximum", "mean"
FLAT, POOLED = "flattened", "2 x 2 maximum, flattened"
WRONG, HALF = "maximum, labels of others", "maximum, half the steps"
MANY = "maximum, more networks"
DOG, BETTER, OTHER = "cosine, dog", "cosine, better class", "cosine, other class"
SHIFTED, FOUND = "cosine at the best shift, better class", "patch found (share)"
AREA, ACCURACY = "area under curve, best kernel", "accuracy (%)"
CHANGE, DOWN, UP = "change of loss", "less the gradient", "plus the gradient"
PLANTED = "planted"
SHOWN = (PLANTED, MAXIMUM, MEAN, FLAT, POOLED)
