"""The readsb adapter's decoder: aircraft.json to position reports."""

from adapters.adsb.report import Reporter
from adapters.model import Decoded, Decoder, Document
from adapters.readsb.decode import decode_file


def decoder(reporter: Reporter) -> Decoder:
    """A decoder of whole files, which keeps nothing but what `reporter` learns of the air."""

    def decode(document: Document) -> Decoded:
        held = decode_file(document.data, document.received_us)
        reports = tuple(reporter.report(aircraft) for aircraft in held.aircraft)
        return Decoded(reports, held.refusals, held.unread, held.in_file)

    return decode
