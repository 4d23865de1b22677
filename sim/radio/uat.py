"""UAT messages, written from RTCA DO-282B 2.2.4; nothing here is shared with what decodes them."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ  .."


def message(  # noqa: PLR0913 - one keyword a field
    address: str = "4009d1",
    *,
    latitude_deg: float = 51.5,
    longitude_deg: float = -0.1,
    altitude_ft: int = 1_000,
    geometric: bool = False,
    second_altitude_ft: int | None = None,
    north_kt: int = 80,
    east_kt: int = -60,
    climb_fpm: int = -640,
    callsign: str = "UKP13",
    category: int = 7,
    qualifier: int = 0,
    payload_type: int = 1,
    nic: int = 8,
    nac_p: int = 9,
    ground: bool = False,
) -> bytes:
    """A long message, or a short one with payload type 0."""
    fields: list[tuple[int, int]] = [(payload_type, 5), (qualifier, 3), (int(address, 16), 24)]
    fields += [(round(latitude_deg % 180 * 2**24 / 360), 23)]
    fields += [(round(longitude_deg % 360 * 2**24 / 360), 24), (int(geometric), 1)]
    fields += [((altitude_ft + 1_025) // 25, 12), (nic, 4)]
    fields += [(2 if ground else 0, 2), (0, 1)]
    fields += [(north_kt < 0, 1), (abs(north_kt) + 1, 10), (east_kt < 0, 1), (abs(east_kt) + 1, 10)]
    fields += [(0, 1), (climb_fpm < 0, 1), (abs(climb_fpm) // 64 + 1, 9), (0, 4)]
    if payload_type == 0:
        return packed(fields, 18)
    codes = [category, *(ALPHABET.index(letter) for letter in callsign.ljust(8))]
    for first in (0, 3, 6):
        a, b, c = codes[first : first + 3]
        fields.append((a * 1_600 + b * 40 + c, 16))
    fields += [(0, 16), (nac_p, 4), (2, 3), (0, 1), (0, 6), (1, 1), (0, 17)]
    second = 0 if second_altitude_ft is None else (second_altitude_ft + 1_025) // 25
    fields += [(second, 12)]
    return packed(fields, 34)


def packed(fields: list[tuple[int, int]], size: int) -> bytes:
    """Numbers and their widths in bits, one after the other."""
    value = used = 0
    for number, width in fields:
        value = value << width | int(number)
        used += width
    return (value << (size * 8 - used)).to_bytes(size, "big")
