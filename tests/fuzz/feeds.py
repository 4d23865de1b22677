"""Throws damaged input at every feed decoder, for as long as it is asked to.

The seeds are what the feeds really send; they are cut, doubled, flipped, spliced and filled with
noise, and handed over in pieces of any size. A decoder has to answer with reports that a broker may
be sent and refusals with reasons, and nothing else. Run by `make fuzz`, and briefly by the tests.
"""

import argparse
import math
import random
import sys
import time
from collections.abc import Iterator

from adapters.kinds import KINDS
from adapters.model import Decoded, Decoder, Document
from adapters.settings import read_table
from broker.bench.adapter_inputs import INPUTS, START_US

MAX_PIECE_BYTES = 8_192
MAX_STEPS = 50  # damages to one stretch of input
INTERESTING = bytes([0x00, 0x0A, 0x1A, 0x22, 0x2C, 0x7B, 0x7D, 0x7E, 0x7F, 0x80, 0xFF])


def fuzz(name: str, seconds: float, seed: int) -> int:
    """Fuzz one decoder; returns how many pieces it was given. Raises what the decoder raises."""
    chance = random.Random(f"{name} {seed}")
    pieces = INPUTS[name]()[:50]
    seeds = [piece.data for piece in pieces]
    decode, given = _decoder(name), 0
    ends_s = time.monotonic() + seconds
    now_us = START_US
    while time.monotonic() < ends_s:
        if chance.random() < 0.02:
            decode = _decoder(name)
        topic = chance.choice(pieces).topic
        for piece in _pieces(_damaged(chance.choice(seeds), seeds, chance), chance):
            now_us += chance.choice([0, 1_000, 500_000, 30_000_000])
            document = Document(piece, now_us, chance.random() < 0.1, topic=topic)
            try:
                check(decode(document))
            except BaseException:
                print(f"{name} --seed {seed}: {piece.hex()}", file=sys.stderr)
                raise
            given += 1
    return given


def check(decoded: Decoded) -> None:
    """What every answer must satisfy, whatever the input was."""
    for report in decoded.reports:
        assert 1 <= len(report.source_track_id) <= 64
        assert -90.0 <= report.latitude_deg <= 90.0
        assert -180.0 <= report.longitude_deg <= 180.0
        assert (report.latitude_deg, report.longitude_deg) != (0.0, 0.0)
        assert report.time_of_validity_us > 0
        assert report.HasField("altitude_m") == bool(report.altitude_datum)
        assert not report.HasField("altitude_m") or -500.0 <= report.altitude_m <= 30_000.0
        assert math.isfinite(report.velocity_east_mps)
        assert len(report.description.callsign) <= 80
    for refusal in (*decoded.refusals, *decoded.unread):
        assert refusal.reason


def _decoder(name: str) -> Decoder:
    kind = KINDS[name]
    return kind.decoder(read_table(kind.settings, name, {"kind": name, "address": "fuzz"}))


def _damaged(data: bytes, seeds: list[bytes], chance: random.Random) -> bytes:
    size = chance.choice([60, 600, MAX_PIECE_BYTES])  # mostly short: more tries in the time
    start = 0 if chance.random() < 0.5 else chance.randrange(len(data))
    made = bytearray(data[start : start + size])
    for _ in range(chance.randrange(MAX_STEPS)):
        place = chance.randrange(len(made) + 1)
        match chance.randrange(6):
            case 0 if made:
                made[place % len(made)] ^= 1 << chance.randrange(8)
            case 1 if made:
                made[place % len(made)] = chance.choice(INTERESTING)
            case 2:
                del made[place : place + chance.randrange(40)]
            case 3:
                made[place:place] = chance.randbytes(chance.randrange(40))
            case 4:
                other = chance.choice(seeds)
                start = chance.randrange(len(other) + 1)
                made[place:place] = other[start : start + chance.randrange(200)]
            case _:
                made[place:place] = made[place : place + chance.randrange(60)]
    return bytes(made[:MAX_PIECE_BYTES])


def _pieces(data: bytes, chance: random.Random) -> Iterator[bytes]:
    most = chance.choice([1, 7, 100, MAX_PIECE_BYTES]) if len(data) < 500 else MAX_PIECE_BYTES
    place = 0
    while place < len(data):
        size = chance.randint(1, most)
        yield data[place : place + size]
        place += size


def main() -> None:
    """Fuzz every decoder, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=sorted(INPUTS))
    parser.add_argument("--seconds", type=float, default=60.0, help="for each decoder")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    asked = parser.parse_args()
    for name in asked.names:
        given = fuzz(name, asked.seconds, asked.seed)
        print(f"{name}: {given:,} pieces in {asked.seconds:g} s, seed {asked.seed}")


if __name__ == "__main__":
    main()
