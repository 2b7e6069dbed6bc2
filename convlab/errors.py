"""What a user can put right. The command line prints the message and exits with 2."""


class UsageError(Exception):
    """What was asked for cannot be; the message names the thing, the place and the way out."""
