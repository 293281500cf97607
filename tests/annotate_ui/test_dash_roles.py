"""The least role of every page of the dashboard, written down: whoever lowers one changes this table too."""

from __future__ import annotations

from .site import Site
from .test_dash_board import dash_rules, needs

LEAST = {
    "anyone": """
        login.choose login.enter login.form login.welcome
    """,
    "viewer": """
        audit.log board.board board.home downloads.download downloads.exports images.crop images.gallery
        images.one login.leave login.leave_all machine.health quality.quality review.room theme.choose
        workers.one workers.replay workers.table
    """,
    "reviewer": """
        audit.lines audit.table downloads.export review.decide review.gold workers.file workers.pause
        workers.resume workers.retrain
    """,
    "owner": """
        board.close board.pause board.start channels.act channels.add channels.close channels.hits
        channels.renew channels.reopen channels.table guidance.picture guidance.show guidance.tell
        login.accounts login.add login.link login.remove quality.under setup.begin setup.categories
        setup.create setup.drop setup.icon setup.icons setup.numbers setup.pay setup.photos setup.plans
        setup.show setup.simulate setup.simulation setup.told workers.ask workers.discard workers.refuse
    """,
}


def test_every_page_asks_for_the_role_in_the_table(site: Site) -> None:
    table = {endpoint: role for role, names in LEAST.items() for endpoint in names.split()}
    assert {endpoint: needs(site, endpoint) for _, _, endpoint in dash_rules(site)} == table
