"""How jobs are executed; part of the one table of settings."""

from __future__ import annotations

from graticule.config import kinds
from graticule.config.setting import Setting

_GROUP = "Jobs"

ROWS: tuple[Setting, ...] = (
    Setting(
        "job_slots",
        kinds.whole,
        "0",
        "Jobs that a worker executes at once; 0 takes one for each processor core, "
        "at most 4.",
        _GROUP,
    ),
    Setting(
        "job_duration",
        kinds.duration,
        "1 h",
        "How long a job may execute when its client says nothing.",
        _GROUP,
    ),
    Setting(
        "max_job_duration",
        kinds.duration,
        "24 h",
        "How long a job may execute at most.",
        _GROUP,
    ),
    Setting(
        "job_lifetime",
        kinds.duration,
        "2 d",
        "After which a job and its results are destroyed when its client says nothing.",
        _GROUP,
    ),
    Setting(
        "max_job_lifetime",
        kinds.duration,
        "30 d",
        "After which a job and its results are destroyed at the latest.",
        _GROUP,
    ),
    Setting(
        "job_memory_bytes",
        kinds.byte_size,
        "4 GiB",
        "Most memory of one job with all its processes; 0 for no limit.",
        _GROUP,
    ),
    Setting(
        "max_running_per_owner",
        kinds.positive,
        "2",
        "Jobs of one person that are executed at once.",
        _GROUP,
    ),
    Setting(
        "max_jobs_per_owner",
        kinds.positive,
        "10000",
        "Jobs that one person may have; everybody without a login shares one number.",
        _GROUP,
    ),
    Setting(
        "max_attempts",
        kinds.positive,
        "1",
        "How often a job is begun whose process was lost; 1 does not try again.",
        _GROUP,
    ),
    Setting(
        "job_lease",
        kinds.duration,
        "15 s",
        "How long a worker is believed to live without giving a sign.",
        _GROUP,
    ),
    Setting(
        "kill_grace",
        kinds.duration,
        "5 s",
        "How long a job may take to stop before it is killed.",
        _GROUP,
    ),
    Setting(
        "echo_service",
        kinds.boolean,
        "false",
        "Offer the service echo, which does nothing useful: for validators and "
        "benchmarks.",
        _GROUP,
    ),
    Setting(
        "archive_jobs",
        kinds.boolean,
        "false",
        "Keep what is known of a job when its results are destroyed.",
        _GROUP,
    ),
    Setting(
        "archive_period",
        kinds.duration,
        "90 d",
        "How long that is kept.",
        _GROUP,
    ),
)
