"""Terms in TOML: what is read, and what is refused in words that help."""

from pathlib import Path

import pytest

from broker.cli.agreement_files import FILE_BYTES_MAX, read_terms
from broker.cli.problems import Problem
from keepclear.v1.sharing_pb2 import SHARING_LEVEL_MASKED, SHARING_LEVEL_OPEN
from keepclear.v1.volumes_pb2 import (
    LIMIT_DATUM_AGL,
    LIMIT_DATUM_AMSL,
    LIMIT_DATUM_SURFACE,
    LIMIT_DATUM_UNLIMITED,
)

SOUND = """
id = "central"
title = "Central London"
from = 2026-11-21T12:00:00+01:00
until = 2027-01-01T00:00:00Z
outage_script = "Land."
parties = [{ agency = "met", desk = "Air desk", talkgroup = "OPS" }]
areas = [
  { label = "disc", circle = { latitude_deg = 51.5, longitude_deg = -0.1, radius_m = 8000 } },
  { polygon = [[51.6, 0.1], [51.7, 0.1], [51.7, 0.2]], floor = "30m-agl", ceiling = "1000ft-amsl" },
  { label = "no shape: the broker refuses it by its place" },
]
shares = [
  { owner = "met", readers = ["lfb", "las"] },
  { owner = "lfb", readers = ["met"], level = "masked" },
]
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "terms.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_everything_that_can_be_said_is_read(tmp_path: Path) -> None:
    terms = read_terms(written(tmp_path, SOUND))
    assert (terms.name, terms.title, terms.policy_version) == ("central", "Central London", "")
    assert (terms.from_us, terms.until_us) == (1_795_258_800_000_000, 1_798_761_600_000_000)
    assert [one.WhichOneof("shape") for one in terms.areas] == ["circle", "polygon", None]
    assert [(one.floor.datum, one.ceiling.datum) for one in terms.areas] == [
        (LIMIT_DATUM_SURFACE, LIMIT_DATUM_UNLIMITED),
        (LIMIT_DATUM_AGL, LIMIT_DATUM_AMSL),
        (LIMIT_DATUM_SURFACE, LIMIT_DATUM_UNLIMITED),
    ]
    assert (terms.areas[1].floor.value_m, terms.areas[1].ceiling.value_m) == (30.0, 304.8)
    assert [(one.owner, one.reader, one.level) for one in terms.shares] == [
        ("met", "lfb", SHARING_LEVEL_OPEN),
        ("met", "las", SHARING_LEVEL_OPEN),
        ("lfb", "met", SHARING_LEVEL_MASKED),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("=", "is not TOML"),
        (SOUND.replace("title", "titel"), "is not an agreement"),
        (SOUND.replace('"masked"', '"covert"'), "is not an agreement"),
        (SOUND.replace("2027-01-01T00:00:00Z", "2027-01-01T00:00:00"), "has no time zone"),
        (SOUND.replace("30m-agl", "30m"), r"areas\.1\.floor: '30m' is not a limit"),
        ("#" * (FILE_BYTES_MAX + 1), "is over"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Problem, match=words):
        read_terms(written(tmp_path, text))
    with pytest.raises(Problem, match="cannot be read"):
        read_terms(tmp_path / "none.toml")
