"""Addresses of the room's pages."""

from django.urls import path

from gezhi.trust.oidc.urls import urlpatterns as oidc
from gezhi.trust.pages import account, importing, office, signing, units, users

urlpatterns = [
    *oidc,
    path("sign-in/", signing.sign_in, name="sign_in"),
    path("sign-in/link/<str:secret>/", signing.link, name="link"),
    path("sign-out/", signing.sign_out, name="sign_out"),
    path("account/", account.account, name="account"),
    path("account/password/", account.password, name="password"),
    path("account/language/", account.language, name="account_language"),
    path("account/sessions/others/", account.end_others, name="end_others"),
    path("account/tokens/", account.new_token, name="new_token"),
    path("account/tokens/<int:token_id>/end/", account.drop_token, name="drop_token"),
    path("office/units/", units.units, name="units"),
    path("office/units/new/", units.add, name="unit_new"),
    path("office/units/import/", importing.units, name="units_import"),
    path("office/units/<str:code>/", units.edit, name="unit"),
    path("office/units/<str:code>/close/", units.close, name="unit_close"),
    path("office/users/", users.users, name="users"),
    path("office/users/new/", users.add, name="user_new"),
    path("office/users/import/", importing.users, name="users_import"),
    path("office/users/import/posts/", importing.posts, name="posts_import"),
    path("office/users/import/posts.xlsx", importing.waiting, name="posts_waiting"),
    path("office/users/<str:username>/", users.user, name="user"),
    path("office/users/<str:username>/posts/", users.grant, name="post_grant"),
    path("office/users/<str:username>/posts/<int:holding_id>/end/", users.revoke, name="post_revoke"),
    path("office/users/<str:username>/link/", users.link, name="user_link"),
    path("office/users/<str:username>/switch/", users.switch, name="user_switch"),
    path("office/roles/", office.roles, name="roles"),
    path("office/roles/<str:code>/", office.role, name="role"),
    path("office/settings/", office.settings, name="settings"),
    path("office/ledger/", office.ledger, name="ledger"),
    path("office/ledger/verify/", office.verify, name="ledger_verify"),
    path("office/ledger/checkpoint/", office.checkpoint, name="ledger_checkpoint"),
    path("office/reveals/", office.reveals, name="reveals"),
    path("office/letters/", office.letters, name="letters"),
    path("office/letters/<int:delivery_id>/replay/", office.replay, name="replay"),
]
