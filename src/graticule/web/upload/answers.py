"""What this door answers: headers of the protocol, JSON of sets; knows no table."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import http_date

from graticule.catalog.models import UploadFile, UploadSet
from graticule.jobs.models import Job
from graticule.services.uploading.arriving import received
from graticule.services.uploading.pieces import CHECKSUMS
from graticule.services.uploading.sets import expiry
from graticule.web.upload.params import VERSION

EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"


def spoken(answer: HttpResponse) -> HttpResponse:
    """Say which version the answer is in."""
    answer["Tus-Resumable"] = VERSION
    return answer


def abilities() -> HttpResponse:
    """Say what this server can do (tus "OPTIONS")."""
    answer = HttpResponse(status=204)
    answer["Tus-Version"] = VERSION
    answer["Tus-Extension"] = EXTENSIONS
    answer["Tus-Max-Size"] = str(settings.GRATICULE["max_image_upload_bytes"])
    answer["Tus-Checksum-Algorithm"] = ",".join(CHECKSUMS)
    return answer


def created(file: UploadFile, offset: int) -> HttpResponse:
    """Say where a new file is sent to."""
    answer = HttpResponse(status=201)
    answer["Location"] = file_address(file)
    answer["Upload-Offset"] = str(offset)
    return _expiring(answer, file.set)


def progress(file: UploadFile) -> HttpResponse:
    """Say how much of a file is here (tus "HEAD")."""
    answer = HttpResponse()
    answer["Upload-Offset"] = str(received(file))
    answer["Upload-Length"] = str(file.size_bytes)
    if file.metadata:
        answer["Upload-Metadata"] = file.metadata
    answer["Cache-Control"] = "no-store"
    return _expiring(answer, file.set)


def appended(file: UploadFile, offset: int) -> HttpResponse:
    """Say where to go on."""
    answer = HttpResponse(status=204)
    answer["Upload-Offset"] = str(offset)
    return _expiring(answer, file.set)


def _expiring(answer: HttpResponse, upload: UploadSet) -> HttpResponse:
    if upload.arrived is None:
        answer["Upload-Expires"] = http_date(expiry(upload).timestamp())
    return answer


def file_address(file: UploadFile) -> str:
    """Give the address of a file."""
    return reverse("upload_file", args=[file.pk])


def set_answer(upload: UploadSet) -> dict[str, Any]:
    """Describe a set: what of it is here, and where the rest is sent to."""
    return {
        "id": upload.pk,
        "url": reverse("upload_set", args=[upload.pk]),
        "dataset": upload.dataset_id,
        "files": upload.files,
        "size": upload.size_bytes,
        "arrived": upload.arrived is not None,
        "begun": [
            {
                "path": file.path,
                "size": file.size_bytes,
                "offset": received(file),
                "url": file_address(file),
            }
            for file in upload.rows.all()
        ],
    }


def finished(job: Job) -> dict[str, Any]:
    """Say which job makes the images."""
    return {
        "job": job.pk,
        "url": reverse("uws_job", args=[job.service, job.pk]),
        "result": reverse("uws_job_result", args=[job.service, job.pk, "report"]),
    }
