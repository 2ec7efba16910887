"""Pages of accounts: signing up and in, and everything under My account."""

from app.accounts.colleagues import join_routes, member_routes, team_routes
from app.accounts.connecting import settings_routes
from app.accounts.practices import discount_routes, letterhead_routes, practice_routes
from app.accounts.security import reset_routes, security_routes, two_factor_routes
from app.accounts.signing_in import sign_in_routes, sign_in_rules_routes

ROUTERS = (
    sign_in_routes.router,
    settings_routes.router,
    team_routes.router,
    member_routes.router,
    letterhead_routes.router,
    practice_routes.router,
    discount_routes.router,
    join_routes.router,
    reset_routes.router,
    security_routes.router,
    two_factor_routes.router,
    sign_in_rules_routes.router,
)
