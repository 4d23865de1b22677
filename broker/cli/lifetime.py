"""How long a running broker runs, and what it reads again meanwhile."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

import structlog

from broker.cli.policies import ground_of, policy_text, supply_chain_text
from broker.cli.running import Running
from broker.core.commands import ControlCommand, LoadPolicy, LoadSupplyChain
from broker.core.errors import Refused
from broker.service.engine import Engine

ENGINE_CHECK_S: Final = 0.5

log = structlog.get_logger()


class EngineStopped(Exception):
    """The engine met a broken invariant and stopped; the process must not go on as if it lived."""


async def until_stopped(running: Running, for_s: float | None = None) -> None:
    """Return on SIGINT or SIGTERM or after `for_s`; SIGHUP reloads the policies.

    Raises EngineStopped if the engine ends by itself.
    """
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    reloads: set[asyncio.Task[None]] = set()
    loop.add_signal_handler(
        signal.SIGHUP, lambda: reloads.add(asyncio.create_task(reload_policies(running)))
    )
    watch = asyncio.create_task(_watch_engine(running.broker.engine))
    stop = asyncio.create_task(stopped.wait())
    try:
        done, _ = await asyncio.wait(
            {watch, stop}, timeout=for_s, return_when=asyncio.FIRST_COMPLETED
        )
        if watch in done:
            watch.result()
    finally:
        for task in (watch, stop):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.remove_signal_handler(number)


async def _watch_engine(engine: Engine) -> None:
    while engine.is_alive():  # noqa: ASYNC110 - a dying thread cannot be relied on to set an event
        await asyncio.sleep(ENGINE_CHECK_S)
    raise EngineStopped(str(engine.failure)) from engine.failure


async def reload_policies(running: Running) -> None:
    """Read the files that are set up again, each alone; a bad one leaves the running one."""
    settings = running.settings

    def pairs() -> ControlCommand:
        return LoadPolicy(policy_text(settings.policy))

    def supply_chain() -> ControlCommand:
        return LoadSupplyChain(supply_chain_text(settings.supply_chain))

    def ground() -> ControlCommand:
        return ground_of(settings)

    loads: tuple[tuple[str, str | Path | None, Callable[[], ControlCommand]], ...] = (
        ("policy", settings.policy, pairs),
        ("supply_chain", settings.supply_chain, supply_chain),
        ("ground.terrain", settings.ground.terrain, ground),
    )
    for setting, file, load in loads:
        if file is None:
            continue
        try:
            await running.broker.control(await asyncio.to_thread(load))
            log.info("file-reloaded", setting=setting, file=str(file))
        except Refused as refused:
            why = str(refused)
            log.warning(
                "file-refused", setting=setting, file=str(file), why=why, running="unchanged"
            )
