"""The drawing engine: one description, the same picture on the web and on paper."""

import io
import time
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from app.pdf.figures import Figure, FigureError, draw, size, to_svg
from app.pdf.figures.colours import MOVING, SKIN
from app.pdf.figures.scene import lay_out
from app.pdf.figures.skeleton import FOREARM, THIGH, UPPER_ARM, solve
from app.pdf.figures.vectors import length, sub

SVG = "{http://www.w3.org/2000/svg}"


def figure(*poses: dict[str, Any], **frame: Any) -> Figure:
    return Figure.from_data({"frames": [{"pose": pose, **frame} for pose in poses or ({},)]})


def paper(drawn: Figure, box: tuple[float, float, float, float] = (50, 60, 200, 100)) -> str:
    """The page's drawing operators after the figure was drawn in a box."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(400, 300), invariant=True, pageCompression=0)
    draw(canvas, drawn, *box)
    canvas.save()
    return PdfReader(out).pages[0].get_contents().get_data().decode()


# -- data ----------------------------------------------------------------------------------------------------------


def test_a_figure_without_details_is_somebody_standing_upright_on_the_floor() -> None:
    (frame,) = figure().frames
    points = solve(frame.pose).points
    assert points["right_ball"][1] - 2.8 == pytest.approx(0, abs=0.3)
    assert 160 < points["head"][1] + 10 < 180


def test_data_survives_the_round_trip_with_everything_in_it() -> None:
    data = {
        "frames": [
            {
                "view": "front",
                "pose": {
                    "angles": {"neck_turn": 30},
                    "at": [1, 2, 3],
                    "pin": "right_heel",
                    "rest": ["right_heel"],
                    "height": 4,
                    "reach": {"left_hand": {"spot": ["head", 1, 2, 3], "direction": [0, 1, 0], "bend": [1, 0, 0]}},
                },
                "props": [{"kind": "band", "points": [["left_hand"], [1, 2, 3]], "front": True}],
                "arrows": [{"follow": "left_hand", "bend": 0.2, "shift": [1, 2], "double": True}],
                "moving": ["head"],
                "contacts": [["right_heel", "floor"]],
            }
        ],
        "crop": [-10, 0, 10, 50],
    }
    read = Figure.from_data(data)
    assert Figure.from_data(read.to_data()) == read
    assert read.frames[0].yaw == 90
    assert dict(read.frames[0].pose.reach)["left_hand"].spot.part == "head"


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        {"frames": []},
        {"frames": [{}] * 4},
        {"frames": ["standing"]},
        {"frames": [{"pose": {"angles": {"right_knee": 200}}}]},
        {"frames": [{"pose": {"angles": {"third_arm": 10}}}]},
        {"frames": [{"pose": {"angles": {"right_knee": True}}}]},
        {"frames": [{"pose": {"angles": {"right_knee": float("nan")}}}]},
        {"frames": [{"pose": {"reach": {"tail": {"spot": [0, 0, 0]}}}}]},
        {"frames": [{"pose": {"reach": {"right_hand": {"spot": ["tail", 0, 0, 0]}}}}]},
        {"frames": [{"props": [{"kind": "dragon"}]}]},
        {"frames": [{"view": "inside out"}]},
        {"frames": [{"dance": True}]},
        {"frames": [{}], "crop": [10, 0, -10, 50]},
    ],
)
def test_nonsense_is_refused(data: Any) -> None:
    with pytest.raises(FigureError):
        Figure.from_data(data)


def test_an_error_never_repeats_what_was_sent() -> None:
    with pytest.raises(FigureError) as caught:
        Figure.from_data({"frames": [{"props": [{"kind": "Jane Citizen"}]}]})
    assert "Jane" not in str(caught.value)


# -- bones ---------------------------------------------------------------------------------------------------------


def test_a_foot_set_on_a_spot_is_there_and_bones_keep_their_length() -> None:
    pose = {"at": [0, 70, 0], "rest": [], "reach": {"right_foot": {"spot": [20, 0, 9]}}}
    points = solve(figure(pose).frames[0].pose).points
    assert points["right_ankle"] == pytest.approx((20, 8.2, 9), abs=0.01)
    assert length(sub(points["right_hip"], points["right_knee"])) == pytest.approx(THIGH)
    assert points["right_knee"][0] > 5  # a knee bends to the front


def test_a_hand_can_follow_a_foot_that_is_itself_placed() -> None:
    reach = {
        "right_hand": {"spot": ["left_knee", 0, 8, 0], "direction": [1, 0, 0]},
        "left_foot": {"spot": [30, 40, -9]},
    }
    points = solve(figure({"angles": {"lean": 40}, "reach": reach}).frames[0].pose).points
    knee = points["left_knee"]
    assert points["right_hand"] == pytest.approx((knee[0], knee[1] + 8, knee[2]), abs=0.5)


def test_an_arm_too_short_for_its_goal_stretches_out_straight() -> None:
    pose = {"reach": {"right_hand": {"spot": [500, 120, 16], "direction": [1, 0, 0]}}}
    points = solve(figure(pose).frames[0].pose).points
    assert length(sub(points["right_shoulder"], points["right_wrist"])) == pytest.approx(UPPER_ARM + FOREARM, abs=0.1)


# -- page ----------------------------------------------------------------------------------------------------------


def test_frames_stand_side_by_side_at_one_scale() -> None:
    one, two = figure({}), figure({}, {"angles": {"right_hip": 80}})
    panels = lay_out(two)
    assert panels[0].width == panels[1].width
    assert panels[1].across > panels[0].width
    assert panels[0].up == panels[1].up == 0
    assert size(two)[0] > 2 * size(one)[0]


def test_wide_frames_stand_one_below_the_other_the_first_on_top() -> None:
    lying = {"angles": {"lean": -90}}
    one, two = figure(lying), figure(lying, lying)
    first, second = lay_out(two)
    assert first.up > second.height
    assert first.across == second.across == second.up == 0
    assert size(two)[0] == size(one)[0]
    assert size(two)[1] > 2 * size(one)[1]


def test_stacked_frames_stand_in_the_same_order_on_the_page_and_on_paper() -> None:
    lying = {"angles": {"lean": -90}}
    two = figure(lying, lying)
    first, second = ET.fromstring(to_svg(two, title="x")).findall(f"{SVG}g")
    assert float(first.get("transform").split()[1][:-1]) == pytest.approx(0, abs=0.1)
    assert float(second.get("transform").split()[1][:-1]) > lay_out(two)[0].height  # svg counts downwards
    ups = [float(line.split()[6]) for line in paper(two).splitlines() if line.startswith("q 1 0 0 1")]
    assert ups[0] > ups[1] == 0  # paper counts upwards


def test_a_hand_that_grips_makes_a_fist() -> None:
    """Fingers bent once stand off the palm; in a grip they bend again and come back to it."""

    def farthest(grip: float) -> float:
        arm = {"right_shoulder": 90, "right_elbow": 0, "right_forearm": 180, "right_grip": grip}
        (panel,) = lay_out(figure({"angles": arm}, moving=["right_hand"]))
        bounds = [path.bounds() for path in panel.paths if path.fill == MOVING[SKIN]]
        return max(b[2] for b in bounds)

    knuckles = solve(figure({"angles": {"right_shoulder": 90, "right_elbow": 0}}).frames[0].pose).points[
        "right_knuckles"
    ]
    assert farthest(0) > knuckles[0] + 8
    assert farthest(60) < knuckles[0] + 4.5


def test_the_moving_part_stands_out() -> None:
    still, moving = to_svg(figure(), title="x"), to_svg(figure(moving=["right_arm"]), title="x")
    assert "#ffb25e" in moving
    assert "#ffb25e" not in still


def test_shoulder_blades_are_seen_from_behind_only_and_glide_together() -> None:
    """They are the only open lines of a body without arrows, things or a face."""

    def edges(view: str, retract: float = 0) -> list[float]:
        (panel,) = lay_out(figure({"angles": {"retract": retract}}, view=view))
        lines = [path for path in panel.paths if path.fill is None and ("Z", ()) not in path.ops and len(path.ops) == 5]
        return sorted(path.bounds()[0] for path in lines)

    assert edges("front") == []
    left, right = edges("back")
    left_drawn, right_drawn = edges("back", 5)
    assert left < left_drawn < right_drawn < right
    assert (right - left) - (right_drawn - left_drawn) > 8  # more than the shoulders themselves


def test_svg_is_a_named_picture_whatever_the_name() -> None:
    title = 'Sit & stand <b>"slowly"</b> \x00 ngồi'
    root = ET.fromstring(to_svg(figure(), title=title))
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == 'Sit & stand <b>"slowly"</b>  ngồi'
    left, top, width, height = map(float, root.get("viewBox").split())
    assert (left, top) == (0, 0)
    assert (width, height) == pytest.approx(size(figure()), abs=0.1)


def test_svg_passes_a_strict_content_policy_and_can_stand_twice_on_a_page() -> None:
    root = ET.fromstring(to_svg(figure({}, {"angles": {"lean": 10}}), title="x"))
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {"svg", "g", "path", "title"}
        assert not {"style", "class", "id", "href"} & set(element.attrib)
        assert not any(name.startswith("on") for name in element.attrib)


def test_svg_and_paper_show_the_same_paths() -> None:
    drawn = figure({}, {"angles": {"right_knee": 60}}, moving=["right_leg"])
    paths = to_svg(drawn, title="x").count("<path")
    operators = [line.split()[-1] for line in paper(drawn).splitlines() if line.strip()]
    assert sum(op in ("B", "f", "S") for op in operators) == paths


def test_paper_keeps_the_figure_in_its_box() -> None:
    moves = [line for line in paper(figure(), (50, 60, 200, 100)).splitlines() if line.endswith(" cm")]
    placed = next(line for line in moves if not line.startswith(("q", "1 0 0 1")))
    scale_x, _, _, scale_y, x, y = map(float, placed.replace(" cm", "").split()[-6:])
    width, height = size(figure())
    assert scale_x == scale_y == pytest.approx(min(200 / width, 100 / height), rel=0.001)
    assert x == pytest.approx(50 + (200 - width * scale_x) / 2, abs=0.01)
    assert y == pytest.approx(60 + (100 - height * scale_y) / 2, abs=0.01)


def test_paper_is_the_same_every_time() -> None:
    drawn = figure({"angles": {"lean": 20}}, moving=["head"])
    first = paper(drawn)
    lay_out.cache_clear()
    assert paper(Figure.from_data(drawn.to_data())) == first


def test_the_canvas_is_left_as_it_was() -> None:
    canvas = Canvas(io.BytesIO(), pagesize=(400, 300))
    before = (canvas._fillColorObj, canvas._strokeColorObj, canvas._lineWidth, len(canvas.state_stack))
    draw(canvas, figure(), 0, 0, 100, 100)
    assert (canvas._fillColorObj, canvas._strokeColorObj, canvas._lineWidth, len(canvas.state_stack)) == before


def test_eight_figures_take_less_than_ten_milliseconds_once_known() -> None:
    figures = [figure({}, {"angles": {"lean": float(angle)}}) for angle in range(8)]
    canvas = Canvas(io.BytesIO())
    for known in figures:
        draw(canvas, known, 0, 0, 100, 100)
    best = 1.0
    for _ in range(5):
        start = time.perf_counter()
        for known in figures:
            draw(canvas, known, 0, 0, 100, 100)
        best = min(best, time.perf_counter() - start)
    assert best < 0.010
