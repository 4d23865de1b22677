"""Pages name only what exists: links, paths, and the tests that enforce an invariant."""

import re
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

PAGES = sorted(
    path
    for folder in (REPOSITORY, REPOSITORY / "docs", REPOSITORY / "deploy")
    for path in (folder.rglob("*.md") if folder.name == "docs" else folder.glob("*.md"))
)
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
PLACE = re.compile(r"\]\(([^)#:]*)#([^)]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)+/?)`")
REQUIREMENT = re.compile(r"REQ-[A-Z]+-\d{3}")
ROOTS = ("", "broker", "docs")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_link_is_dead(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_to_a_heading_finds_it(page: Path) -> None:
    found = PLACE.findall(page.read_text("utf-8"))
    other = [(page.parent / name if name else page, place) for name, place in found]
    assert [str(place) for where, place in other if place not in anchors(where)] == []


def anchors(page: Path) -> set[str]:
    """What a page's headings are called in links to them."""
    headings = HEADING.findall(page.read_text("utf-8"))
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


def test_every_page_can_be_found_from_the_first() -> None:
    linked = set(LINK.findall((REPOSITORY / "README.md").read_text("utf-8")))
    pages = {f"docs/{page.name}" for page in (REPOSITORY / "docs").glob("*.md")}
    assert sorted(pages - linked) == []


def test_every_path_on_the_map_exists() -> None:
    named = PATH.findall((REPOSITORY / "ARCHITECTURE.md").read_text("utf-8"))
    assert len(named) > 15
    gone = [one for one in named if not any((REPOSITORY / root / one).exists() for root in ROOTS)]
    assert gone == []


def test_every_invariant_names_what_enforces_it() -> None:
    page = (REPOSITORY / "ARCHITECTURE.md").read_text("utf-8")
    invariants = re.findall(r"^> \*\*.*(?:\n> .*)*", page, re.MULTILINE)
    assert len(invariants) > 5
    assert [one for one in invariants if not REQUIREMENT.search(one)] == []
    tests = "\n".join(path.read_text("utf-8") for path in (REPOSITORY / "tests").rglob("test_*.py"))
    assert set(REQUIREMENT.findall(page)) <= set(REQUIREMENT.findall(tests))
