"""Addresses of the clinic app, in its namespace."""

from django.urls import path

from clinic.views import demo, settings, shortcuts

app_name = "clinic"
urlpatterns = [
    path("staff/theme/", settings.theme, name="theme"),
    path("staff/shortcuts/", shortcuts.shortcuts, name="shortcuts"),
    path("demo/mail/", demo.mail, name="demo_mail"),
    path("c/<slug:clinic>/settings/", settings.settings, name="settings"),
    path("c/<slug:clinic>/settings/clinic/", settings.details, name="details"),
    path("c/<slug:clinic>/settings/people/new/", settings.person_new, name="person_new"),
    path("c/<slug:clinic>/audit/", settings.audit, name="audit"),
]
