"""Addresses of login and logout, where OMERO's clients look for them."""

from __future__ import annotations

from django.urls import path

from graticule.web.login import views

urlpatterns = [
    path("webclient/login/", views.log_in, name="login"),
    path("webclient/logout/", views.log_out, name="logout"),
    path("login/<str:secret>/", views.log_in_by_link, name="login_link"),
]
