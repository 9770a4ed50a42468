"""Questions that can be asked as they stand; the tests ask each of them."""

from __future__ import annotations

from graticule.catalog.models import Person
from graticule.web.examples.model import Example, Examples
from graticule.web.uws.places import path_of


def _example(word: str, name: str, query: str) -> Example:
    parameters = (("LANG", "ADQL"), ("QUERY", query))
    return Example(word, name, parameters, query)


EXAMPLES: tuple[Example, ...] = (
    _example(
        "around-a-point",
        "Images of the sky around a point",
        "SELECT obs_publisher_did, target_name, s_ra, s_dec, access_url\n"
        "FROM ivoa.obscore\n"
        "WHERE 1 = CONTAINS(POINT('ICRS', s_ra, s_dec),\n"
        "                   CIRCLE('ICRS', 10.68, 41.27, 1))",
    ),
    _example(
        "band-and-time",
        "Optical images since 2010, newest first",
        "SELECT TOP 100 obs_id, facility_name, t_min, em_min, em_max\n"
        "FROM ivoa.obscore\n"
        "WHERE em_min < 700e-9 AND em_max > 400e-9 AND t_min > 55197\n"
        "ORDER BY t_min DESC",
    ),
    _example(
        "largest-images",
        "The largest images",
        "SELECT TOP 20 image_id, name, size_x, size_y, pixel_type\n"
        "FROM graticule.images\n"
        "ORDER BY size_x DESC, size_y DESC",
    ),
    _example(
        "tagged",
        "Images with a tag",
        "SELECT i.image_id, i.name, a.text_value AS tag\n"
        "FROM graticule.images AS i\n"
        "JOIN graticule.image_annotations AS l ON l.image_id = i.image_id\n"
        "JOIN graticule.annotations AS a ON a.annotation_id = l.annotation_id\n"
        "WHERE a.kind = 'tag'",
    ),
    _example(
        "regions-of-each-image",
        "How many regions each image has",
        "SELECT i.image_id, i.name, COUNT(*) AS regions\n"
        "FROM graticule.images AS i\n"
        "JOIN graticule.rois AS r ON r.image_id = i.image_id\n"
        "GROUP BY i.image_id, i.name\n"
        "ORDER BY regions DESC",
    ),
    _example(
        "columns",
        "All columns there are",
        "SELECT table_name, column_name, datatype, unit, description\n"
        "FROM tap_schema.columns\n"
        "ORDER BY table_name, column_index",
    ),
)


def offered(person: Person) -> Examples:
    """Give the examples; they are the same for everybody."""
    del person
    return Examples("Examples of queries", "TAP", path_of("uws_sync", "tap"), EXAMPLES)
