"""How good an ADS-B position is, from the quality codes the aircraft sends.

Sources: RTCA DO-260B, table for NACp (estimated position uncertainty, 95 %), NACv (horizontal
velocity error, 95 %), NIC (containment radius Rc) and GVA (vertical, 95 %); DO-260 for NUCp, which
version 0 transponders send. ICAO Doc 9871 repeats all of them.
"""

from keepclear.client.build import NAUTICAL_MILE_M

# NACp -> 95 % horizontal accuracy; 0 is unknown or worse than 10 NM.
NAC_P_M = {
    11: 3.0,
    10: 10.0,
    9: 30.0,
    8: 0.05 * NAUTICAL_MILE_M,
    7: 0.1 * NAUTICAL_MILE_M,
    6: 0.3 * NAUTICAL_MILE_M,
    5: 0.5 * NAUTICAL_MILE_M,
    4: 1.0 * NAUTICAL_MILE_M,
    3: 2.0 * NAUTICAL_MILE_M,
    2: 4.0 * NAUTICAL_MILE_M,
    1: 10.0 * NAUTICAL_MILE_M,
}

# NUCp -> 95 % horizontal accuracy (horizontal figure of merit).
NUC_P_M = {
    9: 3.0,
    8: 10.0,
    7: 0.05 * NAUTICAL_MILE_M,
    6: 0.1 * NAUTICAL_MILE_M,
    5: 0.25 * NAUTICAL_MILE_M,
    4: 0.5 * NAUTICAL_MILE_M,
    3: 1.0 * NAUTICAL_MILE_M,
    2: 5.0 * NAUTICAL_MILE_M,
    1: 10.0 * NAUTICAL_MILE_M,
}

# NIC -> containment radius; the 95 % circle lies inside it. Where a supplement bit splits a code,
# the larger radius stands.
NIC_RADIUS_M = {
    11: 7.5,
    10: 25.0,
    9: 75.0,
    8: 0.1 * NAUTICAL_MILE_M,
    7: 0.2 * NAUTICAL_MILE_M,
    6: 0.6 * NAUTICAL_MILE_M,
    5: 1.0 * NAUTICAL_MILE_M,
    4: 2.0 * NAUTICAL_MILE_M,
    3: 4.0 * NAUTICAL_MILE_M,
    2: 8.0 * NAUTICAL_MILE_M,
    1: 20.0 * NAUTICAL_MILE_M,
}

# NACv -> 95 % horizontal velocity accuracy; 0 is unknown or worse than 10 m/s.
NAC_V_MPS = {4: 0.3, 3: 1.0, 2: 3.0, 1: 10.0}

# GVA -> 95 % accuracy of the geometric altitude; 0 is unknown or worse than 150 m.
GVA_M = {2: 45.0, 1: 150.0}

# With no quality code at all. Judgement: NACp 7, what airspace rules ask of ADS-B at the least;
# multilateration and ground rebroadcasts are taken to be worse (NACp 6, 5).
ADSB_DEFAULT_M = 0.1 * NAUTICAL_MILE_M
MLAT_DEFAULT_M = 0.3 * NAUTICAL_MILE_M
UNSURE_DEFAULT_M = 0.5 * NAUTICAL_MILE_M


def horizontal_accuracy_m(
    nac_p: int | None,
    nuc_p: int | None,
    containment_m: float | None,
    nic: int | None,
    default_m: float,
) -> float:
    """95 % horizontal accuracy from the best code there is, in that order, else the default."""
    if nac_p in NAC_P_M:
        return NAC_P_M[nac_p]
    if nuc_p in NUC_P_M:
        return NUC_P_M[nuc_p]
    if containment_m is not None and containment_m > 0.0:
        return containment_m
    if nic in NIC_RADIUS_M:
        return NIC_RADIUS_M[nic]
    return default_m
