"""The record for registries, valid against VOResource and VODataService."""

from lxml import etree
from tests.web.uws.documents import said
from tests.web.vosi.schemas import XSI, schema

RECORD = "/registry/record.xml"
VS = "{http://www.ivoa.net/xml/VODataService/v1.1}"


def record(client):
    answer = client.get(RECORD)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/xml"
    root = etree.fromstring(answer.content)
    assert root.get(f"{XSI}type") == "vs:CatalogService"
    # Registries name the element; the type is the schema's.
    schema().maps.types[f"{VS}CatalogService"].validate(root)
    return root


def test_it_says_what_the_settings_say(client, configured):
    configured(
        ivoid="ivo://observatory.example/plates",
        registry_title="Plates & prints",
        registry_publisher="The Observatory",
        registry_contact="Caroline",
        registry_email="caroline@observatory.example",
        registry_description="Scans of photographic plates.",
        registry_subjects=("photographic-plates", "astrometry"),
    )
    root = record(client)
    told = {
        path: [each.text for each in root.findall(path)]
        for path in (
            "title",
            "identifier",
            "curation/publisher",
            "curation/contact/name",
            "curation/contact/email",
            "content/subject",
            "content/description",
            "content/referenceURL",
        )
    }
    assert told == {
        "title": ["Plates & prints"],
        "identifier": ["ivo://observatory.example/plates"],
        "curation/publisher": ["The Observatory"],
        "curation/contact/name": ["Caroline"],
        "curation/contact/email": ["caroline@observatory.example"],
        "content/subject": ["photographic-plates", "astrometry"],
        "content/description": ["Scans of photographic plates."],
        "content/referenceURL": ["http://localhost/"],
    }


def test_it_is_valid_as_it_comes_and_holds_all_capabilities(client):
    def addresses(root):
        return [each.text for each in root.iter("accessURL")]

    told = addresses(etree.fromstring(client.get("/capabilities").content))
    assert addresses(record(client)) == told
    assert "http://localhost/datalink/links" in told


def test_everybody_may_read_it(client, configured):
    configured(anonymous_access=False)
    assert client.get(RECORD).status_code == 200
    said(client.post(RECORD), 405)
