"""What a network is, without training it: what it costs, what it sees, what it preserves."""
