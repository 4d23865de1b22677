"""Why a broker is not reached where something listens: gRPC itself only says that it is not."""

import asyncio
import os
import ssl
from pathlib import Path
from typing import Final

from broker.cli.credentials import AUTHORITY, CERTIFICATES, credentials
from broker.cli.problems import ExitCode, Problem
from keepclear.client.tls import mqtt_context

HANDSHAKE_LIMIT_S: Final = 5.0
OTHER_NAME: Final = "give --target a name or address that `keepclear agency init --host` was given"


async def unreached(target: str) -> Problem | None:
    """What is wrong there, and the next step; None where nothing listens."""
    if not await _listens(target):
        return None
    if credentials() is None:
        message = f"something listens at {target}, but takes no plain connection"
        step = f"a broker that checks identities wants a certificate: set {CERTIFICATES}"
        return Problem(message, f"{step} to your folder", ExitCode.UNREACHABLE)
    reason, step = await _tls_failure(target)
    return Problem(f"no broker is reached at {target}: {reason}", step, ExitCode.UNREACHABLE)


async def _listens(target: str) -> bool:
    try:
        await _first_byte(target, None)
    except OSError:  # a TimeoutError is one
        return False
    return True


async def _tls_failure(target: str) -> tuple[str, str]:
    """What is wrong, and the next step."""
    step = f"check the files that {CERTIFICATES} or {AUTHORITY} names, and the broker's own log"
    try:
        said = await _first_byte(target, _context())
    except ssl.SSLCertVerificationError as error:
        why = error.verify_message.rstrip(".")
        return f"its certificate is not accepted, {why}", OTHER_NAME if "mismatch" in why else step
    except ssl.SSLError as error:
        return f"it speaks no TLS of ours ({error.reason})", step
    except OSError:
        return "it says nothing", step
    if not said:
        return "it does not accept your certificate: expired, revoked or another authority's", step
    return "it speaks TLS, but no gRPC", step


async def _first_byte(target: str, tls: ssl.SSLContext | None) -> bytes:
    """What the other side says first over TLS; nothing where it hangs up, or is not asked."""
    host, _, port = target.rpartition(":")
    async with asyncio.timeout(HANDSHAKE_LIMIT_S):
        reader, writer = await asyncio.open_connection(host.strip("[]"), int(port), ssl=tls)
        try:
            return await reader.read(1) if tls is not None else b""
        finally:
            writer.close()


def _context() -> ssl.SSLContext:
    folder, authority = os.environ.get(CERTIFICATES), os.environ.get(AUTHORITY, "ca.pem")
    made = mqtt_context(Path(folder)) if folder else ssl.create_default_context(cafile=authority)
    made.set_alpn_protocols(["h2"])
    return made
