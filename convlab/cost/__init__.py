"""What a network costs: parameters, multiply-adds, bytes and times, none of them estimated."""

from .memory import peak_bytes, saved_bytes
from .network import Cost, LayerCost, cost

__all__ = ["Cost", "LayerCost", "cost", "peak_bytes", "saved_bytes"]
