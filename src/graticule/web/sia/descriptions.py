"""What the addresses of this door do, for the OpenAPI document."""

from __future__ import annotations

from graticule.web.openapi.model import TEXT, Answer, Door, Operation, Parameter
from graticule.web.sia.params import INTERVALS, WORDS

_VOTABLE = "application/x-votable+xml"
_TEXTS = {"type": "array", "items": TEXT}
_PARAMETERS = (
    Parameter(
        "POS",
        _TEXTS,
        "CIRCLE ra dec radius, RANGE ra1 ra2 dec1 dec2 or POLYGON ra dec …; degrees.",
    ),
    *(
        Parameter(name, _TEXTS, f"Two numbers, or one: an interval of {column}.")
        for name, column in INTERVALS.items()
    ),
    *(
        Parameter(name, _TEXTS, f"Exactly what {column} is.")
        for name, column in WORDS.items()
    ),
    Parameter("CALIB", _TEXTS, "Levels of calibration, 0 to 4."),
    Parameter("POL", _TEXTS, "Polarisation states, such as I or XX."),
    Parameter("ID", _TEXTS, "Identifiers of images."),
    Parameter("FORMAT", _TEXTS, "Media type of what access_url gives."),
    Parameter("MAXREC", TEXT, "Rows at most; 0 for the columns alone."),
    Parameter("RESPONSEFORMAT", {**TEXT, "enum": ["votable"]}, "A VOTable."),
)
_ANSWERS = (Answer(_VOTABLE, "Images, by the columns of ObsCore."),)
_XML = Answer("application/xml", "As VOSI 1.1 writes it.")

DOOR = Door(
    name="sia",
    help="Images of the sky by position, time and wavelength (SIA 2.0).",
    operations={
        "sia_query": (
            Operation("Find images of the sky", _ANSWERS, _PARAMETERS),
            Operation(
                "Find images of the sky", _ANSWERS, method="POST", form=_PARAMETERS
            ),
        ),
        "sia_capabilities": (
            Operation("Which standards are spoken, and where", (_XML,)),
        ),
        "sia_availability": (Operation("Whether it works now", (_XML,)),),
        "sia_examples": (
            Operation(
                "Searches that can be made",
                (Answer("application/xhtml+xml", "For people and programs (DALI)."),),
            ),
        ),
    },
    errors=tuple(
        Answer(kind, words, status=status)
        for status, words in (
            (400, "Something cannot be understood."),
            (401, "Nobody is logged in, and the public sees nothing."),
            (405, "Not this verb."),
            (415, "The body is no form."),
        )
        for kind in (_VOTABLE, "text/plain", "text/html", "application/json")
    ),
)
