"""Examples in this process: real files of the sky, and made-up ones of a cast."""

from tests.web.sia.conftest import observe  # noqa: F401
from tests.web.uws.conftest import client, door  # noqa: F401
from tests.web.uws.test_soda import scanned_sky, sky  # noqa: F401
