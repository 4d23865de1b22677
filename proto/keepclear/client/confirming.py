"""Tells the broker which keep-clear requests have reached the program that reads the feed."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from keepclear.client.drafts import Publishing
from keepclear.client.errors import RefusedError, UnavailableError
from keepclear.v1.feed_pb2 import FeedMessage
from keepclear.v1.publishing_pb2 import RestrictionVersion

VERSIONS_PER_CALL = 500  # the contract's limit


async def confirming(
    messages: AsyncGenerator[FeedMessage, None], publishing: Callable[[], Publishing]
) -> AsyncGenerator[FeedMessage, None]:
    """The same messages; each restriction is confirmed once the program asks for what follows it.

    A confirmation that fails is not repeated: the next snapshot confirms again.
    """
    waiting: list[RestrictionVersion] = []
    calls: set[asyncio.Task[None]] = set()
    try:
        async with aclosing(messages) as read:
            async for message in read:
                yield message
                if message.restriction.HasField("publication"):
                    one = message.restriction
                    waiting.append(RestrictionVersion(name=one.name, version=one.version))
                is_whole = not message.header.snapshot or message.HasField("snapshot_end")
                if waiting and (is_whole or len(waiting) == VERSIONS_PER_CALL):
                    call = asyncio.create_task(_confirm(publishing, waiting))
                    calls.add(call)
                    call.add_done_callback(calls.discard)
                    waiting = []
    finally:
        for call in calls:
            call.cancel()


async def _confirm(
    publishing: Callable[[], Publishing], versions: list[RestrictionVersion]
) -> None:
    try:
        await publishing().confirm(versions)
    except (RefusedError, UnavailableError):
        return  # not allowed to, or cut off: the feed goes on without it
