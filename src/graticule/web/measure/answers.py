"""How measurements are written."""

from __future__ import annotations

import math
from typing import Any

from graticule.services.line_profiles import Profile


def profile_answer(profile: Profile, channels: list[int]) -> dict[str, Any]:
    """Write a profile; what lies outside the image is null."""
    return {
        "distance": profile.distance.tolist(),
        "channels": [
            {
                "channel": channel,
                "values": [
                    value if math.isfinite(value) else None for value in values.tolist()
                ],
            }
            for channel, values in zip(channels, profile.values, strict=True)
        ],
    }
