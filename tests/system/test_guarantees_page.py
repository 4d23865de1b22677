"""Every promise on the page names a test that exists."""

import re

from tests.conftest import REPOSITORY

REQUIREMENT = re.compile(r"REQ-[A-Z]+-\d{3}")


def test_every_promise_has_its_test() -> None:
    page = (REPOSITORY / "docs" / "guarantees.md").read_text(encoding="utf-8")
    tests = "\n".join(
        path.read_text(encoding="utf-8") for path in (REPOSITORY / "tests").rglob("*.py")
    )
    promised = set(REQUIREMENT.findall(page))
    assert len(promised) > 30
    assert promised <= set(REQUIREMENT.findall(tests))


def test_every_row_with_a_proof_column_has_a_proof() -> None:
    page = (REPOSITORY / "docs" / "guarantees.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and "proof |" not in line]
    assert len(rows) > 30
    assert [row for row in rows if not REQUIREMENT.search(row)] == []
