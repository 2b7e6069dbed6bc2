"""What is raised when a file or a dataset cannot be used."""

from ..errors import UsageError


class DataError(UsageError):
    """One line that names the file or dataset, what is wrong with it, and the way out."""
