"""Addresses of the patients app."""

from django.urls import path

from patients.views import access, registry

app_name = "patients"
urlpatterns = [
    path("c/<slug:clinic>/patients/", registry.patients, name="list"),
    path("c/<slug:clinic>/patients/new/", registry.new, name="new"),
    path("c/<slug:clinic>/patients/<uuid:patient>/edit/", registry.edit, name="edit"),
    path("c/<slug:clinic>/patients/<uuid:patient>/access/", registry.access, name="access"),
    path("my/", access.mine, name="mine"),
    path("my/sign-in/", access.sign_in, name="sign_in"),
    path("my/code/", access.code, name="code"),
    path("my/sign-out/", access.sign_out, name="sign_out"),
    path("my/<uuid:patient>/confirm/", access.confirm, name="confirm"),
]
