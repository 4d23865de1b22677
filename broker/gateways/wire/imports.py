"""What became of an import, as the contract says it."""

import re
from dataclasses import replace

from broker.core.errors import Refusal
from broker.core.restrictions.imported import ImportedItem, ImportReport
from broker.gateways.wire.acks import encode_refusals
from broker.gateways.wire.enums import IMPORT_OUTCOME_TO_WIRE
from broker.gateways.wire.requests import DecodedImport
from keepclear.v1 import restrictions_pb2 as pb

_PLACE = re.compile(r"^restrictions\[\d+\]")


def encode_report(report: ImportReport, decoded: DecodedImport) -> pb.ImportRestrictionsResponse:
    """One answer for each item in the order it came, those that could not be read among them."""
    judged = iter(report.items)
    items = []
    for place in range(decoded.count):
        item = decoded.refused.get(place) or _at(next(judged), place)
        items.append(
            pb.ImportedItem(
                name=item.name,
                outcome=IMPORT_OUTCOME_TO_WIRE[item.outcome],
                version=item.version,
                refusals=encode_refusals(item.refusals),
            )
        )
    return pb.ImportRestrictionsResponse(items=items, withdrawn=report.withdrawn)


def _at(item: ImportedItem, place: int) -> ImportedItem:
    """The core counts only the items that could be read: name the place the sender knows."""
    named = tuple(
        Refusal(_PLACE.sub(f"restrictions[{place}]", one.field), one.reason)
        for one in item.refusals
    )
    return replace(item, refusals=named)
