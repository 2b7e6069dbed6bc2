"""What `spikes` measures of strokes and of lone pixels, and the law of these. No torch."""

BEFORE, AFTER = "before", "after"
NEAR, FAR = "to a neighbour", "far off"
SAME, SAME_AS_ONE = "same map (share)", "same map of a lone pixel (share)"
OF_LAW = "distance from the law"
FROM = "from"
HERE, TUTORIAL = "here", "deeplearning.net tutorial, as quoted on dsp.stackexchange 24900"
PLACE, MIDDLE_OF_EDGE = "position in the window", "middle of an edge"
BY_PLACE = "moves that keep the map (share)"


def law(k: int, move: tuple[int, int]) -> float:
    """The share of positions from which the move stays in the window."""
    down, right = map(abs, move)
    return (1 - down / k) * (1 - right / k)
