"""Figures for bending, straightening and strengthening the elbow and the forearm."""

from app.exercises.figures.stage import (
    FEET,
    SEATED,
    Data,
    arrow,
    both,
    chair,
    figure,
    follow,
    hand,
    picture,
    sit,
    stand,
    wall,
)

_RIGHT_WEIGHT = {"kind": "weight", "at": ["right_hand", 0, 0, 3], "size": [0, 0, 6]}
_HALF = [-38, 56, 48, 178]  # from the thighs up, standing


def _bend_elbow(elbow: float, forearm: float, grip: float = 85) -> Data:
    return stand(right_shoulder=4, right_shoulder_out=4, right_elbow=elbow, right_forearm=forearm, right_grip=grip)


def _overhead(elbow: float) -> Data:
    return stand(right_shoulder=172, right_shoulder_out=2, right_elbow=elbow, right_forearm=90, right_grip=85, neck=2)


def _push_down(elbow: float) -> Data:
    return stand(6, 4, **both(shoulder=8, shoulder_out=3, elbow=elbow, grip=85, forearm=170))


def _turn_forearm(degrees: float) -> Data:
    return stand(right_shoulder=4, right_shoulder_out=4, right_elbow=88, right_forearm=degrees, right_grip=88)


def _curl_down(wrist: float) -> Data:
    """The right forearm on the thigh, palm down, the hand with a weight just past the knee."""
    forearm = hand(["right_knee", 11, 8.5, 0], None, None, [-0.9, -1, 0.3])
    return sit({"right_hand": forearm}, lean=16, right_forearm=178, right_wrist=wrist, right_grip=85)


def _slow_arm(elbow: float) -> Data:
    return sit(
        {"right_hand": None},
        right_shoulder=24,
        right_shoulder_out=4,
        right_elbow=elbow,
        right_forearm=4,
        right_grip=10,
    )


DATA: dict[str, Data] = {
    "elbow-bend-straighten": figure(
        *[
            picture(
                _slow_arm(elbow),
                props=[chair()],
                moving=["right_forearm"],
                arrows=[follow("right_hand", bend=-0.25, shift=(8, 0))] if elbow > 90 else [],
                contacts=SEATED,
            )
            for elbow in (4, 134)
        ],
        crop=[-34, 40, 60, 140],
    ),
    "biceps-curl-weight": figure(
        *[
            picture(
                _bend_elbow(elbow, 8),
                props=[_RIGHT_WEIGHT],
                moving=["right_forearm", "right_upper_arm"],
                arrows=[follow("right_hand", bend=-0.25, shift=(8, 0))] if elbow > 90 else [],
                contacts=FEET,
            )
            for elbow in (8, 128)
        ],
        crop=_HALF,
    ),
    "triceps-overhead-weight": figure(
        *[
            picture(
                _overhead(elbow),
                props=[_RIGHT_WEIGHT],
                moving=["right_forearm", "right_upper_arm"],
                arrows=[follow("right_hand", bend=-0.2, shift=(-10, 0))] if elbow < 90 else [],
                contacts=FEET,
            )
            for elbow in (124, 8)
        ],
        crop=[-48, 90, 44, 212],
    ),
    "band-elbow-straighten": figure(
        *[
            picture(
                _push_down(elbow),
                props=[
                    wall(66),
                    *[
                        {"kind": "band", "points": [[f"{s}_hand", 1, 0, 0], [66, 168, z]]}
                        for s, z in (("right", 2), ("left", -2))
                    ],
                ],
                moving=["right_forearm", "left_forearm"],
                arrows=[follow("right_hand", bend=-0.25, shift=(16, -6))] if elbow < 60 else [],
                contacts=FEET,
            )
            for elbow in (112, 10)
        ],
        crop=[-44, 62, 74, 178],
    ),
    "triceps-stretch-overhead": figure(
        picture(
            stand(
                reach={
                    "right_hand": hand(["neck", -10, -12, 4], None, [1, 0, 0], [0.2, 1, 0.5]),
                    "left_hand": hand(["right_elbow", -2, 3, -4], [-0.2, 0.3, 1], [0.2, -1, 0], [0.1, 0.6, -1]),
                },
                neck=10,
            ),
            view="back",
            moving=["right_upper_arm"],
            arrows=[arrow(["right_elbow", 0, 9, 12], ["right_elbow", 0, 9, -12])],
            contacts=FEET,
        ),
        crop=[-52, 82, 52, 190],
    ),
    "forearm-turn-stick": figure(
        *[
            picture(
                _turn_forearm(degrees),
                view=[90, 14],
                props=[
                    {"kind": "stick", "points": [["right_hand", 2, -y * 5, -z * 5], ["right_hand", 2, y * 26, z * 26]]}
                ],
                moving=["right_forearm"],
                arrows=[arrow(["right_hand", 6, 30, z * 4], ["right_hand", 6, 10, z * 24], bend=-z * 0.25)]
                if z
                else [],
                contacts=FEET,
            )
            for degrees, y, z in ((8, 0.15, 1), (90, 1, 0), (170, 0.15, -1))
        ],
        crop=[-52, 40, 14, 176],
    ),
    "wrist-lift-weight": figure(
        *[
            picture(
                _curl_down(wrist),
                view=[16, 12],
                props=[chair(), {"kind": "weight", "at": ["right_hand", *held, 0], "size": [0, 0, 8]}],
                moving=["right_hand", "right_forearm"],
                arrows=[arrow(["right_hand", 16, -10, 0], ["right_hand", 14, 12, 0], bend=0.2)] if wrist < 0 else [],
                contacts=SEATED,
            )
            for wrist, held in ((42, [-3, -2.6]), (-45, [3.6, -1.6]))
        ],
        crop=[-28, 34, 82, 142],
    ),
}
