"""The tables, one subject a file; import them from here."""

from graticule.catalog.models.annotations import Annotation, AnnotationLink
from graticule.catalog.models.containers import Dataset, Project
from graticule.catalog.models.deleted import DeletedSource
from graticule.catalog.models.files import (
    Fileset,
    Folder,
    OriginalFile,
    ScanProblem,
)
from graticule.catalog.models.images import Channel, Image, PlaneTimes
from graticule.catalog.models.login_attempts import LoginAttempt
from graticule.catalog.models.notifications import (
    Notification,
    NotificationChoice,
)
from graticule.catalog.models.observations import Observation
from graticule.catalog.models.organised import OrganisedChange
from graticule.catalog.models.people import Group, Membership, Permissions, Person
from graticule.catalog.models.plates import (
    Plate,
    PlateAcquisition,
    Screen,
    Well,
    WellSample,
)
from graticule.catalog.models.published import PublishedChange
from graticule.catalog.models.renderings import RenderingSettings
from graticule.catalog.models.rois import Roi, Shape
from graticule.catalog.models.search import SearchChange, SearchWord
from graticule.catalog.models.shares import Share
from graticule.catalog.models.tokens import LoginLink, Token
from graticule.catalog.models.uploads import UploadFile, UploadSet
from graticule.catalog.models.versions import CatalogVersion

__all__ = [
    "Annotation",
    "AnnotationLink",
    "CatalogVersion",
    "Channel",
    "Dataset",
    "DeletedSource",
    "Fileset",
    "Folder",
    "Group",
    "Image",
    "LoginAttempt",
    "LoginLink",
    "Membership",
    "Notification",
    "NotificationChoice",
    "Observation",
    "OrganisedChange",
    "OriginalFile",
    "Permissions",
    "Person",
    "PlaneTimes",
    "Plate",
    "PlateAcquisition",
    "Project",
    "PublishedChange",
    "RenderingSettings",
    "Roi",
    "ScanProblem",
    "Screen",
    "SearchChange",
    "SearchWord",
    "Shape",
    "Share",
    "Token",
    "UploadFile",
    "UploadSet",
    "Well",
    "WellSample",
]
