"""What a network is, trained or not: what it sees, what it preserves, and how its answers compare.

The instruments are rooms and files of their own: `receptive`, `equivariance`, `answers` of many
networks, `exact` numbers for them, and the `matrix` that a linear layer is.
"""
