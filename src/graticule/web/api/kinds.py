"""Which objects there are, by the names of their lists (contract json-api 3).

Knows no view and no table.
"""

from __future__ import annotations

# Name of a list → kind of its objects.
LISTS = {
    "projects": "Project",
    "datasets": "Dataset",
    "images": "Image",
    "screens": "Screen",
    "plates": "Plate",
    "wells": "Well",
    "rois": "Roi",
    "shapes": "Shape",
    "experimenters": "Experimenter",
    "experimentergroups": "ExperimenterGroup",
}
SINGLE = {**LISTS, "plateacquisitions": "PlateAcquisition"}

# Lists within one object: its list, the children's list.
WITHIN = (
    ("projects", "datasets"),
    ("images", "datasets"),
    ("datasets", "projects"),
    ("datasets", "images"),
    ("plates", "screens"),
    ("screens", "plates"),
    ("wells", "plates"),
    ("plates", "plateacquisitions"),
    ("plates", "wells"),
    ("plateacquisitions", "wells"),
    ("images", "rois"),
    ("experimentergroups", "experimenters"),
    ("experimenters", "experimentergroups"),
)
