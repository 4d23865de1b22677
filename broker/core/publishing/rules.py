"""The rules of publishing as plain values, for the log and for snapshots."""

from typing import Final, cast

from pydantic import TypeAdapter

from broker.core.errors import BrokenInvariant
from broker.core.plain import Plain, mapping
from broker.core.publishing.model import PublishingRules

_RECORD: Final = TypeAdapter(PublishingRules)


def rules_to_plain(rules: PublishingRules) -> Plain:
    """For a snapshot."""
    return cast("Plain", _RECORD.dump_python(rules, mode="json"))


def rules_from_plain(value: Plain) -> PublishingRules:
    """From a snapshot."""
    try:
        return _RECORD.validate_python(mapping(value))
    except ValueError as error:
        raise BrokenInvariant(f"snapshot: not publishing rules: {error}") from error
