"""Restrictions as messages with the broker's signature, each made once."""

from typing import Final

from broker.core.restrictions.model import Restriction
from broker.gateways.wire.restrictions import encode_restriction
from broker.service.signing import Signer
from keepclear.v1 import restrictions_pb2 as pb

MESSAGES_KEPT_MAX: Final = 6_000
"""All that can be live, and what ended lately."""


class SignedRestrictions:
    """Encodes and signs; a version that was made before is given again. Any thread may ask."""

    def __init__(self, signer: Signer | None) -> None:
        """Without a signer nothing is signed: a rehearsal, or a replay without the key."""
        self._signer = signer
        self._kept: dict[str, tuple[Restriction, pb.Restriction]] = {}

    def message(self, restriction: Restriction) -> pb.Restriction:
        """The contract's message for this version; not to be changed by the caller."""
        name = str(restriction.draft.name)
        kept = self._kept.get(name)
        if kept is not None and kept[0] is restriction:
            return kept[1]
        message = encode_restriction(restriction)
        if self._signer is not None:
            message.signature = self._signer.sign(message.SerializeToString(deterministic=True))
        if len(self._kept) >= MESSAGES_KEPT_MAX:
            self._kept.clear()
        self._kept[name] = (restriction, message)
        return message
