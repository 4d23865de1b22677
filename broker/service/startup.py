"""Starting: an empty log, or the state an earlier run left, found again by replaying its log."""

import gc
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Final

import structlog

from broker.core.airspace import Airspace, Setup
from broker.core.airspace_memory import restored
from broker.core.clock_steps import SET_BACK_US_MAX
from broker.core.commands import LoadPolicy, Tick
from broker.core.geodesy.geoid import GEOID_VERSION
from broker.core.plain import Plain, mapping
from broker.core.units import SECOND_US
from broker.journal.errors import JournalMismatch
from broker.journal.header import RunInfo, Space
from broker.journal.log import Journal
from broker.journal.records import MicroBatch
from broker.journal.recovery import RecoveryPlan, plan
from broker.service.broker import Parts
from broker.service.clock import Clock
from broker.service.feed.items import Encoder
from broker.service.feed.projection import News, Projection
from broker.service.ledger import Ledger, epoch_name
from broker.service.made_by import engine_version, other_rules
from broker.service.packing import unpacked
from broker.service.terrain import TerrainFiles

LOG_FOLDER: Final = "log"
LOG_ID_BYTES: Final = 6
SECRET_BYTES: Final = 32
FIRST_EPOCH: Final = 1
REGION_KEY: Final = "london"
"""One node owns the one region today; the key is in every record so that this can change."""
BOOT_ID_FILE: Final = Path("/proc/sys/kernel/random/boot_id")

RandomBytes = Callable[[int], bytes]

log = structlog.get_logger()


def assemble(
    data_dir: Path,
    policy_toml: str,
    encoder: Encoder,
    clock: Clock,
    *,
    exercise: bool,
    random_bytes: RandomBytes = secrets.token_bytes,
) -> Parts:
    """The parts of a broker whose log is in `data_dir`, as the log left them.

    `random_bytes` is asked once, for a new log, for its id and its secret.

    Raises Refused for a bad policy, JournalInUse, JournalMismatch, JournalDamaged or
    JournalUnavailable.
    """
    directory = data_dir / LOG_FOLDER
    directory.mkdir(parents=True, exist_ok=True)
    found = plan(directory, boot_id())
    run = _run_info(found, random_bytes, exercise=exercise)
    find_terrain = TerrainFiles(data_dir).find
    setup = Setup(exercise, policy_toml, secret=run.secret, find_terrain=find_terrain)
    airspace, projection = _recovered(found, run, setup, encoder)
    back_s = (airspace.time.now_us - clock.now_us()) / SECOND_US
    if back_s > SET_BACK_US_MAX / SECOND_US:
        log.warning(
            "clock-set-back", seconds=round(back_s), so="every track is lost until it is heard"
        )
    journal = Journal.open(directory, run, continue_from=found.last_seq)
    ledger = Ledger(
        directory,
        journal,
        run,
        is_new=found.header is None,
        is_new_epoch=found.header is not None and _needs_new_epoch(found, found.header.run),
    )
    ledger.bind(projection)
    return Parts(ledger, airspace, projection, encoder, clock)


def boot_id() -> str:
    """Names this start of the machine; "unknown" where the system does not tell."""
    try:
        return BOOT_ID_FILE.read_text(encoding="ascii").strip()
    except OSError:
        return "unknown"


def _run_info(found: RecoveryPlan, random_bytes: RandomBytes, *, exercise: bool) -> RunInfo:
    space = Space.EXERCISE if exercise else Space.LIVE
    if found.header is None:
        return RunInfo(
            engine_version=engine_version(),
            geoid_version=GEOID_VERSION,
            space=space,
            log_id=random_bytes(LOG_ID_BYTES).hex(),
            region_key=REGION_KEY,
            node_epoch=1,
            feed_epoch=FIRST_EPOCH,
            boot_id=boot_id(),
            secret=random_bytes(SECRET_BYTES),
        )
    old = found.header.run
    if old.space is not space:
        raise JournalMismatch(f"the log holds {old.space} traffic, not {space}: use another folder")
    return RunInfo(
        engine_version=engine_version(),
        geoid_version=GEOID_VERSION,
        space=space,
        log_id=old.log_id,
        region_key=old.region_key,
        node_epoch=old.node_epoch,
        feed_epoch=_next_epoch(found, old) if _needs_new_epoch(found, old) else old.feed_epoch,
        boot_id=boot_id(),
        secret=old.secret,
    )


def _base_epoch(found: RecoveryPlan, run: RunInfo) -> str:
    """The epoch of the numbers that the replay starts from."""
    if found.snapshot is None:
        return epoch_name(replace(run, feed_epoch=FIRST_EPOCH))
    return str(found.snapshot.state.get("epoch", ""))


def _needs_new_epoch(found: RecoveryPlan, run: RunInfo) -> bool:
    """Whether numbers were lost or may come to mean something else, or an epoch is unfinished."""
    is_unfinished = _base_epoch(found, run) != epoch_name(run)
    return found.needs_new_feed_epoch or is_unfinished or other_rules(run) != ""


def _next_epoch(found: RecoveryPlan, run: RunInfo) -> int:
    """Above the last segment's and the snapshot's: neither may be used again."""
    number = _base_epoch(found, run).rpartition(".")[2]
    return max(run.feed_epoch, int(number) if number.isdecimal() else 0) + 1


def _recovered(
    found: RecoveryPlan, run: RunInfo, setup: Setup, encoder: Encoder
) -> tuple[Airspace, Projection]:
    """The core and the feed as the log left them; `setup` is for a log from its beginning."""
    epoch = epoch_name(run)
    if found.header is not None:
        epoch = epoch_name(found.header.run)
    if found.snapshot is not None:
        state = unpacked(found.snapshot.state)
        airspace = restored(
            mapping(state["airspace"]), secret=setup.secret, find_terrain=setup.find_terrain
        )
        projection = Projection(airspace, run.secret, encoder, epoch)
        numbers: Plain = mapping(state["numbers"])
        projection.restore(numbers)
        batches = found.batches
    else:
        first_policy, batches = policy_first(found.batches, setup.policy_toml)
        airspace = Airspace(replace(setup, policy_toml=first_policy))
        projection = Projection(airspace, run.secret, encoder, epoch)
    with _collector_paused():
        replay(batches, projection)
    if found.header is not None and other_rules(found.header.run):
        log.warning("log-made-by-other-rules", was=other_rules(found.header.run))
    for damage in found.damage:
        log.error("log-damaged", segment=damage.segment, why=damage.reason)
    if epoch != epoch_name(run):
        projection.new_epoch(epoch_name(run))
    return airspace, projection


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No search for garbage meanwhile: a replay makes a million small objects, and they stay.

    Looking through them again and again was measured to take a quarter of a restart.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def policy_first(batches: Iterator[MicroBatch], otherwise: str) -> tuple[str, Iterator[MicroBatch]]:
    """The policy that a log from its beginning starts with, and all its micro-batches."""
    before: list[MicroBatch] = []  # ticks of an airspace that is still empty
    for batch in batches:
        before.append(batch)
        for command in batch.commands:
            if isinstance(command, LoadPolicy):
                return command.toml_text, chain(before, batches)
    return otherwise, iter(before)


def replay(batches: Iterator[MicroBatch], projection: Projection) -> None:
    """Apply logged micro-batches as the engine did."""
    for batch in batches:
        apply_logged(batch, projection)


def apply_logged(batch: MicroBatch, projection: Projection) -> News:
    """Apply one logged micro-batch as the engine did; what it showed to whom."""
    outcomes = projection.airspace.apply(batch.commands, batch.now_us)
    effects = [effect for outcome in outcomes for effect in outcome.effects]
    frames_due = any(isinstance(one, Tick) and one.shows for one in batch.commands)
    return projection.project(effects, batch.now_us, frames_due=frames_due)
