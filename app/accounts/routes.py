"""Pages of accounts: signing up and in, and everything under My account."""

from app.accounts import (
    discount_routes,
    join_routes,
    letterhead_routes,
    member_routes,
    practice_routes,
    reset_routes,
    security_routes,
    settings_routes,
    sign_in_routes,
    sign_in_rules_routes,
    team_routes,
    two_factor_routes,
)

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
