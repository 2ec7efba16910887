"""Draws the body: limbs with volume, far ones darker, clothes, a face, the moving part in the accent colour."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from app.pdf.figures import colours as c
from app.pdf.figures.camera import Camera
from app.pdf.figures.head import draw_head
from app.pdf.figures.shapes import Disc, Path, capsule, hull_of_discs, smooth_line
from app.pdf.figures.skeleton import SHOULDER_HALF, Skeleton
from app.pdf.figures.vectors import Vec, angle_between, between, dot, sub

BACK_FROM = -0.6  # how far the chest must look away from the viewer for the shoulder blades to be seen
FIST_FROM = 40.0  # degrees of grip from which the hand holds something and its fingers bend twice
FAR = 5.0  # a limb this much further away than the trunk is drawn in far colours


@dataclass
class Piece:
    """Paths drawn together, and how near they are to the viewer."""

    near: float
    paths: list[Path] = field(default_factory=list)


class BodyPainter:
    """Turns one skeleton into pieces; holds what every part needs to know to be drawn."""

    def __init__(self, skeleton: Skeleton, camera: Camera, moving: Iterable[str], belly: float, close: bool) -> None:
        self.line = c.LINE * (0.45 if close else 1.0)
        self.points = skeleton.points
        self.bases = skeleton.bases
        self.camera = camera
        self.moving = set(moving)
        self.belly = belly
        self.close = close
        self.trunk_depth = camera.depth(between(self.points["pelvis"], self.points["collar"], 0.5))

    def pieces(self) -> list[Piece]:
        """All parts of the body, nearest last."""
        pieces = [self._trunk(), self._head()]
        for side in ("right", "left"):
            pieces += self._leg(side)
            pieces += self._arm(side)
        return sorted(pieces, key=lambda piece: piece.near)

    # -- helpers ---------------------------------------------------------------------------------------------------

    def _disc(self, point: Vec, radius: float) -> Disc:
        return self.camera.disc(point, radius)

    def _tone(self, near: str, far: str, is_far: bool, *parts: str) -> str:
        colour = far if is_far else near
        return c.MOVING[colour] if self.moving.intersection(parts) else colour

    def _outlined(self, outlines: Iterable[Path], fill: str) -> list[Path]:
        """Shapes of one colour run together: all lines first, then all fills."""
        shapes = list(outlines)
        if len(shapes) == 1:
            return [shapes[0].painted(fill, c.OUTLINE, self.line)]
        lines = [shape.painted(None, c.OUTLINE, self.line) for shape in shapes]
        return lines + [shape.painted(fill) for shape in shapes]

    def _patch(self, a: Vec, ra: float, b: Vec, rb: float, share: float, fill: str) -> Path:
        """Covers the seam where two segments meet: a little capsule from a joint some way along a segment."""
        inner = self.line * 0.5 + 0.05
        rm = ra + (rb - ra) * share
        return capsule(
            self._disc(a, max(ra - inner, 0.3)), self._disc(between(a, b, share), max(rm - inner, 0.3))
        ).painted(fill)

    def _is_far(self, middle: Vec, root: Vec, centre: Vec) -> bool:
        """Whether a limb hangs on the far side of the body: judged on the level, however far one looks down."""
        if self.close:
            return False
        level = Camera(self.camera.yaw, 0.0)
        return level.depth(middle) < level.depth(centre) - FAR and level.depth(root) < level.depth(centre) - 1

    # -- trunk -----------------------------------------------------------------------------------------------------

    def _levels(self) -> list[list[Disc]]:
        pelvis, waist, chest = self.bases["pelvis"], self.bases["waist"], self.bases["chest"]
        p = self.points
        rows = [
            (pelvis.point(p["pelvis"], up=-1.0), pelvis.right, 6.0, 9.3),
            (pelvis.point(p["pelvis"], up=7.0), pelvis.right, 5.6, 9.0),
            (p["waist"], waist.right, 4.6, 8.3),
            (p["chest"], chest.right, 6.6, 9.6),
            (chest.point(p["collar"], up=-6.5, forward=-0.6), chest.right, 10.0, 7.2),
        ]
        levels = [
            [self._disc(between(at, (at[0] + w[0], at[1] + w[1], at[2] + w[2]), s * half), r) for s in (1, -1)]
            for at, w, half, r in rows
        ]
        if self.belly:
            levels[2].append(self._disc(waist.point(p["waist"], forward=self.belly), 8.3))
        return levels

    def _trunk(self) -> Piece:
        hips, rim, waist, chest, top = self._levels()
        shorts = self._tone(c.SHORTS, c.SHORTS_FAR, False, "hips")
        shirt = self._tone(c.TOP, c.TOP_FAR, False, "trunk")
        skin = self._tone(c.SKIN, c.SKIN_FAR, False, "neck", "head")
        neck = capsule(self._disc(self.points["collar"], 5.4), self._disc(self.points["neck_top"], 4.6))
        paths = [neck.painted(skin, c.OUTLINE, self.line)]
        paths += self._outlined([hull_of_discs(hips + rim)], shorts)
        collar = [self._disc(self.bases["chest"].point(self.points["collar"], up=-1.0), 4.8)]
        hulls = [hull_of_discs(rim + waist), hull_of_discs(waist + chest), hull_of_discs(chest + top)]
        paths += self._outlined([*hulls, hull_of_discs(top + collar)], shirt)
        if "belly" in self.moving:
            paths.append(hulls[0].painted(c.MOVING[c.TOP]))
            paths.append(hull_of_discs(waist).painted(c.MOVING[c.TOP]))
        if self.camera.depth(self.bases["chest"].forward) < BACK_FROM:
            paths += [self._shoulder_blade(side, sign) for side, sign in (("right", 1), ("left", -1))]
        return Piece(self.trunk_depth, paths)

    def _shoulder_blade(self, side: str, sign: int) -> Path:
        """The edge of a shoulder blade under the shirt: it glides towards the spine when the shoulder is drawn back."""
        shoulder, chest = self.points[f"{side}_shoulder"], self.bases["chest"]
        drawn_in = SHOULDER_HALF - sign * dot(sub(shoulder, self.points["collar"]), chest.right)
        corners = [(2.6, -1.0, 0.0), (3.0, -8.0, 0.4), (5.2, -15.0, 1.6), (8.0, -8.0, 2.0), (8.4, 0.0, 2.0)]
        edge = [
            chest.point(shoulder, forward=-8, up=up, right=-sign * (inward + glide * drawn_in))
            for inward, up, glide in corners
        ]
        return smooth_line([self.camera.flat(point) for point in edge]).painted(None, c.OUTLINE, self.line * 0.8)

    def _head(self) -> Piece:
        near = self.camera.depth(self.points["head"])
        bias = 1.0 if near > self.trunk_depth - 25 else 0.0
        paths = draw_head(self.points["head"], self.bases["head"], self.camera, "head" in self.moving)
        return Piece(max(near, self.trunk_depth + bias) if bias else near, paths)

    # -- legs ------------------------------------------------------------------------------------------------------

    def _leg(self, side: str) -> list[Piece]:
        p, see = self.points, self.camera.depth
        hip, knee, ankle = p[f"{side}_hip"], p[f"{side}_knee"], p[f"{side}_ankle"]
        leg = f"{side}_leg"
        thigh_near = see(between(hip, knee, 0.5))
        shin_near = see(between(knee, ankle, 0.5))
        far = self._is_far(between(hip, knee, 0.9), hip, p["pelvis"])
        skin = self._tone(c.SKIN, c.SKIN_FAR, far, leg, f"{side}_thigh")
        cloth = self._tone(c.SHORTS, c.SHORTS_FAR, far, leg, f"{side}_thigh")
        lower = self._tone(c.SKIN, c.SKIN_FAR, far, leg, f"{side}_shin")
        thigh = self._outlined([capsule(self._disc(hip, 8.6), self._disc(knee, 5.6))], skin)
        hem = between(hip, knee, 0.52)
        thigh += self._outlined([capsule(self._disc(hip, 9.0), self._disc(hem, 7.9))], cloth)
        if cloth == self._tone(c.SHORTS, c.SHORTS_FAR, False, "hips") or cloth == c.MOVING[c.SHORTS]:
            thigh.append(self._patch(hip, 9.0, self.bases["pelvis"].point(p["pelvis"], up=6), 8.8, 0.9, cloth))
        calf = self.bases[f"{side}_shin"].point(between(knee, ankle, 0.27), forward=-1.2)
        shapes = [
            capsule(self._disc(knee, 5.6), self._disc(ankle, 3.6)),
            capsule(self._disc(calf, 5.3), self._disc(between(knee, ankle, 0.7), 4.2)),
        ]
        shin = self._outlined(shapes, lower)
        seam = [self._patch(knee, 5.6, hip, 8.6, 0.16, skin), self._patch(knee, 5.6, ankle, 3.6, 0.14, lower)]
        thigh_piece, shin_piece = Piece(thigh_near, thigh), Piece(shin_near, shin)
        (shin_piece if shin_near >= thigh_near else thigh_piece).paths.extend(seam)
        return [thigh_piece, shin_piece, self._foot(side, far, shin_near, lower)]

    def _foot(self, side: str, far: bool, shin_near: float, shin_fill: str) -> Piece:
        p = self.points
        base, toe_base = self.bases[f"{side}_foot"], self.bases[f"{side}_toe"]
        ankle, heel, ball, toe = (p[f"{side}_{name}"] for name in ("ankle", "heel", "ball", "toe"))
        fill = self._tone(c.SKIN, c.SKIN_FAR, far, f"{side}_leg", f"{side}_foot")

        def wide(point: Vec, half: float, radius: float) -> list[Disc]:
            return [self._disc(base.point(point, right=s * half), radius) for s in (1, -1)]

        back = [self._disc(ankle, 3.6), *wide(heel, 0.6, 3.2)]
        front = wide(ball, 2.4, 2.7)
        instep = [self._disc(base.point(ankle, forward=3.2, up=-1.0), 3.0)]
        tips = [self._disc(toe_base.point(toe, right=s * 2.6), 1.7) for s in (1, -1)]
        hulls = [hull_of_discs(back + instep + front), hull_of_discs(front + tips)]
        paths = self._outlined(hulls, fill)
        paths.append(self._patch(ankle, 3.6, p[f"{side}_knee"], 5.6, 0.1, shin_fill))
        if self.close:
            paths += self._toes(side, fill)
        near = self.camera.depth(between(heel, ball, 0.5))
        return Piece(near if abs(near - shin_near) > 3 else shin_near + 0.1, paths)

    def _toes(self, side: str, fill: str) -> list[Path]:
        ball, tip = self.points[f"{side}_ball"], self.points[f"{side}_toe"]
        base = self.bases[f"{side}_toe"]
        sign = 1 if side == "right" else -1
        paths = []
        for i, radius in enumerate((1.9, 1.4, 1.3, 1.2, 1.1)):
            across = sign * (-3.0 + i * 1.6)
            start = base.point(between(ball, tip, 0.35), right=across)
            end = base.point(tip, right=across, forward=-0.4 * i)
            paths.append((self.camera.depth(end), capsule(self._disc(start, radius), self._disc(end, radius))))
        return [path.painted(fill, c.OUTLINE, self.line * 0.7) for _, path in sorted(paths, key=lambda item: item[0])]

    # -- arms ------------------------------------------------------------------------------------------------------

    def _arm(self, side: str) -> list[Piece]:
        p, see = self.points, self.camera.depth
        shoulder, elbow, wrist = p[f"{side}_shoulder"], p[f"{side}_elbow"], p[f"{side}_wrist"]
        arm, inward = f"{side}_arm", self._inward(side)
        upper_near, fore_near = see(between(shoulder, elbow, 0.5)), see(between(elbow, wrist, 0.6))
        far = self._is_far(elbow, shoulder, p["collar"])
        skin = self._tone(c.SKIN, c.SKIN_FAR, far, arm, f"{side}_upper_arm")
        cloth = self._tone(c.TOP, c.TOP_FAR, far, arm, f"{side}_upper_arm")
        lower = self._tone(c.SKIN, c.SKIN_FAR, far, arm, f"{side}_forearm")
        upper = self._outlined([capsule(self._disc(shoulder, 5.6), self._disc(elbow, 4.0))], skin)
        hem = between(shoulder, elbow, 0.5)
        upper += self._outlined([capsule(self._disc(shoulder, 6.0), self._disc(hem, 5.3))], cloth)
        if cloth == self._tone(c.TOP, c.TOP_FAR, False, "trunk") or cloth == c.MOVING[c.TOP]:
            upper.append(self._patch(shoulder, 6.0, inward, 6.2, 1.0, cloth))
        fore = self._outlined([capsule(self._disc(elbow, 4.0), self._disc(wrist, 2.7))], lower)
        seam = [self._patch(elbow, 4.0, shoulder, 5.6, 0.16, skin), self._patch(elbow, 4.0, wrist, 2.7, 0.16, lower)]
        upper_piece, fore_piece = Piece(upper_near, upper), Piece(fore_near, fore)
        (fore_piece if fore_near >= upper_near else upper_piece).paths.extend(seam)
        hand = self._hand(side, far)
        hand.paths.append(self._patch(wrist, 2.7, elbow, 4.0, 0.1, lower))
        hand.near = max(hand.near, fore_near + 0.1)
        return [upper_piece, fore_piece, hand, *self._fingers(side, far)]

    def _inward(self, side: str) -> Vec:
        sign = 1 if side == "right" else -1
        return self.bases["chest"].point(self.points[f"{side}_shoulder"], right=-sign * 6.0, up=-1.5)

    def _hand(self, side: str, far: bool) -> Piece:
        """Palm and thumb, with the fingers as one mitten unless seen close."""
        wrist, knuckles = self.points[f"{side}_wrist"], self.points[f"{side}_knuckles"]
        base, curl = self.bases[f"{side}_hand"], self.bases[f"{side}_fingers"]
        sign = 1 if side == "right" else -1
        fill = self._hand_fill(side, far)
        palm = [self._disc(base.point(knuckles, right=s * 2.2), 1.9) for s in (1, -1)]
        thumb_root = base.point(wrist, up=-2.5, right=sign * 1.6)
        thumb_tip = base.point(wrist, up=-7.2, right=sign * 4.6, forward=2.2)
        thumb = capsule(self._disc(thumb_root, 1.7), self._disc(thumb_tip, 1.3))
        shapes = [hull_of_discs([self._disc(wrist, 2.6), *palm]), thumb]
        if not self.close:
            shapes += self._mitten(side, palm, angle_between(base.up, curl.up))
        return Piece(self.camera.depth(wrist), self._outlined(shapes, fill))

    def _mitten(self, side: str, palm: list[Disc], grip: float) -> list[Path]:
        """The fingers as one: straight on from the palm or, in a grip, bent twice into a fist."""
        curl = self.bases[f"{side}_fingers"]
        if grip < FIST_FROM:
            tips = [self._disc(curl.point(self.points[f"{side}_fingers"], right=s * 1.8), 1.4) for s in (1, -1)]
            return [hull_of_discs(palm + tips)]
        bend = curl.point(self.points[f"{side}_knuckles"], up=-4.4)
        tip = curl.lean(-grip).point(bend, up=-3.4)
        joints = [self._disc(curl.point(bend, right=s * 2.0), 1.6) for s in (1, -1)]
        tips = [self._disc(curl.point(tip, right=s * 1.8), 1.4) for s in (1, -1)]
        return [hull_of_discs(palm + joints), hull_of_discs(joints + tips)]

    def _hand_fill(self, side: str, far: bool) -> str:
        return self._tone(c.SKIN, c.SKIN_FAR, far, f"{side}_arm", f"{side}_forearm", f"{side}_hand")

    def _fingers(self, side: str, far: bool) -> list[Piece]:
        """Four fingers of three bones each, drawn one by one, when the figure is a close-up."""
        if not self.close:
            return []
        base, curl = self.bases[f"{side}_hand"], self.bases[f"{side}_fingers"]
        knuckles, fill = self.points[f"{side}_knuckles"], self._hand_fill(side, far)
        sign = 1 if side == "right" else -1
        second = curl.lean(-angle_between(base.up, curl.up) * 1.1)
        pieces = []
        for i, long in enumerate((0.86, 1.0, 0.95, 0.75)):
            root = base.point(knuckles, right=sign * (2.4 - 1.6 * i))
            bend = curl.point(root, up=-4.6 * long)
            tip = second.point(bend, up=-3.6 * long)
            bones = [
                capsule(self._disc(root, 1.15), self._disc(bend, 1.05)),
                capsule(self._disc(bend, 1.05), self._disc(tip, 0.95)),
            ]
            paths = self._outlined(bones, fill)
            paths.append(self._patch(root, 1.15, base.point(root, up=2.0), 1.15, 1.0, fill))
            pieces.append(Piece(self.camera.depth(between(bend, tip, 0.5)), paths))
        return pieces
