"""Height bands as crews that keep to theirs state them: while the plan has the drone in it."""

from dataclasses import dataclass
from typing import Final

from keepclear.v1 import common_pb2
from sim.motion import Path, Point

ROUNDING_M: Final = 0.1


@dataclass(frozen=True, slots=True)
class AllottedBand:
    """Between which altitudes a drone works, and from when to when its plan has it there."""

    lower_amsl_m: float
    upper_amsl_m: float
    from_us: int
    until_us: int

    def stated(self, at_us: int, takeoff_amsl_m: float) -> common_pb2.HeightBand | None:
        """As the drone's own system has it, above take-off; None on the way there and home."""
        if not self.from_us <= at_us < self.until_us:
            return None
        return common_pb2.HeightBand(
            lower_m=self.lower_amsl_m - takeoff_amsl_m,
            upper_m=self.upper_amsl_m - takeoff_amsl_m,
            reference=common_pb2.HEIGHT_REFERENCE_TAKEOFF,
        )


def allotted(
    path: Path, scene: Point, band_m: tuple[float, float], *, in_band: bool
) -> AllottedBand | None:
    """The band above the scene's ground, of a drone that keeps to it; None of any other."""
    if not in_band:
        return None
    lower_m, upper_m = (scene.amsl_m + one for one in band_m)
    inside = [
        (start_us, start_us + leg.duration_us)
        for start_us, leg in zip(path.starts_us, path.legs, strict=True)
        if all(
            lower_m - ROUNDING_M <= leg.at(since_us).amsl_m <= upper_m + ROUNDING_M
            for since_us in (0, leg.duration_us)
        )
    ]
    return AllottedBand(lower_m, upper_m, inside[0][0], inside[-1][1]) if inside else None
