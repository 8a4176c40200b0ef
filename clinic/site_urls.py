"""Addresses of the clinic app, in its namespace."""

from django.urls import path

from clinic.views import demo, settings

app_name = "clinic"
urlpatterns = [
    path("staff/theme/", settings.theme, name="theme"),
    path("demo/mail/", demo.mail, name="demo_mail"),
    path("c/<slug:clinic>/settings/", settings.settings, name="settings"),
    path("c/<slug:clinic>/audit/", settings.audit, name="audit"),
]
