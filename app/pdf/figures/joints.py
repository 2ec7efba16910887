"""The figure's joints: their names, how far each goes in a healthy person, and how thick the body is there."""

# Degrees from upright standing with arms hanging. Trunk: `lean` forward, `tilt` to the right, `turn`/`twist` to
# the left (turn in the room, twist about the body's own length). Limbs: flexion unless the name says otherwise
# (`out` = away from the midline, `turn` = outward rotation, `forearm` = palm turned from forward to back).
# The four that place the body in the room go all the way round; the rest follow common textbook ranges of motion,
# a little generous so that end positions can be drawn.
_LIMB_RANGES: dict[str, tuple[float, float]] = {
    "shoulder": (-60, 185),
    "shoulder_out": (-60, 185),
    "shoulder_turn": (-95, 95),
    "elbow": (-5, 150),
    "forearm": (-10, 180),
    "wrist": (-80, 85),
    "grip": (-15, 95),
    "hip": (-30, 130),
    "hip_out": (-35, 60),
    "hip_turn": (-50, 65),
    "knee": (-5, 155),
    "ankle": (-60, 40),
    "foot_out": (-35, 30),
    "toes": (-50, 75),
}

RANGES: dict[str, tuple[float, float]] = {
    "lean": (-180, 180),
    "turn": (-360, 360),
    "tilt": (-180, 180),
    "twist": (-180, 180),
    "lumbar": (-35, 60),
    "lumbar_side": (-30, 30),
    "lumbar_twist": (-25, 25),
    "thoracic": (-35, 50),
    "thoracic_side": (-30, 30),
    "thoracic_twist": (-50, 50),
    "neck": (-60, 55),
    "neck_side": (-45, 45),
    "neck_turn": (-80, 80),
    "nod": (-25, 25),
    "chin": (-4, 4),  # centimetres the head glides forward (back: less than nothing)
    "retract": (-4, 6),  # centimetres the shoulder blades draw back and together
    "shrug": (-3, 8),  # centimetres the shoulders lift
    "belly": (-3, 4),  # centimetres the belly rises
    **{f"{side}_{name}": span for side in ("right", "left") for name, span in _LIMB_RANGES.items()},
}

DEFAULTS: dict[str, float] = {
    f"{side}_{name}": value
    for side in ("right", "left")
    for name, value in {"shoulder_out": 6, "elbow": 10, "forearm": 90, "grip": 18, "shoulder": 2}.items()
}

# Named points of the body with the radius of the flesh around them, in centimetres. They can be reached for, rested
# on, followed by an arrow, and must touch what a frame's `contacts` say they touch.
_TRUNK_RADII = {
    "pelvis": 9.5,
    "waist": 8.6,
    "chest": 10.0,
    "neck": 5.0,
    "head": 10.0,
    "face": 1.0,
    "chin": 4.5,
    "belly_button": 0.5,
    "breast_bone": 0.5,
}
_LIMB_RADII = {
    "shoulder": 6.2,
    "elbow": 4.3,
    "wrist": 2.9,
    "hand": 2.0,
    "fingers": 1.6,
    "hip": 9.0,
    "knee": 5.8,
    "ankle": 3.8,
    "heel": 3.2,
    "ball": 2.8,
    "toe": 1.9,
    "shin": 4.8,
    "thigh": 7.4,
}
RADII: dict[str, float] = _TRUNK_RADII | {
    f"{side}_{name}": radius for side in ("right", "left") for name, radius in _LIMB_RADII.items()
}
POINT_NAMES = frozenset(RADII)

# Parts that can be highlighted as the ones that move.
PART_NAMES = frozenset(
    {"head", "neck", "trunk", "belly", "hips"}
    | {
        f"{s}_{p}"
        for s in ("right", "left")
        for p in ["arm", "upper_arm", "forearm", "hand", "leg", "thigh", "shin", "foot"]
    }
)
