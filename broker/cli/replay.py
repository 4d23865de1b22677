"""`keepclear replay`: what a log holds, applied again, and what every audience was shown."""

import hashlib
from pathlib import Path
from typing import Annotated, Protocol

import typer
from rich.console import Console

from broker.cli.problems import Problem
from broker.cli.proto_json import feed_line
from broker.cli.replay_story import Story
from broker.core.airspace import Airspace, Setup
from broker.core.names import Audience
from broker.gateways.wire.feed import WireEncoder
from broker.journal.errors import JournalError
from broker.journal.header import Space
from broker.journal.reading import first_kept_seq, read_batches, written_by
from broker.journal.repair import inspect
from broker.service.feed.projection import Projection
from broker.service.ledger import epoch_name
from broker.service.made_by import other_rules
from broker.service.signing import KEY_FILE, load_signer
from broker.service.startup import LOG_FOLDER, apply_logged, policy_first
from broker.service.terrain import TerrainFiles
from keepclear.v1 import feed_pb2


def replay(
    data_dir: Annotated[
        Path, typer.Argument(help="Folder a broker was started with (--data-dir).")
    ],
    audience: Annotated[
        str, typer.Option(help="Print what this audience was shown, for example met/desk.")
    ] = "",
    about: Annotated[
        str,
        typer.Option(
            help="With --audience: one aircraft's story, by label, registration or ICAO address."
        ),
    ] = "",
    digest: Annotated[
        bool, typer.Option(help="Print one digest per audience of everything it was shown.")
    ] = False,
) -> None:
    """Apply a log again, without a broker. The same log always gives the same messages.

    Restrictions are signed with the key in the folder; without it they are unsigned, and said so.
    """
    if about and not audience:
        raise typer.BadParameter("give --audience: whose picture", param_hint="--about")
    directory = _log_in(data_dir)
    try:
        story = Story(about) if about else None
        shown = Shown(audience, story)
        counts = replay_log(directory, shown)
    except JournalError as error:
        raise Problem(f"The log cannot be read: {error}") from error
    _warn(counts)
    if audience:
        _found(audience, counts, about, story)
        return
    console = Console(highlight=False)
    console.print(
        f"{counts.batches} micro-batches, {counts.commands} commands, {counts.messages} messages"
    )
    for name, value in sorted(shown.digests().items()):
        console.print(
            f"  {name}  {counts.by_audience[name]} messages" + (f"  {value}" if digest else "")
        )


def _log_in(data_dir: Path) -> Path:
    """The log of a broker's folder; the folder may also be the log's own."""
    directory = data_dir / LOG_FOLDER if (data_dir / LOG_FOLDER).is_dir() else data_dir
    if not directory.is_dir():
        raise Problem(
            f"There is no log in {data_dir}.", "Give the folder of a broker's --data-dir."
        )
    return directory


def _warn(counts: "Counts") -> None:
    """Say why the messages may not be those that were shown."""
    console = Console(stderr=True, highlight=False)
    if not counts.key_id:
        console.print(f"restrictions are unsigned: the key {KEY_FILE} is not beside the log")
    if counts.other_rules:
        why = counts.other_rules
        console.print(f"the log was made by other rules, so messages may differ: {why}")


def _found(audience: str, counts: "Counts", about: str, story: Story | None) -> None:
    """Nothing printed is no answer where the question was wrong."""
    if audience not in counts.by_audience:
        known = ", ".join(sorted(counts.by_audience)) or "none"
        raise Problem(f"This log shows nothing to {audience}.", f"Its audiences: {known}.")
    if story is not None and not story.positions:
        raise Problem(
            f"{audience} was shown no aircraft called {about!r}.",
            "Ask as its own agency: others may have been shown it without its name.",
        )


class Counts:
    """How much a replay did."""

    def __init__(self) -> None:
        self.batches = 0
        self.commands = 0
        self.messages = 0
        self.by_audience: dict[str, int] = {}
        self.key_id = ""
        """Of the key that restrictions are signed with; empty: they are unsigned."""
        self.other_rules = ""
        """What made some part of the log and is another here; empty: nothing."""


class Reader(Protocol):
    """Whoever a replay shows its messages to."""

    def take(self, audience: Audience, message: bytes) -> None:
        """One message of one audience, in order."""
        ...


class Digest(Protocol):
    """What hashlib makes."""

    def update(self, data: bytes, /) -> None:
        """Add bytes."""
        ...

    def hexdigest(self) -> str:
        """The digest so far."""
        ...


class Shown:
    """Digests of what each audience is shown; prints one audience's messages if asked to."""

    def __init__(self, printed: str, story: Story | None = None) -> None:
        self._printed = printed
        self._story = story
        self._hashes: dict[str, Digest] = {}

    def take(self, audience: Audience, message: bytes) -> None:
        """One message of one audience, in order."""
        name = f"{audience.agency}/{audience.role}"
        self._hashes.setdefault(name, hashlib.sha256()).update(message)
        if name == self._printed:
            self._print(feed_pb2.FeedMessage.FromString(message))

    def _print(self, message: feed_pb2.FeedMessage) -> None:
        if self._story is None:
            typer.echo(feed_line(message))
            return
        for line in self._story.lines(message):
            typer.echo(line)

    def digests(self) -> dict[str, str]:
        """SHA-256 by audience."""
        return {name: one.hexdigest() for name, one in self._hashes.items()}


def replay_log(directory: Path, shown: Reader) -> Counts:
    """Replay a whole log from its first record, with the key and terrain that lie beside it."""
    found = inspect(directory)
    if found.header is None:
        raise Problem(
            f"There is no log in {directory}.", "Give the folder of a broker's --data-dir."
        )
    if first_kept_seq(directory) > 1:
        raise Problem(
            "The beginning of this log has been retired, so it cannot be replayed from the start."
        )
    exercise = found.header.run.space is Space.EXERCISE
    policy, batches = policy_first(read_batches(directory, 1), "")
    find_terrain = TerrainFiles(directory.parent).find
    secret = found.header.run.secret
    airspace = Airspace(Setup(exercise, policy, secret=secret, find_terrain=find_terrain))
    has_key = (directory.parent / KEY_FILE).exists()
    signer = load_signer(directory.parent, exercise=exercise) if has_key else None
    encoder = WireEncoder(exercise=exercise, signer=signer)
    projection = Projection(
        airspace, found.header.run.secret, encoder, epoch_name(found.header.run)
    )
    counts = Counts()
    counts.key_id = "" if signer is None else signer.key_id
    others = dict.fromkeys(other_rules(run) for run in written_by(directory))
    counts.other_rules = "; ".join(one for one in others if one)
    for batch in batches:
        counts.batches += 1
        counts.commands += len(batch.commands)
        for audience, items in apply_logged(batch, projection):
            name = f"{audience.agency}/{audience.role}"
            counts.by_audience[name] = counts.by_audience.get(name, 0) + len(items)
            counts.messages += len(items)
            for item in items:
                shown.take(audience, item.message)
    return counts
