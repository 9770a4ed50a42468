"""What uploads are, for the OpenAPI document; the protocol itself is at tus.io."""

from __future__ import annotations

from graticule.web.openapi.model import Answer, Door, Operation

_ANNOUNCED = {
    "type": "object",
    "required": ["dataset", "files", "size", "key"],
    "additionalProperties": False,
    "properties": {
        "dataset": {"type": "integer", "minimum": 1},
        "files": {"type": "integer", "minimum": 1, "description": "How many."},
        "size": {"type": "integer", "minimum": 0, "description": "Bytes in all."},
        "key": {
            "type": "string",
            "pattern": "^[!-~]+$",
            "maxLength": 128,
            "description": "By which an upload that stopped is found again.",
        },
    },
}
_SET = Answer("application/json", "The set, and what of it is here.", "upload/set")

DOOR = Door(
    name="upload",
    help="Files into datasets, by tus 1.0 (https://tus.io): creation, creation with "
    "upload, termination, expiration, checksum. Upload-Metadata names the file "
    "(filename or relativePath) and its dataset or set; a file without a set becomes "
    "images by itself. Pieces are sent by PATCH, and HEAD says where to go on.",
    operations={
        "uploads": (
            Operation(
                "Begin a file, with its first bytes perhaps (tus creation)",
                (Answer("", "Location says where the bytes go.", status=201),),
                method="POST",
            ),
        ),
        "upload_file": (
            Operation(
                "Forget a file (tus termination)",
                (Answer("", "It is gone.", status=204),),
                method="DELETE",
            ),
        ),
        "upload_sets": (
            Operation(
                "Announce files that belong together, or find them again",
                (_SET,),
                method="POST",
                body=_ANNOUNCED,
            ),
        ),
        "upload_set": (
            Operation("What of a set is here", (_SET,)),
            Operation(
                "Remove a set that no image shows",
                (Answer("", "It is gone.", status=204),),
                method="DELETE",
            ),
        ),
        "upload_finish": (
            Operation(
                "Have images made of a set that is here",
                (Answer("application/json", "The job that does it.", "upload/job"),),
                method="POST",
            ),
        ),
    },
    path_parameters={"upload_id": "The file.", "set_id": "The set."},
    errors=(
        Answer("application/json", "It makes no sense.", "upload/error", 400),
        Answer("application/json", "Nobody is logged in.", "upload/error", 401),
        Answer("application/json", "You may not put it there.", "upload/error", 403),
        Answer("application/json", "Not there, or not yours.", "upload/error", 404),
        Answer("application/json", "Not whole, or elsewhere.", "upload/error", 409),
        Answer("application/json", "Too large.", "upload/error", 413),
        Answer("application/json", "Come again later.", "upload/error", 503),
        Answer("application/json", "There is no room.", "upload/error", 507),
    ),
)
