"""By what a log was made: other rules make other messages of the same records.

Records outlast releases, so a broker goes on with the log of another one, and nothing that was
acknowledged is lost. But what it makes of the last records again (alerts, heights, frames) may
differ from what was shown under the same numbers. So its numbers begin a new epoch, and it says so.
"""

from functools import cache
from importlib.metadata import version
from typing import Final

from broker.core.geodesy.geoid import GEOID_VERSION
from broker.journal.header import RunInfo
from broker.kernels import PACKAGE, sources_digest

ROOMS: Final = (PACKAGE / "core", PACKAGE / "gateways" / "wire", PACKAGE / "service" / "feed")
"""Where records become messages."""


@cache
def engine_version() -> str:
    """The release, and the digest of its sources: between two releases, rules change too."""
    return f"{version('keepclear')}+{sources_digest(*ROOMS)}"


def other_rules(run: RunInfo) -> str:
    """What made a run and is another here, as people read it; empty where nothing is."""
    theirs = {"engine": run.engine_version, "geoid": run.geoid_version}
    ours = {"engine": engine_version(), "geoid": GEOID_VERSION}
    return ", ".join(
        f"{name} {theirs[name]}, not {ours[name]}" for name in ours if theirs[name] != ours[name]
    )
