"""The colours of the figures: calm, told apart in grey print, readable on a light panel in any page theme."""

OUTLINE = "#333d4f"
LINE = 1.0  # outline width, centimetres

PANEL = "#f5f7fa"
PANEL_EDGE = "#d5dce6"
FLOOR = "#e6ebf1"
SHADOW = "#cfd7e2"

SKIN, SKIN_FAR = "#f2cfae", "#d3ab88"
TOP, TOP_FAR = "#8fb0d4", "#6d8db3"
SHORTS, SHORTS_FAR = "#4c6488", "#3a4e6d"
HAIR = "#4b3a32"

# The moving part: the same clothes and skin in the accent.
MOVING = {
    SKIN: "#ffb25e",
    SKIN_FAR: "#ea9440",
    TOP: "#f08a24",
    TOP_FAR: "#d97512",
    SHORTS: "#e0701a",
    SHORTS_FAR: "#c55f10",
}
ARROW, ARROW_EDGE = "#c8102e", "#ffffff"

PROP_LINE = "#6c7a8e"
# light (top), middle (front), dark (side)
PROPS = {
    "mat": ("#a9d2c3", "#86b8a6", "#74a794"),
    "chair": ("#e0c7a3", "#cdb086", "#b89a70"),
    "wall": ("#e3e0da", "#d3cfc7", "#c4bfb5"),
    "step": ("#d9dee6", "#bfc8d4", "#a9b4c3"),
    "table": ("#e0c7a3", "#cdb086", "#b89a70"),
    "worktop": ("#d8c3a0", "#e9e4db", "#d6cfc3"),
    "plinth": ("#c5d3e3", "#a9bbd0", "#93a7bf"),
    "rail": ("#c3ccd8", "#a9b4c3", "#94a1b3"),
    "pillow": ("#ffffff", "#eef1f6", "#dfe5ee"),
    "rolled_towel": ("#ffffff", "#eef1f6", "#dfe5ee"),
}
BAND, BAND_EDGE = "#1f9d6b", "#116345"
TOWEL, TOWEL_EDGE = "#ffffff", "#7d8ba0"
STICK, STICK_EDGE = "#c79a5b", "#7a5a2c"
BALL, BALL_EDGE = "#6a5acd", "#41358f"
WEIGHT, WEIGHT_EDGE = "#59667a", "#2b3443"
