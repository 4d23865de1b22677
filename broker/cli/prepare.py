"""`keepclear prepare`: do now what a first start would otherwise wait for."""

import sys
import time
from typing import Annotated

import typer

from broker.cli.policies import policy_text
from broker.gateways.wire.feed import WireEncoder
from broker.service.rehearsal import rehearse


def prepare(
    policy: Annotated[
        str, typer.Option(help="A pair policy: a file, or the name of a shipped one.")
    ] = "default",
) -> None:
    """Compile the separation kernels for this machine and keep them, so that a start is quick."""
    started_s = time.monotonic()
    rehearse(policy_text(policy), WireEncoder(exercise=True))
    print(f"kernels ready after {time.monotonic() - started_s:.1f} s", file=sys.stderr)
