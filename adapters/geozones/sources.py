"""Any file of published restrictions: which format it is, and its items.

The format is told from the content, never from the name: feeds are saved under any name.
"""

import re
from collections.abc import Callable
from typing import Final

from adapters.geozones import (
    aixm,
    ed269,
    ed318,
    geojson,
    json_input,
    notam,
    openair_text,
    pib,
    yaxim,
)
from adapters.geozones.json_input import JsonObject
from adapters.geozones.limits_of_input import SOURCE_BYTES
from adapters.geozones.report import Decoded, Notes, Reason, Unreadable

DECODERS: Final[dict[str, Callable[[bytes], Decoded]]] = {
    ed269.FORMAT: ed269.decode,
    ed318.FORMAT: ed318.decode,
    geojson.FORMAT: geojson.decode,
    openair_text.FORMAT: openair_text.decode,
    yaxim.FORMAT: yaxim.decode,
    aixm.FORMAT: aixm.decode,
    notam.FORMAT: notam.decode,
    pib.FORMAT: pib.decode,
}
_HEAD_BYTES: Final = 200_000
_AIXM: Final = re.compile(rb"aixm\.aero/schema|:Airspace\b")
_NOTAM: Final = re.compile(rb"[A-Z]\d{4}/\d{2}[ \t]+NOTAM[NRC]")
_OPENAIR: Final = re.compile(rb"(?m)^AC\b[ \t]*\S*[ \t]*\r?$")
_YAXIM: Final = re.compile(rb"(?m)^[ -]*geometry:")


def decode(data: bytes, format_name: str | None = None) -> Decoded:
    """Every item of a file, in the format given or the one its content shows.

    Raises Unreadable when the file is of none of the formats, and nothing else.
    """
    if len(data) > SOURCE_BYTES:
        raise Unreadable(Reason.TOO_LARGE, f"larger than {SOURCE_BYTES} bytes")
    if format_name is not None:
        return DECODERS[format_name](data)
    head = data[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"{", b"[")):
        return _json(data)
    if head.startswith(b"<"):
        return aixm.decode(data) if _AIXM.search(head) else pib.decode(data)
    if _NOTAM.search(head):
        return notam.decode(data)
    if _OPENAIR.search(head):
        return openair_text.decode(data)
    if _YAXIM.search(head):
        return yaxim.decode(data)
    raise Unreadable(Reason.MALFORMED, "none of the formats that can be read")


def _json(data: bytes) -> Decoded:
    notes = Notes()
    document = json_input.parse(data, notes)
    top = json_input.as_object(document)
    entries = top.get("features", top.get("UASZoneList", document))
    first = json_input.as_object(next(iter(json_input.as_list(entries)), None))
    if "UASZoneVersion" in top or "UASZoneList" in top or "applicability" in first:
        return ed269.decode_document(document, notes)
    if "restriction" in first or isinstance(first.get("geometry"), list):
        return ed269.decode_document(document, notes)
    if _is_ed318(top) or _is_ed318(first):
        return ed318.decode_document(document, notes)
    return geojson.decode_document(document, notes)


def _is_ed318(feature: JsonObject) -> bool:
    properties = json_input.as_object(feature.get("properties"))
    geometry = json_input.as_object(feature.get("geometry"))
    return (
        "UASZone" in properties
        or "layer" in geometry
        or {"identifier", "type"} <= properties.keys()
        or "zoneAuthority" in properties
    )
