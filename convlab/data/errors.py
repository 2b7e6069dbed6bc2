"""What is raised when a file or a dataset cannot be used."""


class DataError(Exception):
    """One line that names the file or dataset, what is wrong with it, and the way out."""
