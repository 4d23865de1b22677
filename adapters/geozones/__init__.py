"""Geographical zones and NOTAMs: published restrictions read into the public contract, and back.

Theory of operation. Each format has one decoder: bytes in, one `SourceItem` per item of the source
out, whatever the bytes are. An item is *accepted* (read exactly as published), *approximated* (what
is set is larger, longer or higher than published, and the item says how) or *refused* (nothing is
set, and the item says why). Where a decoder is not sure it takes the larger meaning: hours it
cannot read mean always, limits it cannot read mean surface to unlimited, and a shape it cannot read
means the coarse disc of its source, marked unread with the text. Departures from a format's
standard are named on the item, never repaired in silence. Nothing here does I/O or keeps the time.
"""
