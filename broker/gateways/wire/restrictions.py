"""Restrictions between the contract and the core."""

import base64
from itertools import zip_longest
from typing import Final

from broker.core.errors import Refused, refuse
from broker.core.names import RestrictionName
from broker.core.restrictions.model import Publication, Restriction, RestrictionDraft
from broker.core.restrictions.shapes import JudgedLimits
from broker.gateways.wire.enums import (
    APPLIES_TO_TO_CORE,
    APPLIES_TO_TO_WIRE,
    ENTRY_RULE_TO_CORE,
    ENTRY_RULE_TO_WIRE,
    PUBLISHING_EVENT_TO_WIRE,
    RESTRICTION_KIND_TO_CORE,
    RESTRICTION_KIND_TO_WIRE,
    RESTRICTION_STATE_TO_WIRE,
)
from broker.gateways.wire.parties import (
    decode_authority,
    decode_exemption,
    decode_reading,
    decode_source,
    encode_authority,
    encode_exemption,
    encode_reading,
    encode_source,
)
from broker.gateways.wire.schedules import decode_window, encode_window
from broker.gateways.wire.volumes import decode_volume, encode_volume
from keepclear.v1 import restrictions_pb2 as pb

VERSION_MAX: Final = 2**31 - 1
"""What the contract's `version` can hold."""
RESTRICTION_BYTES_MAX: Final = 50_000
"""With what the broker adds it must fit one feed message of 60 kB."""


def _longest(message: pb.Restriction, root: str) -> str:
    """The field to shorten: the shape that is most of it, or the whole."""
    sizes = [volume.ByteSize() for volume in message.volumes]
    most = max(sizes, default=0)
    if 2 * most < message.ByteSize():
        return root
    place = sizes.index(most)
    shape = message.volumes[place].WhichOneof("shape")
    return f"{root}.volumes[{place}].{shape}"


def decode_draft(message: pb.Restriction, root: str = "restriction") -> RestrictionDraft:
    """Read what is asked for or mirrored; refuses what has no reading, naming the field."""
    if message.ByteSize() > RESTRICTION_BYTES_MAX:
        raise refuse(_longest(message, root), f"must be at most {RESTRICTION_BYTES_MAX} bytes")
    _check_codes(message, root)
    replaces = message.replaces
    return RestrictionDraft(
        name=RestrictionName.parse(f"{root}.name", message.name),
        title=message.title,
        reason=message.reason,
        volumes=tuple(
            decode_volume(f"{root}.volumes[{place}]", volume)
            for place, volume in enumerate(message.volumes)
        ),
        windows=tuple(
            decode_window(f"{root}.windows[{place}]", window)
            for place, window in enumerate(message.windows)
        ),
        applies_to=APPLIES_TO_TO_CORE[message.applies_to],
        exempt_agencies=tuple(message.exempt_agencies),
        contact=message.contact,
        talkgroup=message.talkgroup,
        kind=RESTRICTION_KIND_TO_CORE[message.kind],
        entry_rule=ENTRY_RULE_TO_CORE[message.entry_rule],
        designation=message.designation,
        conditions=message.conditions,
        exemptions=tuple(decode_exemption(one) for one in message.exemptions),
        authorities=tuple(
            decode_authority(f"{root}.authorities[{place}]", one)
            for place, one in enumerate(message.authorities)
        ),
        priority=message.priority,
        replaces=RestrictionName.parse(f"{root}.replaces", replaces) if replaces else None,
        source=decode_source(message),
        reading=decode_reading(f"{root}.reading", message.reading),
        published=tuple((one.key, one.value) for one in message.published),
    )


def _check_codes(message: pb.Restriction, root: str) -> None:
    """Refuse a code that this release knows no meaning of."""
    if message.applies_to not in APPLIES_TO_TO_CORE:
        raise refuse(f"{root}.applies_to", "is missing: say which aircraft are meant")
    if message.kind not in RESTRICTION_KIND_TO_CORE:
        raise refuse(f"{root}.kind", "is not a kind of this contract")
    if message.entry_rule not in ENTRY_RULE_TO_CORE:
        raise refuse(f"{root}.entry_rule", "is not a rule of this contract")


def encode_restriction(restriction: Restriction) -> pb.Restriction:
    """The contract's message for a restriction, without its signature."""
    message = encode_draft(restriction.draft, restriction.judged)
    message.MergeFrom(
        pb.Restriction(
            state=RESTRICTION_STATE_TO_WIRE[restriction.state],
            version=restriction.version,
            etag=etag_of(restriction),
            created_us=restriction.created_us,
            changed_us=restriction.changed_us,
            approximated=bool(restriction.approximations),
            approximations=restriction.approximations,
            publication=_encode_publication(restriction.publication),
        )
    )
    return message


def encode_draft(draft: RestrictionDraft, judged: tuple[JudgedLimits, ...] = ()) -> pb.Restriction:
    """The contract's message for content, and what is judged of it."""
    return pb.Restriction(
        name=str(draft.name),
        title=draft.title,
        reason=draft.reason,
        volumes=[
            encode_volume(volume, limits) for volume, limits in zip_longest(draft.volumes, judged)
        ],
        windows=[encode_window(window) for window in draft.windows],
        applies_to=APPLIES_TO_TO_WIRE[draft.applies_to],
        exempt_agencies=draft.exempt_agencies,
        contact=draft.contact,
        talkgroup=draft.talkgroup,
        kind=RESTRICTION_KIND_TO_WIRE[draft.kind],
        entry_rule=ENTRY_RULE_TO_WIRE[draft.entry_rule],
        designation=draft.designation,
        conditions=draft.conditions,
        exemptions=[encode_exemption(one) for one in draft.exemptions],
        authorities=[encode_authority(one) for one in draft.authorities],
        priority=draft.priority,
        replaces="" if draft.replaces is None else str(draft.replaces),
        source=encode_source(draft.source),
        reading=encode_reading(draft),
        published=[pb.PublishedValue(key=key, value=value) for key, value in draft.published],
    )


def _encode_publication(made: Publication | None) -> pb.Publication | None:
    if made is None:
        return None
    return pb.Publication(
        event=PUBLISHING_EVENT_TO_WIRE[made.event],
        author=str(made.author),
        version=made.version,
        replaces_version=made.replaces_version,
        approved_by="" if made.approved_by is None else str(made.approved_by),
        awaits_approval=made.awaits_approval,
        emergency=made.emergency,
    )


def etag_of(restriction: Restriction) -> str:
    """Opaque to readers: the version, so that a stale one is told from the current one."""
    return base64.urlsafe_b64encode(f"v{restriction.version}".encode()).decode()


def version_of(etag: str) -> int:
    """The version an etag stands for; 0 for an empty one ("whatever is current")."""
    if not etag:
        return 0
    try:
        text = base64.urlsafe_b64decode(etag.encode()).decode()
        version = int(text.removeprefix("v"))
    except (ValueError, UnicodeError) as error:
        raise _bad_etag() from error
    if not text.startswith("v") or not 1 <= version <= VERSION_MAX:
        raise _bad_etag()
    return version


def _bad_etag() -> Refused:
    return refuse("etag", "was not given by this broker: read the restriction again")
