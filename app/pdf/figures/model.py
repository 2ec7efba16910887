"""What a figure is made of: plain, frozen data that a program version can store and read back years later."""

from dataclasses import dataclass

from app.pdf.figures.vectors import Vec


class FigureError(ValueError):
    """The data does not describe a figure; the message names the field, never its text."""


@dataclass(frozen=True)
class Spot:
    """A place: a named point of the body (or none: the room's origin) plus an offset in centimetres (x, y, z)."""

    part: str = ""
    offset: Vec = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Reach:
    """Where a hand or foot goes; the limb bends to bring it there.

    `direction` is where fingers point (hands). `palm` is where the palm looks, `bend` where
    elbow or knee points. `by` names what of the foot is at `spot`: sole, heel, ball, or the ankle's centre (then
    the foot follows the shin); `pitch` lifts the heel, `yaw` turns the toes to the person's left.
    """

    spot: Spot
    direction: Vec | None = None
    bend: Vec | None = None
    palm: Vec | None = None
    by: str = "sole"
    pitch: float = 0.0
    yaw: float = 0.0


@dataclass(frozen=True)
class Pose:
    """Joint angles (degrees, see joints.RANGES), where the body rests, and which hands and feet reach for what.

    `at` places the point named by `pin`; its height counts only when `rest` is empty. Otherwise the lowest of the
    points named by `rest` ("lowest": of all) is brought down to `height`.
    """

    angles: tuple[tuple[str, float], ...] = ()
    at: Vec = (0.0, 0.0, 0.0)
    pin: str = "pelvis"
    rest: tuple[str, ...] = ("lowest",)
    height: float = 0.0
    reach: tuple[tuple[str, Reach], ...] = ()


@dataclass(frozen=True)
class Prop:
    """A thing in the picture: `kind` of PROP_KINDS, standing at `at` with its size (x, y, z), or along `points`."""

    kind: str
    at: Spot = Spot()
    size: Vec = (0.0, 0.0, 0.0)
    points: tuple[Spot, ...] = ()
    turn: float = 0.0
    front: bool = False


@dataclass(frozen=True)
class Arrow:
    """A movement arrow from one spot to another, bulging by `bend` of its length; both heads if `double`.

    With `follow`, it runs from where that body point was in the frame before to where it is now. `shift` moves the
    whole arrow on the page (right, up).
    """

    start: Spot = Spot()
    end: Spot = Spot()
    follow: str = ""
    bend: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    double: bool = False


@dataclass(frozen=True)
class Frame:
    """One picture: a pose seen from `yaw` (0 side, 90 front) and `pitch` (looking down), with props and arrows."""

    pose: Pose = Pose()
    yaw: float = 0.0
    pitch: float = 8.0
    props: tuple[Prop, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    moving: tuple[str, ...] = ()
    contacts: tuple[tuple[str, str], ...] = ()
