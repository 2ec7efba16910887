"""Who may do what with whose client: every combination, in the pure rule and in the database's own words."""

import asyncio
import itertools
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.access import Member
from app.accounts.models import Access, Membership, Practice, Practitioner, Role, SharedColleague, SharingRule
from app.clients.models import Client, ClientGrant, ClientLink
from app.clients.queries import find_known_patient, get_client_and_access, list_clients
from app.clients.sharing import Asker, Grant, Owner, Rule, Standing, by_rule, carried_over, decide, end_of, last_day
from app.clients.visibility import access_to, visible_owners
from app.db import make_engine, make_sessions
from app.errors import NotFoundError

NOW = datetime.now(UTC)
BEFORE, AFTER = NOW - timedelta(minutes=1), NOW + timedelta(days=1)
NONE, VIEW, EDIT = Access.NONE, Access.VIEW, Access.EDIT
NOBODY, PRACTICE, CHOSEN = SharingRule

OWN = [None, *(Rule(whom, access) for whom in SharingRule for access in (VIEW, EDIT))]
OF_PRACTICE = [Rule(whom, access) for whom in (NOBODY, PRACTICE) for access in (VIEW, EDIT)]
GRANTS = [None, *(Grant(access, ends_at) for access in Access for ends_at in (None, BEFORE, AFTER))]

ANY = object()
# member, owner, what is said of just them, the owner's own rule, the practice's, chosen: what they may do. A grant that
# has ended is none ("-"); of a rule "whom:access". Each combination fits one line.
TABLE: list[tuple[Any, Any, Any, Any, Any, Any, Access]] = [
    (False, ANY, ANY, ANY, ANY, ANY, NONE),
    (True, True, ANY, ANY, ANY, ANY, EDIT),
    (True, False, "none", ANY, ANY, ANY, NONE),
    (True, False, "view", ANY, ANY, ANY, VIEW),
    (True, False, "edit", ANY, ANY, ANY, EDIT),
    (True, False, "-", "practice:view", ANY, ANY, VIEW),
    (True, False, "-", "practice:edit", ANY, ANY, EDIT),
    (True, False, "-", "chosen:view", ANY, True, VIEW),
    (True, False, "-", "chosen:edit", ANY, True, EDIT),
    (True, False, "-", "chosen:view", ANY, False, NONE),
    (True, False, "-", "chosen:edit", ANY, False, NONE),
    (True, False, "-", "nobody:view", ANY, ANY, NONE),
    (True, False, "-", "nobody:edit", ANY, ANY, NONE),
    (True, False, "-", "-", "nobody:view", ANY, NONE),
    (True, False, "-", "-", "nobody:edit", ANY, NONE),
    (True, False, "-", "-", "practice:view", ANY, VIEW),
    (True, False, "-", "-", "practice:edit", ANY, EDIT),
]


def word(rule: Rule | None) -> str:
    return f"{rule.whom.value}:{rule.access.value}" if rule else "-"


def expected(*case: Any) -> Access:
    fitting = [
        row[-1] for row in TABLE if all(cell in (ANY, value) for cell, value in zip(row[:-1], case, strict=True))
    ]
    assert len(fitting) == 1, case
    return fitting[0]


def said(grant: Grant | None) -> str:
    return "-" if grant is None or grant.ends_at == BEFORE else grant.access.value


def test_the_rule_is_its_truth_table() -> None:
    yes_no = (True, False)
    cases = itertools.product(yes_no, yes_no, GRANTS, OWN, OF_PRACTICE, yes_no)
    for is_member, is_owner, grant, own, of_practice, is_chosen in cases:
        asker, owner = Asker(is_member, is_owner, is_chosen), Owner(own, of_practice)
        wanted = expected(is_member, is_owner, said(grant), word(own), word(of_practice), is_chosen)
        assert decide(asker, owner, grant, NOW) is wanted, (asker, owner, grant)


def test_a_grant_ends_with_the_moment_it_names() -> None:
    grant = Grant(VIEW, NOW)
    assert grant.holds(NOW - timedelta(microseconds=1)) and not grant.holds(NOW)


@pytest.mark.parametrize(
    ("zone", "ends_at"),
    [
        ("Australia/Sydney", datetime(2026, 11, 26, 13, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 11, 27, 8, tzinfo=UTC)),
        (None, datetime(2026, 11, 27, tzinfo=UTC)),
    ],
)
def test_the_last_day_counts_whole_where_the_practice_is(zone: str | None, ends_at: datetime) -> None:
    day = date(2026, 11, 26)
    assert end_of(day, zone) == ends_at
    assert last_day(ends_at, zone) == day


def test_the_last_day_counts_whole_when_the_clocks_change() -> None:
    for day in (date(2026, 4, 5), date(2026, 10, 4)):
        assert last_day(end_of(day, "Australia/Sydney"), "Australia/Sydney") == day
    assert end_of(date(2026, 4, 5), "Australia/Sydney") - end_of(date(2026, 4, 4), "Australia/Sydney") == timedelta(
        hours=25
    )


def standing(access: Access, grant: Grant | None = None) -> Standing:
    """Of a member who may do this by the owner's rule, unless something is said of them."""
    rule = Rule(NOBODY if access is NONE else PRACTICE, EDIT if access is NONE else access)
    return Standing(Asker(), Owner(rule), grant)


@pytest.mark.parametrize(
    ("ours", "theirs", "carried"),
    [
        (standing(NONE), standing(EDIT), Grant(EDIT)),
        (standing(NONE), standing(VIEW), Grant(VIEW)),
        (standing(VIEW), standing(EDIT), Grant(EDIT)),
        (standing(EDIT), standing(VIEW), None),
        (standing(NONE), standing(NONE), None),
        (standing(NONE), standing(NONE, Grant(VIEW, AFTER)), Grant(VIEW, AFTER)),
        (standing(NONE), standing(NONE, Grant(VIEW, BEFORE)), None),
        (standing(EDIT), standing(EDIT, Grant(NONE)), Grant(NONE)),
        (standing(EDIT), standing(EDIT, Grant(NONE, BEFORE)), None),
        (standing(NONE), standing(NONE, Grant(NONE)), Grant(NONE)),
        (standing(NONE, Grant(EDIT)), standing(NONE, Grant(NONE, AFTER)), Grant(NONE, AFTER)),
        (standing(EDIT, Grant(NONE)), standing(EDIT), None),
        (standing(EDIT, Grant(NONE)), standing(EDIT, Grant(NONE, AFTER)), None),
        (standing(EDIT, Grant(NONE, AFTER)), standing(EDIT, Grant(NONE)), Grant(NONE)),
        (standing(EDIT, Grant(NONE)), standing(EDIT, Grant(EDIT)), None),
    ],
)
def test_combining_takes_sight_from_nobody_but_who_was_excepted_by_name(
    ours: Standing, theirs: Standing, carried: Grant | None
) -> None:
    assert carried_over(ours, theirs, NOW) == carried


class World:
    """A practice with an asker and a client for every combination of rules and grants, straight in the database."""

    def __init__(self, session: Session, of_practice: Rule) -> None:
        self.session = session
        self.practice = Practice(
            name="Rules", country="AU", sharing_rule=of_practice.whom, sharing_access=of_practice.access
        )
        session.add(self.practice)
        session.flush()
        self.asker = self.add_member(None)
        self.wanted: dict[uuid.UUID, Access] = {}
        self.patients: dict[uuid.UUID, str] = {}
        for own, is_chosen in itertools.product(OWN, (True, False)):
            owner = self.add_member(own)
            if is_chosen:
                session.add(SharedColleague(owner_id=owner.id, colleague_id=self.asker.id))
            for grant in GRANTS:
                wanted = expected(True, False, said(grant), word(own), word(of_practice), is_chosen)
                assert wanted is decide(Asker(is_chosen=is_chosen), Owner(own, of_practice), grant, NOW)
                self.add_client(owner, grant, wanted)
        for grant in GRANTS:
            self.add_client(self.asker, grant, EDIT)

    def add_member(self, own: Rule | None) -> Membership:
        person = Practitioner(name="Rae Lin", email=f"{uuid.uuid4()}@rules.example", password_hash="x")
        self.session.add(person)
        self.session.flush()
        rule = own or Rule()
        member = Membership(
            practice_id=self.practice.id,
            practitioner_id=person.id,
            role=Role.PRACTITIONER,
            sharing_rule=rule.whom,
            sharing_access=rule.access,
            sharing_chosen_at=NOW if own else None,
        )
        self.session.add(member)
        self.session.flush()
        return member

    def add_client(self, owner: Membership, grant: Grant | None, wanted: Access) -> None:
        id_, patient_id = uuid.uuid4(), str(uuid.uuid4().int)[:18]
        empty = sa.func.array_to_tsvector(sa.cast([], sa.ARRAY(sa.Text)))
        self.session.add(
            Client(id=id_, practice_id=self.practice.id, owner_id=owner.id, refreshed_at=NOW, search=empty)
        )
        self.session.flush()
        self.session.add(
            ClientLink(practice_id=self.practice.id, client_id=id_, patient_id=patient_id, is_current=True)
        )
        if grant:
            self.session.add(
                ClientGrant(
                    client_id=id_, membership_id=self.asker.id, access=grant.access, ends_at=grant.ends_at, given_at=NOW
                )
            )
        self.wanted[id_], self.patients[id_] = wanted, patient_id

    @property
    def member(self) -> Member:
        return Member(
            session_id=uuid.uuid4(),
            practitioner_id=self.asker.practitioner_id,
            membership_id=self.asker.id,
            practice_id=self.practice.id,
            role=Role.PRACTITIONER,
            name="Rae Lin",
            email="",
            practice_name="Rules",
            practices=(),
        )


@pytest.fixture
def worlds(database: sa.Engine) -> Iterator[list[World]]:
    with Session(database, expire_on_commit=False) as session, session.begin():
        made = [World(session, of_practice) for of_practice in OF_PRACTICE]
        for world, other in itertools.pairwise(made):  # a grant across practices lets nobody in
            stray = ClientGrant(membership_id=world.asker.id, access=EDIT, given_at=NOW, client_id=min(other.wanted))
            session.add(stray)
    yield made


def test_the_database_decides_as_the_rule_does(worlds: list[World], database_url: str) -> None:
    asyncio.run(_compare(worlds, database_url))


async def _compare(worlds: list[World], database_url: str) -> None:
    engine = make_engine(database_url)
    everywhere = {id_: NONE for world in worlds for id_ in world.wanted}
    async with make_sessions(engine)() as session:
        for world in worlds:
            member, wanted = world.member, everywhere | world.wanted
            owned = sa.select(Client.id, access_to(member)).join(Membership, Membership.id == Client.owner_id)
            found = await session.execute(owned.where(Client.id.in_(wanted)))
            assert {id_: Access(access) for id_, access in found} == wanted
            visible = await visible_owners(session, member)
            rows = await session.execute(sa.select(Client.id, Client.owner_id).where(visible.condition))
            listed = {id_: visible.access(client_id=id_, owner_id=owner_id) for id_, owner_id in rows}
            assert listed == {id_: access for id_, access in wanted.items() if access is not NONE}
            first = await list_clients(session, member)
            assert {row.id: VIEW if row.is_view_only else EDIT for row in first.rows}.items() <= wanted.items()
        # By one client at a time: the click's query, and what every page begins with.
        world = worlds[-1]
        for id_, access in world.wanted.items():
            known = await find_known_patient(session, world.member, world.patients[id_])
            assert known is not None and known.is_visible is (access is not NONE)
            try:
                assert (await get_client_and_access(session, world.member, id_))[1] is access
            except NotFoundError:
                assert access is NONE
    await engine.dispose()


def test_a_rule_alone_lets_nobody_else_do_anything_where_it_names_nobody() -> None:
    assert by_rule(Rule(NOBODY, EDIT), is_chosen=True) is NONE
