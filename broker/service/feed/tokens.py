"""Resume tokens: opaque to readers, (epoch, audience, number) to us."""

import base64
import json
from dataclasses import dataclass
from typing import Final

from broker.core.errors import Refused, refuse
from broker.core.names import Audience, Role, identifier

TOKEN_BYTES_MAX: Final = 256
NUMBER_MAX: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """The last message a reader has."""

    epoch: str
    audience: Audience
    number: int


class Tokens:
    """The tokens of one audience in one epoch: every message has one."""

    def __init__(self, epoch: str, audience: Audience) -> None:
        fields = [epoch, audience.agency, str(audience.role)]
        self._opening = json.dumps(fields, separators=(",", ":")).encode()[:-1]

    def at(self, number: int) -> bytes:
        """The token of a reader that has everything up to `number`."""
        return base64.urlsafe_b64encode(b"%s,%d]" % (self._opening, number))


def decode_token(token: bytes) -> ResumePoint:
    """Read a token; refuses anything this broker did not give."""
    if len(token) > TOKEN_BYTES_MAX:
        raise _not_ours()
    try:
        epoch, agency, role, number = json.loads(base64.urlsafe_b64decode(token))
        audience = Audience(identifier("resume_token", agency), Role(role))
    except (Refused, ValueError, TypeError, RecursionError) as error:
        raise _not_ours() from error
    # What is read here is told back to the reader: nothing that a message could not carry.
    if not isinstance(epoch, str) or not epoch.isascii():
        raise _not_ours()
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= NUMBER_MAX:
        raise _not_ours()
    return ResumePoint(epoch, audience, number)


def _not_ours() -> Refused:
    return refuse("resume_token", "was not given by this broker: leave it empty for a snapshot")
