"""Which doors are described, and which addresses on purpose are not."""

from __future__ import annotations

from graticule.web.account.descriptions import DOOR as ACCOUNT
from graticule.web.annotate.descriptions import DOOR as ANNOTATE
from graticule.web.api.descriptions import DOOR as API
from graticule.web.browse.descriptions import DOOR as BROWSE
from graticule.web.clients.descriptions import DOOR as CLIENTS
from graticule.web.datalink.descriptions import DOOR as DATALINK
from graticule.web.figure.descriptions import DOOR as FIGURE
from graticule.web.gateway.descriptions import DOOR as GATEWAY
from graticule.web.iviewer.descriptions import DOOR as IVIEWER
from graticule.web.measure.descriptions import DOOR as MEASURE
from graticule.web.openapi.model import Door
from graticule.web.organise.descriptions import DOOR as ORGANISE
from graticule.web.pages.descriptions import DOOR as PAGES
from graticule.web.plates.descriptions import DOOR as PLATES
from graticule.web.regions.descriptions import DOOR as REGIONS
from graticule.web.registry.descriptions import DOOR as REGISTRY
from graticule.web.seek.descriptions import DOOR as SEEK
from graticule.web.share.descriptions import DOOR as SHARE
from graticule.web.sia.descriptions import DOOR as SIA
from graticule.web.sky.descriptions import DOOR as SKY
from graticule.web.spread.descriptions import DOOR as SPREAD
from graticule.web.table.descriptions import DOOR as TABLE
from graticule.web.tap.descriptions import DOOR as TAP
from graticule.web.upload.descriptions import DOOR as UPLOAD
from graticule.web.uws.descriptions import DOOR as JOBS
from graticule.web.view_export.descriptions import DOOR as VIEW_EXPORT
from graticule.web.vosi.descriptions import DOOR as VOSI
from graticule.web.webclient.descriptions import DOOR as WEBCLIENT

DOORS: tuple[Door, ...] = (
    GATEWAY,
    API,
    WEBCLIENT,
    IVIEWER,
    FIGURE,
    ANNOTATE,
    TABLE,
    CLIENTS,
    PAGES,
    SEEK,
    UPLOAD,
    BROWSE,
    REGIONS,
    ACCOUNT,
    PLATES,
    MEASURE,
    ORGANISE,
    SHARE,
    SPREAD,
    VIEW_EXPORT,
    JOBS,
    TAP,
    VOSI,
    DATALINK,
    REGISTRY,
    SIA,
    SKY,
)
# Only people with a browser come here: a one-time link, the way out, addresses that
# a page gives itself.
NOT_DESCRIBED = (
    frozenset({"favicon", "figure_file", "figure_new", "login_link", "logout"})
    # Other spellings of addresses of jobs, and what says that there are no others.
    | {"uws_alias", "uws_alias_job", "uws_list_slash", "uws_job_startTime"}
    | {"uws_job_else", "uws_mine"}
)
