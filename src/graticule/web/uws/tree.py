"""What lies below a service, wherever it is (contract uws 1)."""

from __future__ import annotations

from django.urls import URLPattern, re_path

from graticule.web.examples.views import examples
from graticule.web.uws import sync, views
from graticule.web.uws.children import CHILDREN
from graticule.web.vosi import views as vosi

_JOB = r"(?P<job_id>[^/]+)"
_ANY = rf"{_JOB}(?P<rest>/.*)?$"


def tree(at: str, jobs: str = "async", service: str = "") -> list[URLPattern]:
    """Give the addresses of a service: its jobs, ``sync``, what it says of itself.

    Parameters
    ----------
    at
        A pattern of the path before them, with a group ``service`` unless that is
        given.
    jobs
        What the list of jobs is called; ``uws.xml`` is the very same one.
    """
    fixed = {"service": service} if service else {}
    listed = rf"{at}/{jobs}"
    return [
        re_path(rf"{listed}$", views.job_list, fixed, name="uws_list"),
        re_path(
            rf"{listed}(?P<slash>/)$", views.job_list, fixed, name="uws_list_slash"
        ),
        re_path(rf"{listed}/{_JOB}$", views.job_tree, fixed, name="uws_job"),
        *(
            re_path(
                rf"{listed}/{_JOB}/{child}$",
                views.job_tree,
                {**fixed, "rest": f"/{child}"},
                name=f"uws_job_{child}",
            )
            for child in CHILDREN
        ),
        re_path(
            rf"{listed}/{_JOB}/parameters/(?P<name>[^/]+)$",
            views.job_value,
            fixed,
            name="uws_job_value",
        ),
        re_path(
            rf"{listed}/{_JOB}/results/(?P<key>[^/]+)$",
            views.job_result,
            fixed,
            name="uws_job_result",
        ),
        # Everything else below a job: not there, as this door says it.
        re_path(rf"{listed}/{_ANY}", views.job_tree, fixed, name="uws_job_else"),
        re_path(
            rf"{at}/uws\.xml(?P<slash>/?)$", views.job_list, fixed, name="uws_alias"
        ),
        re_path(rf"{at}/uws\.xml/{_ANY}", views.job_tree, fixed, name="uws_alias_job"),
        re_path(rf"{at}/sync$", sync.sync, fixed, name="uws_sync"),
        re_path(
            rf"{at}/availability$", vosi.availability, fixed, name="uws_availability"
        ),
        re_path(
            rf"{at}/capabilities$", vosi.capabilities, fixed, name="uws_capabilities"
        ),
        re_path(rf"{at}/examples$", examples, fixed, name="uws_examples"),
    ]
