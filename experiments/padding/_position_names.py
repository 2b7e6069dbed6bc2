"""The arms of `position`, when they are asked, and what is measured of twins. No torch."""

CIRCULAR, FLAT = "circular, pooled", "circular, flattened"
LOCAL, LOCAL_FLAT, WRONG = "local, pooled", "local, flattened", "local, wrong labels"
ARMS = (CIRCULAR, FLAT, LOCAL, LOCAL_FLAT, WRONG)
TWINS = {LOCAL: CIRCULAR, LOCAL_FLAT: FLAT}  # each starts as the other
UNTRAINED, HALF, TRAINED = "untrained", "trained for half the steps", "trained"
TWIN_DIFFERENCE = "difference of the twins' logits"
