"""How jobs are executed; part of the one table of settings."""

from __future__ import annotations

from graticule.config import kinds
from graticule.config.setting import Setting

_GROUP = "Jobs"

ROWS: tuple[Setting, ...] = (
    Setting(
        "embedded_worker",
        kinds.boolean,
        "true",
        "Whether `graticule serve` executes jobs, too. Switched off, jobs wait for a "
        "`graticule worker`.",
        _GROUP,
    ),
    Setting(
        "job_slots",
        kinds.whole,
        "0",
        "Jobs that a worker executes at once; 0 takes one for each processor core, "
        "at most 4, or one for each thread of the Dask cluster.",
        _GROUP,
    ),
    Setting(
        "dask_scheduler",
        kinds.text,
        "",
        "Address of a Dask scheduler, such as tcp://host:8786, whose workers execute "
        "the jobs; empty for processes of this machine. Needs graticule[dask].",
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
        "max_job_storage_bytes",
        kinds.byte_size,
        "0",
        "Most that the files of one person's jobs, uploaded ones and results, may take "
        "together before another job is refused; everybody without a login shares one "
        "number. 0 for no limit.",
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
    Setting(
        "max_wait",
        kinds.duration,
        "55 s",
        "How long a client may wait for a job in one request; below what proxies "
        "allow.",
        _GROUP,
    ),
    Setting(
        "sync_duration",
        kinds.duration,
        "60 s",
        "How long a job may take that is answered in the request itself.",
        _GROUP,
    ),
    Setting(
        "sync_works",
        kinds.positive,
        "4",
        "Requests of each worker in which cutouts and queries are worked on at once; "
        "others wait a few seconds, then are told to try again.",
        _GROUP,
    ),
    Setting(
        "legacy_sync_status",
        kinds.boolean,
        "false",
        "Answer errors of `sync` with the status 200, as some old clients expect; "
        "logins are asked for all the same.",
        _GROUP,
    ),
    Setting(
        "cors_origins",
        kinds.names,
        "",
        "Origins such as https://lab.example.org whose web pages may use the jobs, "
        "separated by commas; * lets all pages, without cookies.",
        _GROUP,
    ),
    Setting(
        "max_waiting",
        kinds.positive,
        "1000",
        "Requests of each worker that may wait for jobs at once.",
        _GROUP,
    ),
    Setting(
        "anonymous_jobs",
        kinds.anonymous_jobs,
        "all",
        "Jobs of people who have not logged in: all (everybody without a login sees "
        "all of theirs), own (a browser sees those it made) or none (they make none).",
        _GROUP,
    ),
    Setting(
        "service_groups",
        kinds.service_groups,
        "",
        "Kinds of jobs that are for members of a group only, such as movie:Imaging, "
        "ome-tiff:Imaging; one that is named several times is for members of any of "
        "these groups, one that is not named is for everybody.",
        _GROUP,
    ),
    Setting(
        "hide_foreign_jobs",
        kinds.boolean,
        "false",
        "Answer 404 instead of 401 or 403 to those who ask for somebody else's job.",
        _GROUP,
    ),
    Setting(
        "max_upload_bytes",
        kinds.byte_size,
        "500 MB",
        "Largest file uploaded with a job.",
        _GROUP,
    ),
    Setting(
        "max_job_parameters",
        kinds.positive,
        "1000",
        "Most values of parameters in one request.",
        _GROUP,
    ),
    Setting(
        "max_job_parameter_length",
        kinds.positive,
        "4194304",
        "Most characters of one value of a parameter.",
        _GROUP,
    ),
)
