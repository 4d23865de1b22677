"""A list is read to its end, and no further."""

from dataclasses import dataclass

import pytest

from keepclear.client import UnavailableError
from keepclear.client.paging import MAX_LIST_PAGES, all_pages


@dataclass
class Numbers:
    """A page."""

    number: int
    next_page_token: str


@pytest.mark.parametrize("length", [1, 2, 7])
async def test_pages_come_in_order_each_asked_for_by_the_one_before(length: int) -> None:
    asked: list[str] = []

    async def ask(token: str) -> Numbers:
        asked.append(token)
        number = int(token or 0)
        return Numbers(number, str(number + 1) if number + 1 < length else "")

    pages = await all_pages("numbers", ask)
    assert [page.number for page in pages] == list(range(length))
    assert asked == ["", *map(str, range(1, length))]


async def test_a_list_without_an_end_is_given_up() -> None:
    count = 0

    async def ask(_token: str) -> Numbers:
        nonlocal count
        count += 1
        return Numbers(count, "again")

    with pytest.raises(UnavailableError, match="listing numbers: over"):
        await all_pages("numbers", ask)
    assert count == MAX_LIST_PAGES
