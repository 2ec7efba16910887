"""Figures for turning, stretching and lifting the upper back: the wider choice beside `thoracic`."""

from app.exercises.figures.stage import (
    DOWN,
    FEET,
    HOOK_FEET,
    SEATED,
    Data,
    arrow,
    both,
    chair,
    figure,
    follow,
    hand,
    hook_lie,
    kneel_on_hands,
    mat,
    picture,
    pillow,
    sit,
    stand,
)

_SIT = {"props": [chair()], "contacts": SEATED}
_SIDES = (("right", 1), ("left", -1))
_CROSSED = {
    f"{side}_hand": hand(["breast_bone", 3 + z, 2 - z * 2, -z * 9], [0.2, 0.5, -z], [-1, 0, 0], [0.4, -1, z * 0.5])
    for side, z in _SIDES
}


def _seated_turn(degrees: float) -> Data:
    """Arms folded over the chest, upper body turned to the left."""
    return sit(_CROSSED, thoracic_twist=degrees * 0.75, lumbar_twist=degrees * 0.25, neck_turn=degrees * 0.2)


def _turn_on_all_fours(twist: float) -> Data:
    """The right hand behind the head; the chest turns with its elbow, down (more than 0) or up."""
    elbow = [-0.4, 1, 0.8] if twist < 0 else [0.3, -1, 0.5]
    return kneel_on_hands(
        {"right_hand": hand(["head", -5, 8, 6 if twist > 0 else -4], None, [0.2, -1, -0.2], elbow)},
        lean=90 if twist > 0 else 78,
        thoracic_twist=twist,
        neck_turn=twist * 0.6,
    )


def _thread(through: bool) -> Data:
    if not through:
        return kneel_on_hands()
    return kneel_on_hands(
        {"right_hand": hand([44, 3, -42], [0.1, -0.1, -1], [0, 1, 0], [-0.3, 0.3, 0.4])},
        lean=96,
        thoracic_twist=45,
        thoracic=14,
        neck_turn=30,
        neck=20,
    )


def _over_towel(thoracic: float, neck: float) -> Data:
    reach = {
        f"{side}_hand": hand(["head", -1, -9.5, z * 4], [-0.4, 0, -z], [0, 1, 0], [-0.6, 0.8, z]) for side, z in _SIDES
    }
    return hook_lie(reach, arms=False, lean=-76, lumbar=-3, thoracic=thoracic, neck=neck)


def _prone_lift(lumbar: float, thoracic: float, neck: float, shoulder: float, retract: float) -> Data:
    return {
        "angles": {
            "lean": 90,
            "lumbar": lumbar,
            "thoracic": thoracic,
            "neck": neck,
            "retract": retract,
            **both(ankle=-60, hip=1.5, shoulder=shoulder, shoulder_out=14, elbow=3, forearm=150, grip=4),
        },
        "at": [0, 0, 0],
        "rest": ["pelvis"],
        "reach": {},
    }


def _bow(lean: float, at: float) -> Data:
    reach = {f"{side}_hand": hand([100, 90, z * 15], [1, 0, 0], DOWN, [-0.2, -1, z * 0.4]) for side, z in _SIDES}
    return stand(lean, 3, at, reach)


def _side_bend(side: float) -> Data:
    reach: Data = {}
    if side:
        reach = {
            "right_hand": hand(["head", 0, 18, -14], [0, 0.25, -1], [0.2, -1, 0], [0, 1, 0.5]),
            "left_hand": hand([8, 46, -24], [0.1, -1, 0], [0, 0, 1], [-0.4, 0, -1]),
        }
    return sit(reach, lumbar_side=-side * 0.4, thoracic_side=-side * 0.6, neck_side=-side * 0.3)


def _angel(out: float, elbow: float) -> Data:
    return hook_lie(
        arms=False,
        retract=2,
        **both(shoulder=0, shoulder_out=out, shoulder_turn=88, elbow=elbow, forearm=60, grip=6),
    )


def _clasp(shoulder: float, thoracic: float, retract: float) -> Data:
    return stand(
        thoracic=thoracic,
        retract=retract,
        neck=-thoracic * 0.4,
        **both(shoulder=shoulder, shoulder_out=-10, elbow=4, forearm=120, grip=40),
    )


DATA: dict[str, Data] = {
    "seated-upper-back-turn": figure(
        picture(_seated_turn(0), view="front", moving=["trunk"], **_SIT),
        picture(
            _seated_turn(52),
            view="front",
            moving=["trunk"],
            arrows=[arrow(["head", 0, 14, 16], ["head", 0, 14, -16], bend=0.3)],
            **_SIT,
        ),
    ),
    "hands-knees-upper-back-turn": figure(
        picture(
            _turn_on_all_fours(22),
            props=[mat(16, 140)],
            moving=["trunk", "right_arm"],
            contacts=[["right_knee", "floor"], ["left_hand", "floor"]],
        ),
        picture(
            _turn_on_all_fours(-38),
            props=[mat(16, 140)],
            moving=["trunk", "right_arm"],
            arrows=[arrow(["head", 20, -24, 0], ["head", 22, 16, 0], bend=0.25)],
            contacts=[["right_knee", "floor"], ["left_hand", "floor"]],
        ),
    ),
    "thread-the-needle": figure(
        *[
            picture(
                _thread(through),
                view=[125, 16],
                props=[mat(16, 140)],
                moving=["trunk", "right_arm"],
                arrows=[follow("right_hand", bend=-0.2, shift=(0, -8))] if through else [],
                contacts=[["right_knee", "floor"], ["left_hand", "floor"]],
            )
            for through in (False, True)
        ]
    ),
    "upper-back-stretch-towel": figure(
        *[
            picture(
                _over_towel(thoracic, neck),
                props=[mat(-14, 160), {"kind": "rolled_towel", "at": [-34, 0, 0], "size": [14, 10, 50]}],
                moving=["trunk"],
                arrows=[arrow(["head", -4, 26, 0], ["head", -18, 14, 0], bend=0.2)] if thoracic < 0 else [],
                contacts=HOOK_FEET,
            )
            for thoracic, neck in ((4, 10), (-19, 4))
        ]
    ),
    "prone-back-lift": figure(
        picture(
            _prone_lift(0, -2, -8, -8, 0),
            props=[mat(0, 190)],
            moving=["trunk"],
            contacts=[["pelvis", "floor"], ["right_toe", "floor"]],
        ),
        picture(
            _prone_lift(-10, -16, 4, -22, 5),
            props=[mat(0, 190)],
            moving=["trunk"],
            arrows=[arrow(["head", 19, -10, 0], ["head", 18, 10, 0], bend=0.15)],
            contacts=[["pelvis", "floor"], ["right_toe", "floor"]],
        ),
    ),
    "bench-bow-stretch": figure(
        picture(
            _bow(14, 50),
            props=[{"kind": "worktop", "at": [114, 0, 0], "size": [44, 88, 90]}],
            moving=["trunk"],
            contacts=[*FEET, ["right_hand", "worktop"]],
        ),
        picture(
            _bow(84, 0),
            props=[{"kind": "worktop", "at": [114, 0, 0], "size": [44, 88, 90]}],
            moving=["trunk"],
            arrows=[arrow(["breast_bone", -6, 30, 0], ["breast_bone", -6, 12, 0])],
            contacts=[*FEET, ["right_hand", "worktop"]],
        ),
    ),
    "seated-side-stretch": figure(
        picture(_side_bend(0), view="front", moving=["trunk"], **_SIT),
        picture(
            _side_bend(40),
            view="front",
            moving=["trunk", "right_arm"],
            arrows=[arrow(["right_shoulder", 0, 30, 8], ["right_shoulder", 0, 40, -34], bend=0.25)],
            **_SIT,
        ),
    ),
    "floor-angels": figure(
        *[
            picture(
                _angel(out, elbow),
                view=[90, 55],
                props=[mat(-14, 160), pillow()],
                moving=["right_arm", "left_arm"],
                arrows=[follow("right_hand", shift=(-8, 0), bend=0.15), follow("left_hand", shift=(8, 0), bend=-0.15)]
                if out > 100
                else [],
                contacts=HOOK_FEET,
            )
            for out, elbow in ((50, 100), (128, 60))
        ]
    ),
    "clasped-hands-chest-stretch": figure(
        *[
            picture(
                _clasp(*how),
                view=[-32, 8],
                moving=["right_arm", "left_arm"],
                arrows=[follow("right_hand", bend=-0.15, shift=(-2, -7))] if how[0] < -20 else [],
                contacts=FEET,
            )
            for how in ((-12, 2, 0), (-38, -8, 5))
        ],
        crop=[-62, 58, 40, 178],
    ),
}
