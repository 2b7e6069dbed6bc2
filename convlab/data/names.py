"""What images are called: datasets and photographs by name, read and checked without torch."""

from __future__ import annotations

from ..errors import nearest

PHOTOGRAPHS = ("china", "flower")  # of scikit-learn
FORMS = {  # of a dataset's name, by its first word
    "digits": "digits",
    "shapes": "shapes",
    "mnist": "mnist:FOLDER",
    "folder": "folder:PATH",
}
DATASETS = f"{', '.join([*FORMS.values()][:-1])} or {[*FORMS.values()][-1]}"


def parse_dataset(name: str) -> tuple[str, str]:
    """The kind of a dataset and its folder, if that kind lies in one; ValueError for others.

    >>> parse_dataset("digits"), parse_dataset("mnist:~/data")
    (('digits', ''), ('mnist', '~/data'))
    """
    kind, colon, folder = name.partition(":")
    takes_folder = ":" in FORMS.get(kind, "")
    if kind in FORMS and bool(colon) == bool(folder) == takes_folder:
        return kind, folder
    close = nearest(kind, FORMS)
    hint = f"did you mean {FORMS[close]}? " if close else ""
    raise ValueError(f"no dataset {name!r}; {hint}there are: {', '.join(FORMS.values())}")
