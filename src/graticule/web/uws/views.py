"""The tree below a mount: finds the resource, then the action for its verb.

Job list and job; a third segment names a child, a fourth a parameter or a result,
anything else is 404 (contract uws 1, 16: ``getAsyncResource``).
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.utils.cache import patch_vary_headers

from graticule.errors import NotFoundError
from graticule.web.uws import actions, children, lists, waiting
from graticule.web.uws.access import (
    Caller,
    check_may_change,
    check_may_use,
    find_job,
    name_caller,
)
from graticule.web.uws.errors import MethodError, uws_view
from graticule.web.uws.mount import Mount

_SAFE = {"GET", "HEAD"}
_READ = ("GET", "HEAD", "OPTIONS")


@uws_view
def job_list(request: HttpRequest, service: str, slash: str = "") -> HttpResponseBase:
    """List jobs, or create one."""
    mount = Mount.of(request, service)
    allowed = (*_READ, "POST")
    if request.method == "OPTIONS":
        return _options(allowed)
    if slash and request.method in _SAFE:
        query = request.META.get("QUERY_STRING", "")
        here = request.build_absolute_uri(request.path.rstrip("/"))
        return HttpResponseRedirect(here + (f"?{query}" if query else ""))
    caller = Caller.of(request)
    check_may_use(caller, mount.task)
    if request.method in _SAFE:
        return _finished(lists.answer_list(request, mount, caller), caller)
    if request.method == "POST":
        check_may_change(request, caller)
        return _finished(actions.create(request, mount, caller), caller)
    raise MethodError(*allowed)


@uws_view
def job_value(
    request: HttpRequest, service: str, job_id: str, name: str
) -> HttpResponseBase:
    """Show a parameter's value, or put another one in its place."""
    return _below(request, service, job_id, ["parameters", name])


@uws_view
def job_result(
    request: HttpRequest, service: str, job_id: str, key: str
) -> HttpResponseBase:
    """Give a result itself."""
    return _below(request, service, job_id, ["results", key])


@uws_view
def job_tree(
    request: HttpRequest, service: str, job_id: str, rest: str = ""
) -> HttpResponseBase:
    """Show a job or a child of it, or change it."""
    segments = [
        part for part in rest.removeprefix("/").split("/") if rest not in {"", "/"}
    ]
    return _below(request, service, job_id, segments)


def _below(
    request: HttpRequest, service: str, job_id: str, segments: list[str]
) -> HttpResponseBase:
    mount = Mount.of(request, service)
    handlers = _handlers(segments)
    allowed = (*handlers, "OPTIONS")
    if request.method == "OPTIONS":
        return _options(allowed)
    caller = Caller.of(request)
    check_may_use(caller, mount.task)
    job = find_job(caller, mount.task, job_id)
    verb = "GET" if request.method == "HEAD" else request.method or ""
    handler = handlers.get(verb)
    if handler is None:
        raise MethodError(*allowed)
    if verb != "GET":
        check_may_change(request, caller)
    elif not segments:
        job = waiting.wait_for_change(request, job)
    return _finished(handler(request, mount, job, *segments[1:]), caller)


Handler = Callable[..., HttpResponseBase]


def _handlers(segments: list[str]) -> dict[str, Handler]:
    """Find the actions of a resource by verb.

    Raises
    ------
    graticule.errors.NotFoundError
        If there is no such resource (U1: names are matched exactly).
    """
    if not segments:
        return _with_head(
            GET=children.job, POST=actions.post_to_job, DELETE=actions.delete
        )
    name, depth = segments[0], len(segments)
    if depth == 1 and name in children.CHILDREN:
        handlers = _with_head(GET=children.CHILDREN[name])
        if name in actions.POSTS:
            handlers["POST"] = actions.POSTS[name]
        return handlers
    if depth == 2 and name == "parameters":
        return _with_head(GET=children.parameter, PUT=actions.put_parameter)
    if depth == 2 and name == "results":
        return _with_head(GET=children.result)
    raise NotFoundError(f"A job has nothing called {'/'.join(segments)[:80]}.")


def _with_head(**handlers: Handler) -> dict[str, Handler]:
    return {"GET": handlers["GET"], "HEAD": handlers["GET"], **handlers}


def _options(allowed: tuple[str, ...]) -> HttpResponse:
    return HttpResponse(status=204, headers={"Allow": ", ".join(allowed)})


def _finished(answer: HttpResponseBase, caller: Caller) -> HttpResponseBase:
    """Say what caches may do (U10, U12), and who was logged in."""
    name_caller(answer, caller)
    patch_vary_headers(answer, ("Accept",))
    answer.headers.setdefault("Cache-Control", "no-cache")
    return answer
