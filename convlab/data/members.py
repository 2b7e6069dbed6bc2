"""The image files below a folder, by class, and by the split that its folders say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from ..foreign import printable
from ..numbers import number

TRAIN, TEST, VALIDATION = "train", "test", "val"
SPLITS = {
    **dict.fromkeys(("train", "training", "trainset"), TRAIN),
    **dict.fromkeys(("test", "testing", "testset"), TEST),
    **dict.fromkeys(("val", "valid", "validation", "valset"), VALIDATION),
}
BESIDE_SPLITS = {"set", "data", "dataset", "images", "split"}  # as in `test_set`, `train-images`


@dataclass(frozen=True)
class Member:
    """An image file of a class; `split` is the one that its folders say, or nothing."""

    split: str
    label: str
    file: Path


def members_of(folder: Path) -> list[Member]:
    """The files in the sub-folders of `folder`; loose and hidden ones are passed over.

    Raises UsageError for a missing folder, an empty class, fewer than two classes, and folders
    that look like parts of a split without being named so.
    """
    if not folder.is_dir():
        raise UsageError(
            f"no folder {printable(folder)}; name one with a sub-folder of images for each class"
        )
    for place in (folder, *_folders(folder)):
        _check_names(_folders(place))
    files = [file for place in _folders(folder) for file in _files(place)]
    members = [_member(folder, file) for file in files]
    _check_classes(folder, files, members)
    return [member for member in members if member.label]


def parts(
    folder: Path, members: Sequence[Member]
) -> tuple[list[Member], list[Member], tuple[str, ...]]:
    """What to train on, the test set if the folder has one, and a note on what else it has.

    Raises UsageError where only some files are in a split, and where half of the split is missing.
    """
    by_split: dict[str, list[Member]] = {}
    for member in sorted(members, key=lambda member: (member.label, member.file)):
        by_split.setdefault(member.split, []).append(member)
    if "" in by_split and len(by_split) > 1:
        inside = next(member for member in members if member.split)
        outside = by_split[""][0]
        raise UsageError(
            f"{printable(inside.file)} lies in `{inside.split}`, and {printable(outside.file)} in "
            "no such part; have train and test for all images or for none, and call no class so"
        )
    if "" in by_split:
        return by_split[""], [], ()
    train, test, val = (by_split.get(split, []) for split in (TRAIN, TEST, VALIDATION))
    if not train or not (test or val):
        found, lacking = ", ".join(by_split), TRAIN if not train else f"{TEST} or {VALIDATION}"
        raise UsageError(
            f"{printable(folder)} is split, but has only {found} and no {lacking}; add it, or "
            "name a folder whose sub-folders are the classes, to have a split drawn"
        )
    if not test:
        return train, val, ("the test set is the part `val`: there is no `test`",)
    return (
        train,
        test,
        ((f"the part `val` is not used: {number(len(val))} images",) if val else ()),
    )


def split_of(name: str) -> str:
    """The part of a dataset that a folder of this name holds, or nothing.

    >>> [split_of(name) for name in ("Train", "test_set", "val2017", "trains", "test tubes")]
    ['train', 'test', 'val', '', '']
    """
    splits = {SPLITS.get(word, "") for word in _words(name) if word not in BESIDE_SPLITS}
    return splits.pop() if len(splits) == 1 else ""


def _words(name: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", name.casefold())


def _check_names(folders: Sequence[Path]) -> None:
    """Raise UsageError for two names that differ in a split alone: `my_train` and `my_test`."""
    seen: dict[tuple[str, ...], tuple[list[str], Path]] = {}
    for place in folders:
        words = _words(place.name)
        splits = [SPLITS[word] for word in words if word in SPLITS]
        if splits and not split_of(place.name):
            rest = tuple(word for word in words if word not in SPLITS)
            found, other = seen.setdefault(rest, (splits, place))
            if found != splits:
                raise UsageError(
                    f"{printable(other)} and {printable(place.name)} look like parts of a split; "
                    "name the parts `train` and `test`, with a sub-folder for each class"
                )


def _member(folder: Path, file: Path) -> Member:
    """The first folder that is named so gives the split, the first of the others the class."""
    names = list(file.relative_to(folder).parts[:-1])
    split = next((name for name in names if split_of(name)), "")
    if split:
        names.remove(split)
    return Member(split_of(split), names[0] if names else "", file)


def _check_classes(folder: Path, files: Sequence[Path], members: Sequence[Member]) -> None:
    """Raise UsageError for an empty class, a part of a split without any, and fewer than two."""
    above = _folders(folder)
    below = [place for part in above if split_of(part.name) for place in _folders(part)]
    filled = {place for file in files for place in file.parents}
    for place in (*above, *below):
        if place not in filled:
            raise UsageError(
                f"{printable(place)} is a class without an image; add some or remove the folder"
            )
    for split in sorted({member.split for member in members if member.split}):
        if not any(member.label for member in members if member.split == split):
            raise UsageError(
                f"{printable(folder)} has no sub-folder for each class in its part `{split}`; "
                "make them, or give a class of that name another"
            )
    classes = {member.label for member in members} - {""}
    if len(classes) < 2:
        found = f"only the class {printable(*classes)!r}" if classes else "no sub-folder"
        raise UsageError(
            f"{printable(folder)} has {found}; make a sub-folder of images for each class"
        )


def _folders(folder: Path) -> list[Path]:
    return [path for path in _entries(folder) if path.is_dir()]


def _files(folder: Path) -> Iterator[Path]:
    """The files at any depth, by name."""
    for path in _entries(folder):
        if not path.is_dir():
            yield path
        elif folder.resolve().is_relative_to(path.resolve()):
            raise UsageError(
                f"{printable(path)} is a link to a folder that holds it; remove the link"
            )
        else:
            yield from _files(path)


def _entries(folder: Path) -> list[Path]:
    """What is in the folder, by name, but for hidden entries."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise UsageError(
            f"{printable(folder)} may not be listed; change its permissions"
        ) from error
