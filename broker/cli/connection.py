"""Finding a broker and talking to it, with failures in words for the person at the keyboard."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import grpc
import grpc.aio

from broker.cli.credentials import credentials, new_client, open_channel
from broker.cli.discovery import BrokerRecord, read_run_file
from broker.cli.problems import ExitCode, Problem
from broker.cli.unreached import unreached
from keepclear.client import Client, RefusedError, UnavailableError

DEFAULT_TARGET: Final = "127.0.0.1:50051"
PROBE_LIMIT_S: Final = 10.0
"""For one that has taken the connection, and is kept from going on with it."""


def targets(explicit: str | None, record: BrokerRecord | None) -> tuple[str, ...]:
    """Addresses to try, in order: the one that was asked for, or those of this machine."""
    if explicit is not None:
        return (explicit,)
    if record is None or record.grpc == DEFAULT_TARGET:
        return (DEFAULT_TARGET,)
    return (record.grpc, DEFAULT_TARGET)


async def answers(target: str) -> bool:
    """Whether something that speaks gRPC answers there; at once, where nobody listens."""
    async with open_channel(target, (("grpc.use_local_subchannel_pool", 1),)) as channel:
        try:
            async with asyncio.timeout(PROBE_LIMIT_S):
                return await _connects(channel)
        except TimeoutError:
            return False


async def _connects(channel: grpc.aio.Channel) -> bool:
    state = channel.get_state(try_to_connect=True)
    while state not in {grpc.ChannelConnectivity.READY, grpc.ChannelConnectivity.TRANSIENT_FAILURE}:
        await channel.wait_for_state_change(state)
        state = channel.get_state(try_to_connect=True)
    return state is grpc.ChannelConnectivity.READY


async def find_broker(explicit: str | None) -> str:
    """The address of a broker that answers; raises Problem with the next step."""
    tried = targets(explicit, read_run_file())
    for target in tried:
        if await answers(target):
            return target
    for target in tried:
        if (reason := await unreached(target)) is not None:
            raise reason
    raise no_broker(explicit, tried)


def no_broker(explicit: str | None, tried: tuple[str, ...]) -> Problem:
    """What to say when nothing listens."""
    where = " or ".join(tried)
    if explicit is not None:
        step = "check --target (or KEEPCLEAR_TARGET) and that the broker is running there"
    else:
        step = "start one with `keepclear demo`, or say where it is with --target HOST:PORT"
    return Problem(f"no broker answers at {where}", step, ExitCode.UNREACHABLE)


@asynccontextmanager
async def broker_client(explicit: str | None, system: str) -> AsyncIterator[Client]:
    """A client connected to a broker; its errors leave as Problem."""
    target = await find_broker(explicit)
    try:
        async with new_client(target, system) as client:
            yield client
    except RefusedError as error:
        raise refused(error, system) from error
    except UnavailableError as error:
        raise Problem(error.message, error.next_step, ExitCode.UNREACHABLE) from error


def refused(error: RefusedError, system: str) -> Problem:
    """A refusal as the broker explained it, field by field."""
    lines = [f"refused: {error.message}"]
    named = (f"{field}: {reason}" for field, reason in error.refusals)
    lines += [f"  {one}" for one in named if one not in error.message]
    lines += [f"  by the rule {error.rule}"] * bool(error.rule)
    who = f"you speak as {system}: set --system, or KEEPCLEAR_CERTIFICATES, to your own"
    if credentials() is not None:
        who = "your certificate or token says who you are: ask the broker's operator for the role"
    steps = {
        grpc.StatusCode.PERMISSION_DENIED: who,
        grpc.StatusCode.UNAUTHENTICATED: who,
        grpc.StatusCode.ABORTED: "it has changed since: list it again for the current etag",
    }
    return Problem("\n".join(lines), steps.get(error.code, ""))
