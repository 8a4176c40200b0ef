"""Every address of the product. The rights of each stand in clinic/rules/pages.py."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.usersessions import views as sessions
from django.urls import include, path, re_path
from django.views.i18n import set_language

from clinic.views import home

handler403 = "clinic.views.home.refused"
handler404 = "clinic.views.home.not_found"
handler500 = "clinic.views.home.failed"

staff_account = [
    path("sign-in/", account.login, name="account_login"),
    path("sign-out/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("sessions/", sessions.list_usersessions, name="usersessions_list"),
    path("second-factor/", mfa.index, name="mfa_index"),
    path("second-factor/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("second-factor/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/app/activate/", totp.activate_totp, name="mfa_activate_totp"),
    path("second-factor/app/deactivate/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second-factor/recovery/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "second-factor/recovery/generate/",
        recovery.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("health/", home.health, name="health"),
    path("language/", set_language, name="set_language"),
    path("staff/", include(staff_account)),
    path("", include("clinic.site_urls")),
    path("", include("patients.urls")),
    path("", include("plans.urls")),
]
