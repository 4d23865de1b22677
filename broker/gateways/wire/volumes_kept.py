"""Keep-clear volumes as the feed carries them."""

from broker.core.sharing.keep_clear import KeepClearVolume
from keepclear.v1 import feed_pb2


def encode_volume(volume_id: str, volume: KeepClearVolume) -> feed_pb2.KeepClearVolume:
    """The contract's message, under one audience's id."""
    box = volume.box
    message = feed_pb2.KeepClearVolume(
        volume_id=volume_id,
        revision=volume.revision,
        south_deg=box.south_deg,
        west_deg=box.west_deg,
        north_deg=box.north_deg,
        east_deg=box.east_deg,
        since_us=volume.since_us,
        ended=volume.ended,
    )
    if box.lower_amsl_m is not None:
        message.lower_amsl_m = box.lower_amsl_m
    if box.upper_amsl_m is not None:
        message.upper_amsl_m = box.upper_amsl_m
    return message
