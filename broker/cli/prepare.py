"""`keepclear prepare`: do now what a first start would otherwise wait for."""

import sys
import time
from typing import Annotated

import typer

from broker import kernels
from broker.cli.policies import policy_text
from broker.gateways.wire.feed import WireEncoder
from broker.service.rehearsal import rehearse


def prepare(
    policy: Annotated[
        str, typer.Option(help="A pair policy: a file, or the name of a shipped one.")
    ] = "default",
) -> None:
    """Compile the separation kernels now, so that a start is quick."""
    started_s = time.monotonic()
    make_ready(policy)
    print(f"kernels ready after {time.monotonic() - started_s:.1f} s", file=sys.stderr)


def make_ready(policy: str) -> None:
    """Compile the kernels, or load those that are kept.

    In the main thread, before anything serves: there Ctrl-C ends it at once.
    """
    text = policy_text(policy)
    if not kernels.are_kept():
        print(
            "Compiling the separation kernels: a minute or two, once on this machine.",
            file=sys.stderr,
            flush=True,
        )
    rehearse(text, WireEncoder(exercise=True))
    kernels.all_compiled()
