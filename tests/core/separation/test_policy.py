"""The pair policies that ship, number by number, and everything a bad policy is refused for."""

import math
from pathlib import Path

import numpy as np
import pytest

from broker.core.alerts import AlertLevel
from broker.core.errors import Refused
from broker.core.separation.categories import (
    CATEGORY_COUNT,
    category,
    category_name,
    is_crewed,
)
from broker.core.separation.policy import Policy, check_version, parse_policy
from broker.core.separation.policy_bands import BandLimits
from broker.core.separation.policy_rules import LEVEL_NAMES
from broker.core.separation.rules import Relation
from broker.core.tracks.phases import Phase
from broker.core.tracks.reports import AircraftClass as Craft

POLICIES = Path(__file__).resolve().parents[3] / "broker" / "policies"
DEFAULT_TEXT = (POLICIES / "default.toml").read_text(encoding="utf-8")
BENCHMARK_TEXT = (POLICIES / "f3442-benchmark.toml").read_text(encoding="utf-8")
FT = 0.3048
NAN = math.nan


@pytest.fixture(scope="module")
def default() -> Policy:
    return parse_policy(DEFAULT_TEXT)


# id: advisory, caution, warning, floor as (horizontal m, vertical m, look-ahead s).
OFF = (NAN, NAN, NAN)
WELL_CLEAR = (2000 * FT, 250 * FT)
NMAC = (500 * FT, 100 * FT, 0.0)
EXPECTED = {
    "drone-crewed-transit": (
        (2000 * FT, 400 * FT, 60.0),
        (*WELL_CLEAR, 45.0),
        (*WELL_CLEAR, 25.0),
        NMAC,
    ),
    "drone-crewed-other-task": (
        (2000 * FT, 400 * FT, 60.0),
        (*WELL_CLEAR, 45.0),
        (*WELL_CLEAR, 25.0),
        NMAC,
    ),
    "drone-crewed-same-incident": (OFF, (*WELL_CLEAR, 30.0), (*WELL_CLEAR, 20.0), NMAC),
    "drone-crewed-landing": (OFF, (1852.0, 1000 * FT, 60.0), (1852.0, 1000 * FT, 0.0), NMAC),
    "drone-crewed-close-work": (OFF, OFF, (200.0, 1000 * FT, 15.0), NMAC),
    "drone-above-close-work": (OFF, (1852.0, 1000 * FT, 60.0), (1852.0, 1000 * FT, 0.0), NMAC),
    "drone-rotors-turning": (OFF, *(((150.0, 200 * FT, 0.0),) * 3)),
    "drone-drone-transit": (OFF, (75.0, 25.0, 25.0), (75.0, 25.0, 12.0), (15.0, 5.0, 0.0)),
    "drone-drone-same-incident": (OFF, (30.0, 15.0, 15.0), (30.0, 15.0, 8.0), (15.0, 5.0, 0.0)),
    "drone-drone-same-operator": (OFF, OFF, (15.0, 10.0, 6.0), (10.0, 5.0, 0.0)),
    "unknown-drone": (OFF, (150.0, 60.0, 20.0), OFF, (15.0, 5.0, 0.0)),
    "helicopter-crewed-transit": (
        OFF,
        (3000 * FT, 500 * FT, 40.0),
        (3000 * FT, 500 * FT, 25.0),
        NMAC,
    ),
    "helicopter-crewed-same-incident": (
        OFF,
        (1500 * FT, 300 * FT, 25.0),
        (1500 * FT, 300 * FT, 15.0),
        NMAC,
    ),
}


def test_every_number_of_the_default_policy(default: Policy) -> None:
    rules = default.rules
    assert set(rules.rule_ids) == set(EXPECTED)
    for row, rule_id in enumerate(rules.rule_ids):
        actual = np.stack(
            [rules.horizontal_m[row], rules.vertical_m[row], rules.look_ahead_s[row]], axis=1
        )
        np.testing.assert_allclose(actual, np.array(EXPECTED[rule_id]), err_msg=rule_id)


def test_alerting_and_class_numbers_of_the_default_policy(default: Policy) -> None:
    alerting, rules = default.alerting, default.rules
    assert (alerting.confirm_count, alerting.confirm_of) == (2, 4)
    assert alerting.history_at_least_us == 5_000_000
    assert alerting.history_intervals == 3.0
    assert alerting.persistence_us == alerting.clear_hold_us == 4_000_000
    assert alerting.skip_first_seen_inside_warning
    assert alerting.unknown_vertical_cap == alerting.unsigned_source_cap == AlertLevel.CAUTION
    assert (rules.hold_factor, rules.accuracy_weight, rules.growth_m_max) == (1.2, 1.0, 926.0)
    assert rules.stale_after_s == 5.0
    assert default.stale_after_s.tolist() == [5.0] * 6
    assert default.lost_after_s.tolist() == [60.0, 30.0, 60.0, 60.0, 60.0, 30.0]
    speeds = rules.assumed_speed_mps.reshape(len(Craft), len(Phase))
    assert speeds[:, 0].tolist() == [75.0, 25.0, 75.0, 75.0, 50.0, 25.0]
    assert (speeds == speeds[:, :1]).all()
    growths = rules.least_growth_mps.reshape(len(Craft), len(Phase))
    moving = [Phase.TRANSIT, Phase.ON_SCENE, Phase.LOW]
    assert growths[:, moving[0]].tolist() == [15.0, 3.0, 15.0, 15.0, 15.0, 3.0]
    assert (growths[:, moving] == growths[:, :1]).all()
    assert not np.delete(growths, moving, axis=1).any()  # who lands or stands stays there
    doubt = alerting.doubt
    assert (doubt.cap, doubt.climb_ends_m) == (AlertLevel.CAUTION, 150.0)
    assert doubt.height_doubt_m == pytest.approx(250 * FT)
    assert default.version == rules.version == "default-5"


def decided(
    policy: Policy, first: tuple[Craft, Phase], second: tuple[Craft, Phase], relation: Relation
) -> str:
    row = int(policy.rules.rule_of[relation, category(*first), category(*second)])
    return policy.rules.rule_ids[row] if row >= 0 else "none"


T, L, R, G, D, S, C, LOW = Phase
DIFFERENT, INCIDENT, OPERATOR = Relation


@pytest.mark.parametrize(
    ("first", "second", "relation", "rule"),
    [
        ((Craft.DRONE, T), (Craft.HELICOPTER, T), DIFFERENT, "drone-crewed-transit"),
        ((Craft.DRONE, T), (Craft.HELICOPTER, T), OPERATOR, "drone-crewed-transit"),
        ((Craft.DRONE, T), (Craft.HELICOPTER, T), INCIDENT, "drone-crewed-transit"),
        ((Craft.DRONE, T), (Craft.HELICOPTER, S), INCIDENT, "drone-crewed-same-incident"),
        ((Craft.DRONE, LOW), (Craft.HELICOPTER, S), INCIDENT, "drone-crewed-same-incident"),
        ((Craft.DRONE, T), (Craft.HELICOPTER, S), DIFFERENT, "drone-crewed-other-task"),
        ((Craft.DRONE, LOW), (Craft.HELICOPTER, C), DIFFERENT, "drone-crewed-close-work"),
        ((Craft.DRONE, T), (Craft.HELICOPTER, C), INCIDENT, "drone-above-close-work"),
        ((Craft.DRONE, LOW), (Craft.HELICOPTER, L), INCIDENT, "drone-crewed-landing"),
        ((Craft.DRONE, LOW), (Craft.DRONE, T), DIFFERENT, "drone-drone-transit"),
        ((Craft.HELICOPTER, S), (Craft.HELICOPTER, C), INCIDENT, "helicopter-crewed-same-incident"),
        ((Craft.DRONE, L), (Craft.HELICOPTER, L), INCIDENT, "drone-crewed-landing"),
        ((Craft.DRONE, T), (Craft.HELICOPTER, R), DIFFERENT, "drone-rotors-turning"),
        ((Craft.DRONE, T), (Craft.HELICOPTER, G), DIFFERENT, "none"),
        ((Craft.DRONE, D), (Craft.HELICOPTER, T), DIFFERENT, "none"),
        ((Craft.DRONE, T), (Craft.DRONE, T), DIFFERENT, "drone-drone-transit"),
        ((Craft.DRONE, T), (Craft.DRONE, L), INCIDENT, "drone-drone-same-incident"),
        ((Craft.DRONE, T), (Craft.DRONE, T), OPERATOR, "drone-drone-same-operator"),
        ((Craft.DRONE, T), (Craft.UNKNOWN_DRONE, T), DIFFERENT, "unknown-drone"),
        ((Craft.HELICOPTER, T), (Craft.UNKNOWN_DRONE, T), DIFFERENT, "drone-crewed-transit"),
        ((Craft.HELICOPTER, T), (Craft.HELICOPTER, T), DIFFERENT, "helicopter-crewed-transit"),
        ((Craft.HELICOPTER, T), (Craft.HELICOPTER, T), INCIDENT, "helicopter-crewed-same-incident"),
        ((Craft.AEROPLANE, T), (Craft.AEROPLANE, T), DIFFERENT, "none"),
        ((Craft.AEROPLANE, T), (Craft.DRONE, T), DIFFERENT, "drone-crewed-transit"),
    ],
)
def test_pairs_resolve(
    default: Policy,
    first: tuple[Craft, Phase],
    second: tuple[Craft, Phase],
    relation: Relation,
    rule: str,
) -> None:
    assert decided(default, first, second, relation) == rule
    assert decided(default, second, first, relation) == rule


def test_an_unknown_class_is_judged_as_a_helicopter(default: Policy) -> None:
    # REQ-SEP: an unknown class gets the most demanding reading.
    assert is_crewed(Craft.UNKNOWN)
    rule_of = default.rules.rule_of
    for phase in Phase:
        unknown, known = category(Craft.UNKNOWN, phase), category(Craft.HELICOPTER, phase)
        assert (rule_of[:, unknown] == rule_of[:, known]).all()


@pytest.mark.parametrize("text", [DEFAULT_TEXT, BENCHMARK_TEXT])
def test_the_table_is_symmetric(text: str) -> None:
    rule_of = parse_policy(text).rules.rule_of
    assert rule_of.shape == (3, CATEGORY_COUNT, CATEGORY_COUNT)
    assert (rule_of == rule_of.transpose(0, 2, 1)).all()


def test_the_benchmark_has_one_rule_for_every_pair() -> None:
    policy = parse_policy(BENCHMARK_TEXT)
    rules = policy.rules
    assert (rules.rule_of == 0).all()
    assert rules.look_ahead_s.tolist() == [[60.0, 45.0, 20.0, 0.0]]
    np.testing.assert_allclose(rules.horizontal_m, [[609.6, 609.6, 609.6, 152.4]])
    np.testing.assert_allclose(rules.vertical_m, [[121.92, 76.2, 76.2, 30.48]])
    assert rules.accuracy_weight == 0.0


def test_categories_follow_class_and_phase(default: Policy) -> None:
    for craft in Craft:
        for phase in Phase:
            assert default.category_of[craft, phase] == category(craft, phase)
    assert category_name(category(Craft.DRONE, D)) == "drone/dock"


def test_phases_approach_and_flood_limits_of_the_default_policy(default: Policy) -> None:
    limits = default.phase_limits
    np.testing.assert_allclose(limits, (700 * FT, 1.5, 35.0, 100 * FT, 43_200.0))
    rules = default.rules.rule_ids
    assert {rules[row] for row in default.approaches} == {
        "drone-crewed-landing", "drone-above-close-work"
    }  # fmt: skip
    beyond = {rules[row]: one.undeclared_beyond for row, one in default.approaches.items()}
    assert beyond["drone-crewed-landing"] == "drone-crewed-transit"
    for approach in default.approaches.values():
        assert (approach.inner_m, approach.arrives_within_s) == (926.0, 60.0)
        assert approach.half_angle_rad == pytest.approx(math.pi / 4)
    flood = default.alerting.flood
    assert (flood.alerts_max, flood.window_us, flood.told_every_us) == (
        3, 600_000_000, 10_000_000
    )  # fmt: skip


FLOOR = 'floor = { horizontal = "500 ft", vertical = "100 ft" }'
APPROACH = '\napproach = { inner = "500 ft", half_angle = "45 deg", arrives_within = "60 s" }'
RULE = "[[rule]]\n" + BENCHMARK_TEXT.split("\n[[rule]]\n")[1]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("schema = 1", "schema = 2", "schema"),
        ('version = "f3442-benchmark-1"', "", "version"),
        ("schema = 1", "schema = 1\nsurprise = 1", "surprise"),
        ("confirm_of = 5", "confirm_of = 5\nextra = 1", "alerting.extra"),
        ("confirm_of = 5", "confirm_of = 0", "alerting.confirm_of"),
        ("confirm_of = 5", "confirm_of = true", "alerting.confirm_of"),
        ("confirm_of = 5", "confirm_of = 1", "alerting.confirm_count"),
        (
            "imminent_confirm_count = 2",
            "imminent_confirm_count = 5",
            "alerting.imminent_confirm_count",
        ),
        ('imminent_within = "3 s"', "", "alerting.imminent_within"),
        ("enabled = true", "enabled = 1", "filter.enabled"),
        ("manoeuvre_gate = 12.0", "manoeuvre_gate = 0.0", "filter.manoeuvre_gate"),
        ('turn_ahead = "12 s"', 'turn_ahead = "0 s"', "filter.turn_ahead"),
        ('turn_at_least = "1.7 deg/s"', 'turn_at_least = "1.7 s"', "filter.turn_at_least"),
        ("near_weight = 1.75", "near_weight = -1.0", "filter.near_weight"),
        ("early_weight = 2.0", "early_weight = 9.0", "filter.early_weight"),
        (
            "horizontal_noise = 0.2",
            "horizontal_noise = nan",
            "filter.classes.unknown.horizontal_noise",
        ),
        (
            'velocity_accuracy = "3 m/s"',
            'velocity_accuracy = "3 m"',
            "filter.classes.unknown.velocity_accuracy",
        ),
        ('persistence = "4 s"', 'persistence = "0 s"', "alerting.persistence"),
        ("accuracy_weight = 0.0", "accuracy_weight = nan", "alerting.accuracy_weight"),
        ("clear_factor = 1.0", "clear_factor = 0.9", "alerting.clear_factor"),
        (
            'unknown_vertical_at_most = "caution"',
            'unknown_vertical_at_most = "advisory"',
            "alerting.unknown_vertical_at_most",
        ),
        (
            'doubt_alone_at_most = "caution"',
            'doubt_alone_at_most = "advisory"',
            "alerting.doubt_alone_at_most",
        ),
        ('height_doubt_at_most = "250 ft"', "", "alerting.height_doubt_at_most"),
        ('climb_ends = "150 m"', 'climb_ends = "0 m"', "alerting.climb_ends"),
        ('least_growth = "3 m/s"', 'least_growth = "0 m/s"', "classes.drone.least_growth"),
        ("launch_early_weight = 2.0", "launch_early_weight = nan", "filter.launch_early_weight"),
        ('lost_after = "30 s"', 'lost_after = "1 s"', "classes.drone.lost_after"),
        ('assumed_speed = "50 m/s"', 'assumed_speed = "50"', "classes.other_crewed.assumed_speed"),
        ('drone = { stale_after = "5 s"', 'zebra = { stale_after = "5 s"', "classes.zebra"),
        ('horizontal = "2000 ft"\nv', 'horizontal = "0 ft"\nv', "rule[0].horizontal"),
        ('horizontal = "2000 ft"\nv', 'horizontal = "-5 ft"\nv', "rule[0].horizontal"),
        ('horizontal = "2000 ft"\nv', 'horizontal = "nan ft"\nv', "rule[0].horizontal"),
        ('horizontal = "2000 ft"\nv', 'horizontal = "inf ft"\nv', "rule[0].horizontal"),
        ('horizontal = "2000 ft"\nv', 'horizontal = "2000 yd"\nv', "rule[0].horizontal"),
        ('horizontal = "2000 ft"\nv', "horizontal = 2000\nv", "rule[0].horizontal"),
        ('horizontal = "2000 ft"\nv', "v", "rule[0].horizontal"),
        ('warning = { within = "20 s" }', "", "rule[0].warning"),
        ('warning = { within = "20 s" }', "warning = { }", "rule[0].warning.within"),
        ('warning = { within = "20 s" }', 'warning = "off"', "rule[0].warning"),
        ('warning = { within = "20 s" }', 'warning = { within = "50 s" }', "rule[0].warning"),
        (FLOOR, 'floor = { horizontal = "500 ft" }', "rule[0].floor.vertical"),
        (FLOOR, 'floor = { horizontal = "1 km", vertical = "100 ft" }', "rule[0].floor"),
        (RULE, RULE + "\n" + RULE, "rule[1].id"),
        (RULE, RULE + "\n" + RULE.replace('"f3442"', '"again"'), "rule[1].between"),
        ('relations = ["any"]', 'relations = ["different"]', "rule"),
        ('relations = ["any"]', 'relations = ["friends"]', "rule[0].relations"),
        ('relations = ["any"]', "relations = []", "rule[0].relations"),
        (
            'relations = ["any"]',
            'relations = ["different", "different"]',
            "rule[0].relations",
        ),
        ('id = "f3442"', 'id = ""', "rule[0].id"),
        ("schema = 1", "schema = = 1", "policy"),
        (
            "incident_alerts_at_most = 3",
            "incident_alerts_at_most = 0",
            "alerting.incident_alerts_at_most",
        ),
        ('incident_window = "10 min"', 'incident_window = "0 min"', "alerting.incident_window"),
        ('cluster_told_every = "10 s"', "", "alerting.cluster_told_every"),
        ('landing_below = "700 ft"', 'landing_below = "0 ft"', "phases.landing_below"),
        ('landing_descent = "1.5 m/s"', 'landing_descent = "1.5 m"', "phases.landing_descent"),
        ('on_scene_below = "35 m/s"', "", "phases.on_scene_below"),
        ('docked_for = "12 h"', 'docked_for = "12 days"', "phases.docked_for"),
        ("[phases]", "[phases]\nsurprise = 1", "phases.surprise"),
        (FLOOR, FLOOR + APPROACH.replace("45 deg", "91 deg"), "rule[0].approach.half_angle"),
        (FLOOR, FLOOR + APPROACH.replace("500 ft", "2001 ft"), "rule[0].approach.inner"),
        (FLOOR, FLOOR + APPROACH.replace("60 s", "0 s"), "rule[0].approach.arrives_within"),
        (
            FLOOR,
            FLOOR + APPROACH.replace(" }", ', undeclared_beyond = "nobody" }'),
            "rule[0].approach.undeclared_beyond",
        ),
        ('launch_hold = "none"', "", "launch_hold"),
        ('launch_hold = "none"', 'launch_hold = "off"', "launch_hold"),
        ('launch_hold = "none"', "launch_hold = []", "launch_hold"),
        ('leaving_band = "none"', "", "leaving_band"),
        ('leaving_band = "none"', 'leaving_band = "off"', "leaving_band"),
    ],
)
def test_bad_policies_are_refused_naming_the_path(old: str, new: str, path: str) -> None:
    # REQ-SEP: a policy with a missing or invalid threshold is refused, never disarmed.
    assert old in BENCHMARK_TEXT
    with pytest.raises(Refused) as caught:
        parse_policy(BENCHMARK_TEXT.replace(old, new, 1))
    assert [refusal.field for refusal in caught.value.refusals] == [path]


def test_an_approach_names_no_rule_that_reaches_further() -> None:
    text = DEFAULT_TEXT.replace('vertical = "1000 ft"', 'vertical = "300 ft"')
    with pytest.raises(Refused, match="reaches further than this rule"):
        parse_policy(text)


def test_launch_holds_of_the_default_policy(default: Policy) -> None:
    holds = default.launch_holds
    assert holds.rule_ids == ("launch-hold-traffic", "launch-hold-rotors")
    np.testing.assert_allclose(
        holds.horizontal_m, [[NAN, 2000 * FT, NAN, NAN], [NAN, 500.0, NAN, NAN]]
    )
    height_m = [120.0 + 250 * FT, 120.0 + 200 * FT]
    np.testing.assert_allclose(holds.vertical_m, [[NAN, one, NAN, NAN] for one in height_m])
    np.testing.assert_allclose(holds.look_ahead_s, [[NAN, 90.0, NAN, NAN], [NAN, 0.0, NAN, NAN]])
    named = {
        (category_name(first), category_name(second)): holds.rule_ids[row]
        for (first, second), row in np.ndenumerate(holds.rule_of[DIFFERENT])
        if row >= 0 and category_name(first) == "drone/dock"
    }
    assert named["drone/dock", "helicopter/transit"] == "launch-hold-traffic"
    assert named["drone/dock", "unknown/rotors_turning"] == "launch-hold-rotors"
    assert not any("drone" in other or "ground" in other for _, other in named)
    assert (holds.rule_of == holds.rule_of.transpose(0, 2, 1)).all()
    assert holds.assumed_speed_mps[category(Craft.DRONE, D)] == 0.0
    assert (holds.early_weight, default.rules.early_weight) == (2.0, 0.0)


BAND = DEFAULT_TEXT[DEFAULT_TEXT.index("[leaving_band]") :]


def test_bands_of_the_policies(default: Policy) -> None:
    assert default.leaving_band == BandLimits(2_000.0 * FT, 6.0, 120_000_000, 15.0)
    assert parse_policy(BENCHMARK_TEXT).leaving_band is None


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('others_within = "2000 ft"', 'others_within = "0 ft"', "leaving_band.others_within"),
        ('others_within = "2000 ft"', 'others_within = "2000"', "leaving_band.others_within"),
        ('look_ahead = "6 s"', 'look_ahead = "-6 s"', "leaving_band.look_ahead"),
        ('look_ahead = "6 s"', 'look_ahead = "inf s"', "leaving_band.look_ahead"),
        ('reach_within = "2 min"', 'reach_within = "none"', "leaving_band.reach_within"),
        ('doubt_at_most = "15 m"', "doubt_at_most = 15", "leaving_band.doubt_at_most"),
        ('doubt_at_most = "15 m"', 'doubt_most = "15 m"', "leaving_band.doubt_most"),
        ("basis = ", "why = ", "leaving_band.why"),
        ("[leaving_band]", "[[leaving_band]]", "leaving_band"),
    ],
)
def test_bad_bands_are_refused_naming_the_path(old: str, new: str, path: str) -> None:
    # REQ-BAND-007: never disarmed by a slip.
    assert old in BAND
    with pytest.raises(Refused) as caught:
        parse_policy(DEFAULT_TEXT.replace(BAND, BAND.replace(old, new, 1)))
    assert [refusal.field for refusal in caught.value.refusals] == [path]


def test_without_one_incident_minima_are_never_less(default: Policy) -> None:
    # REQ-BAND-006: what a drone outside its band is judged by holds all of what it was judged by.
    rules = default.rules
    pairs = rules.rule_of[Relation.SAME_INCIDENT], rules.rule_of[Relation.DIFFERENT]
    drones = [category(Craft.DRONE, phase) for phase in Phase]
    for one, other in {
        (int(a), int(b)) for a, b in zip(*(p[drones].ravel() for p in pairs), strict=True)
    }:
        assert (one < 0) == (other < 0)
        if one < 0:
            continue
        for name in ("horizontal_m", "vertical_m", "look_ahead_s"):
            same, apart = getattr(rules, name)[one], getattr(rules, name)[other]
            assert (np.isnan(same) | (apart >= same)).all()


HOLD = DEFAULT_TEXT[DEFAULT_TEXT.index("[[launch_hold]]") :]


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ('id = "launch-hold-rotors"', 'id = "launch-hold-traffic"', "launch_hold[1].id"),
        ('id = "launch-hold-rotors"', 'id = "drone-drone-transit"', "launch_hold[1].id"),
        ('climb = "120 m"', 'climb = "0 m"', "launch_hold[0].climb"),
        ('within = "90 s"', 'within = "90 m"', "launch_hold[0].within"),
        ('within = "90 s"', 'within = "90 s"\nfloor = "none"', "launch_hold[0].floor"),
        ('"helicopter", "aer', '"drone", "aer', "launch_hold[0].crewed"),
        ('phases = ["rotors_turning"]', 'phases = ["landing"]', "launch_hold[1].crewed"),
        ('basis = "a helicopter', 'note = "a helicopter', "launch_hold[1].note"),
    ],
)
def test_bad_launch_holds_are_refused_naming_the_path(old: str, new: str, path: str) -> None:
    # REQ-SEP-030
    assert old in HOLD
    with pytest.raises(Refused) as caught:
        parse_policy(DEFAULT_TEXT.replace(HOLD, HOLD.replace(old, new, 1)))
    assert [refusal.field for refusal in caught.value.refusals] == [path]


def test_a_rule_with_every_level_off_is_refused() -> None:
    text = BENCHMARK_TEXT
    for name in LEVEL_NAMES:
        line = next(one for one in text.splitlines() if one.startswith(f"{name} = "))
        text = text.replace(line, f'{name} = "none"')
    with pytest.raises(Refused, match="every level is none"):
        parse_policy(text)


def test_a_pair_that_nobody_thought_of_is_refused_by_name() -> None:
    without = DEFAULT_TEXT.rsplit("[[no_rule]]", 1)[0]
    with pytest.raises(Refused, match="unknown/transit with unknown/ground, different is in no"):
        parse_policy(without)


def test_an_overlong_text_is_refused() -> None:
    with pytest.raises(Refused, match="longer than"):
        parse_policy("#" * 200_001)


def test_a_version_never_comes_to_mean_other_numbers() -> None:
    # REQ-AGR-015: agencies sign a version.
    other = DEFAULT_TEXT.replace('persistence = "4 s"', 'persistence = "5 s"')
    assert other != DEFAULT_TEXT
    with pytest.raises(Refused) as caught:
        check_version(other, DEFAULT_TEXT)
    assert caught.value.refusals[0].field == "version"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('version = "default-5"', 'version = "default-6"'),
        ('notes = "', 'notes = "Read again. '),
        ("[alerting]", "# a word of explanation\n[alerting]"),
    ],
)
def test_another_version_and_other_words_may_be_loaded(old: str, new: str) -> None:
    text = DEFAULT_TEXT.replace(old, new, 1)
    assert text != DEFAULT_TEXT
    check_version(text, DEFAULT_TEXT)
