"""What every object has: type, id, details, units (contract json-api 4)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graticule.catalog.access import Rights, Verb
from graticule.catalog.models import Group, Person
from graticule.catalog.models.owned import Owned
from graticule.catalog.models.people import PUBLIC
from graticule.web.api.addresses import Addresses

SCHEMA = "http://www.openmicroscopy.org/Schemas/OME/2016-06"
Json = dict[str, Any]

_VERBS = {
    "canAnnotate": Verb.ANNOTATE,
    "canDelete": Verb.DELETE,
    "canEdit": Verb.EDIT,
    "canLink": Verb.LINK,
}
_NOBODYS = "------"


@dataclass(frozen=True, slots=True)
class Answering:
    """For whom objects are written: their rights, and addresses as they asked."""

    rights: Rights
    addresses: Addresses

    @property
    def knows_mail(self) -> bool:
        """Whether mail addresses are told: to those only who have logged in."""
        person = self.rights.person
        return person is not None and person.username != PUBLIC

    def base(self, name: str, thing: Owned) -> Json:
        """Write type, id and details of an owned thing."""
        return {**typed(name, thing.pk), "omero:details": self.details(thing)}

    def details(self, thing: Owned) -> Json:
        """Write who owns a thing, its group, and what may be done to it."""
        allowed = {key: self.rights.may(verb, thing) for key, verb in _VERBS.items()}
        return {
            "@type": "TBD#Details",
            "owner": self.experimenter(thing.owner),
            "group": self.experimenter_group(thing.group),
            "permissions": permissions(thing.group.permissions, allowed),
        }

    def experimenter(self, person: Person) -> Json:
        """Write a person."""
        return {
            **typed("Experimenter", person.pk),
            "UserName": person.username,
            **said(
                FirstName=person.first_name,
                MiddleName=person.middle_name,
                LastName=person.last_name,
                Email=person.email if self.knows_mail else None,
                Institution=person.institution,
            ),
            "omero:details": only_permissions(_NOBODYS),
        }

    def experimenter_group(self, group: Group) -> Json:
        """Write a group."""
        return {
            **typed("ExperimenterGroup", group.pk),
            "Name": group.name,
            **said(Description=group.description),
            "omero:details": only_permissions(group.permissions),
        }


def typed(name: str, thing_id: int | None = None) -> Json:
    """Write the type of the OME schema, and the id if there is one."""
    answer: Json = {"@type": f"{SCHEMA}#{name}"}
    return answer if thing_id is None else {**answer, "@id": thing_id}


def said(**fields: Any) -> Json:
    """Keep the fields that are set; empty texts are not."""
    return {
        key: value for key, value in fields.items() if value is not None and value != ""
    }


def bare_details() -> Json:
    """Write the details of what has no owner of its own."""
    return {"@type": "TBD#Details"}


def only_permissions(level: str) -> Json:
    """Write the details of people and groups: nobody changes them here."""
    return {**bare_details(), "permissions": permissions(level, {})}


def permissions(level: str, allowed: dict[str, bool]) -> Json:
    """Write a level, letter by letter, and what may be done."""
    return {
        "@type": "TBD#Permissions",
        "perm": level,
        **{key: allowed.get(key, False) for key in _VERBS},
        "isWorldWrite": level[5] == "w",
        "isWorldRead": level[4] == "r",
        "isGroupWrite": level[3] == "w",
        "isGroupRead": level[2] == "r",
        "isGroupAnnotate": level[3] in "aw",
        "isUserWrite": level[1] == "w",
        "isUserRead": level[0] == "r",
    }


_SYMBOLS = {
    "MICROMETER": "µm",
    "NANOMETER": "nm",
    "SECOND": "s",
    "PIXEL": "pixel",
    "POINT": "pt",
}


def quantity(value: float | None, unit: str, kind: str = "Length") -> Json | None:
    """Write a quantity with its unit; nothing for what is no finite number."""
    if value is None or not math.isfinite(value):
        return None
    return {
        "@type": f"TBD#{kind}I",
        "Unit": unit,
        "Symbol": _SYMBOLS[unit],
        "Value": float(value),
    }


def milliseconds(moment: datetime | None) -> int | None:
    """Write a moment as milliseconds since 1970."""
    return None if moment is None else round(moment.timestamp() * 1000)


# The numbers of values are their places in these lists, from 1, for ever.
_ENUMERATIONS = {
    "PixelsType": "bit int8 int16 int32 uint8 uint16 uint32 float double",
    "ContrastMethod": "Brightfield Phase DIC HoffmanModulation ObliqueIllumination "
    "PolarizedLight Darkfield Fluorescence Other",
    "Illumination": "Transmitted Epifluorescence Oblique NonLinear Other",
    "AcquisitionMode": "WideField LaserScanningConfocalMicroscopy SpinningDiskConfocal "
    "SlitScanConfocal MultiPhotonMicroscopy StructuredIllumination "
    "SingleMoleculeImaging TotalInternalReflection FluorescenceLifetime "
    "SpectralImaging FluorescenceCorrelationSpectroscopy "
    "NearFieldScanningOpticalMicroscopy SecondHarmonicGenerationImaging PALM STORM "
    "STED TIRF FSM LCM Other BrightField SweptFieldConfocal SPIM",
}
_NUMBERS = {
    kind: {value: number for number, value in enumerate(values.split(), 1)}
    for kind, values in _ENUMERATIONS.items()
}


def enumerated(kind: str, value: object) -> Json | None:
    """Write a value of an enumeration; nothing for what is none of its values."""
    number = _NUMBERS[kind].get(value) if isinstance(value, str) else None
    if number is None:
        return None
    return {
        "@type": f"TBD#{kind}",
        "@id": number,
        "omero:details": bare_details(),
        "value": value,
    }
