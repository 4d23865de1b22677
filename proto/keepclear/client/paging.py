"""Reading a list page by page, to its end."""

from collections.abc import Awaitable, Callable
from typing import Protocol, TypeVar

from keepclear.client.errors import UnavailableError

LIST_PAGE_SIZE = 200  # the contract's largest page
MAX_LIST_PAGES = 1_000  # a list that goes on for longer is a fault of the broker


class Page(Protocol):
    """Any list response."""

    next_page_token: str


AnyPage = TypeVar("AnyPage", bound=Page)


async def all_pages(what: str, ask: Callable[[str], Awaitable[AnyPage]]) -> list[AnyPage]:
    """Every page, beginning with the one of the empty token."""
    pages: list[AnyPage] = []
    token = ""
    while len(pages) < MAX_LIST_PAGES:
        pages.append(await ask(token))
        token = pages[-1].next_page_token
        if not token:
            return pages
    raise UnavailableError(
        f"listing {what}: over {MAX_LIST_PAGES} pages", "tell the broker's operator"
    )
