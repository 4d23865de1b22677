"""What was taken from a document of one item."""

from adapters.geozones.model import Zone
from adapters.geozones.report import Decoded, SourceItem


def only(decoded: Decoded) -> SourceItem:
    """The one item of a document."""
    assert len(decoded.items) == 1
    return decoded.items[0]


def zone_of(item: SourceItem) -> Zone:
    """The zone of an item that could be read."""
    assert item.zone is not None, item.detail
    return item.zone
