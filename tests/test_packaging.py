"""What the project's files say of versions agrees with what they say elsewhere."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import convlab

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DEPENDENCIES = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRAS = [
    Requirement(line) for extra in PROJECT["optional-dependencies"].values() for line in extra
]


def pinned(name: str) -> dict[str, Version]:
    """The versions that a constraints file fixes, by package."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    fixed = [Requirement(line.partition("#")[0]) for line in lines if re.match(r"\w", line)]
    return {
        canonicalize_name(requirement.name): Version(str(requirement.specifier).strip("="))
        for requirement in fixed
    }


def lowest(requirement: Requirement) -> Version:
    (bound,) = (part.version for part in requirement.specifier if part.operator == ">=")
    return Version(bound)


@pytest.mark.parametrize("requirement", DEPENDENCIES + EXTRAS, ids=lambda r: str(r.name))
def test_the_tests_run_with_a_fixed_version(requirement: Requirement) -> None:
    assert pinned("constraints.txt")[canonicalize_name(requirement.name)] in requirement.specifier


@pytest.mark.parametrize("requirement", DEPENDENCIES, ids=lambda r: str(r.name))
def test_the_lowest_versions_are_those_that_the_project_allows(requirement: Requirement) -> None:
    version = pinned("constraints-lowest.txt")[canonicalize_name(requirement.name)]
    if requirement.name == "torch":  # no older build for a CPU is to be had
        assert version == pinned("constraints.txt")["torch"]
    else:
        assert version == lowest(requirement)


def test_the_version_that_is_cited_is_the_one_that_is_here() -> None:
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {convlab.__version__}\n" in citation


def test_the_changelog_knows_the_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## [{convlab.__version__}]" in changelog
