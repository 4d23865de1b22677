"""What a command proves itself with: a certificate folder, or the token of a person who signed in.

`KEEPCLEAR_CERTIFICATES` names a folder with ca.pem, certificate.pem and key.pem. A person without
a certificate has `KEEPCLEAR_CA` (the authority's file) and `KEEPCLEAR_TOKEN_FILE`. Without any of
them the connection is plain text, for a broker on this machine.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import grpc
import grpc.aio

from broker.cli.options import DEFAULT_SYSTEM, agency_of
from broker.cli.problems import Problem
from broker.core.errors import Refused
from keepclear.client import Client
from keepclear.client.tls import channel_credentials, token_credentials

CERTIFICATES: Final = "KEEPCLEAR_CERTIFICATES"
AUTHORITY: Final = "KEEPCLEAR_CA"
TOKEN_FILE: Final = "KEEPCLEAR_TOKEN_FILE"  # noqa: S105 - a variable's name, not a secret
_MISSING: Final = (
    f"{CERTIFICATES} names a folder with ca.pem, certificate.pem and key.pem; "
    f"{AUTHORITY} and {TOKEN_FILE} a file each"
)


def credentials() -> grpc.ChannelCredentials | None:
    """The credentials that the environment names; raises Problem for files that are not there."""
    folder, token = os.environ.get(CERTIFICATES), os.environ.get(TOKEN_FILE)
    try:
        if folder:
            return channel_credentials(Path(folder))
        if token:
            return token_credentials(Path(os.environ.get(AUTHORITY, "ca.pem")), Path(token))
    except OSError as error:
        raise Problem(f"The certificates cannot be read: {error}", _MISSING) from error
    return None


def open_channel(target: str, options: Sequence[tuple[str, int]] | None = None) -> grpc.aio.Channel:
    """A channel with whatever proves this command."""
    shown = credentials()
    if shown is None:
        return grpc.aio.insecure_channel(target, options=options)
    return grpc.aio.secure_channel(target, shown, options=options)


def new_client(target: str, system: str) -> Client:
    """A client with whatever proves this command; a certificate names its system itself."""
    shown = credentials()
    claimed = "" if shown is not None and system == DEFAULT_SYSTEM else system
    return Client(target, claimed, credentials=shown)


def own_agency(system: str) -> str:
    """The agency that a command speaks for: its certificate or token says so, or its --system."""
    folder, token = os.environ.get(CERTIFICATES), os.environ.get(TOKEN_FILE)
    if system != DEFAULT_SYSTEM or not (folder or token):
        return agency_of(system)
    from broker.service.identity.certificates import read_peer  # noqa: PLC0415  # heavy
    from broker.service.identity.tokens import claimed_agency  # noqa: PLC0415

    try:
        if folder:
            return read_peer((Path(folder) / "certificate.pem").read_bytes()).system.agency
        return claimed_agency(Path(token or "").read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError, Refused) as error:
        raise Problem(f"The certificates cannot be read: {error}", _MISSING) from error
