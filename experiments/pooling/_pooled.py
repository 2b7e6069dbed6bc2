"""The names of what is pooled, how, and what is seen of it; no torch."""

from convlab.data import PHOTOGRAPHS

WIDTHS = (2, 3, 4)  # pixels: the k of k x k windows
POSTS_WIDTH = 3  # of the post's example, [1, 0, 0]
MAX, AVERAGE, NONE = "max-pooling", "average pooling", "no pooling"
NOISE, FEATURES, SEEN = "noise", "feature maps", "feature maps, not 0"
COMPARED = (NOISE, FEATURES, *PHOTOGRAPHS)  # with average pooling and none
UNCHANGED = "unchanged (share)"
SIZES = (8, 24)  # of the digits, in pixels: as they are, and three times as wide
IN_PLACE, DISPLACED = "recognised in place (share)", "recognised a pixel off (share)"
