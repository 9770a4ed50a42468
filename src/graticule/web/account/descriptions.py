"""What the addresses of accounts show and take, for the OpenAPI document."""

from __future__ import annotations

from graticule.web.openapi.model import INDEX, TEXT, Answer, Door, Operation, Parameter

_PAGE = Answer("text/html", "A page.")
_DONE = Answer("", "Done; to the page that shows it.", status=302)
_WRONG = Answer("text/html", "The page, saying what was filled in wrongly.", status=400)


def _get(summary: str) -> Operation:
    return Operation(summary, (_PAGE,))


def _post(summary: str, *form: Parameter) -> Operation:
    return Operation(summary, (_DONE, _WRONG), method="POST", form=form)


DOOR = Door(
    name="account",
    help="What people have in their own hands: details, groups, tokens.",
    operations={
        "account": (
            _get("Who you are"),
            _post(
                "Change it",
                Parameter("change", TEXT, "'password' changes that instead."),
                *(
                    Parameter(name, TEXT, f"Your {name.replace('_', ' ')}.")
                    for name in (
                        *("first_name", "middle_name", "last_name"),
                        *("email", "institution", "default_group"),
                        *("old_password", "new_password1", "new_password2"),
                    )
                ),
            ),
        ),
        "account_tokens": (
            _get("Your tokens"),
            Operation(
                "Make a token, or revoke one",
                (Answer("text/html", "The page, with the new token."), _DONE, _WRONG),
                method="POST",
                form=(
                    Parameter("name", TEXT, "What it is for."),
                    Parameter(
                        "scopes",
                        {"type": "array", "items": {"type": "string"}},
                        "What it may: read, write, admin.",
                    ),
                    Parameter("days", TEXT, "How long it is good for; empty: ever."),
                    Parameter("REVOKE", TEXT, "The id of one that shall end now."),
                ),
            ),
        ),
        "account_groups": (_get("Your groups"),),
        "account_group": (
            _get("A group and who is in it"),
            _post(
                "Change who is in it, as its owner",
                Parameter("MEMBER", TEXT, "Put this person in, as a member."),
                Parameter("OWNER", TEXT, "Put this person in, as an owner."),
                Parameter("REMOVE", TEXT, "Take this person out."),
            ),
        ),
        "account_notifications": (
            _get("How you hear of your jobs"),
            _post(
                "Change it, or send a message for trial",
                Parameter("about", TEXT, "Which jobs: ended or failed."),
                Parameter("longer_than_seconds", INDEX, "Jobs that took so long."),
                Parameter("by_mail", TEXT, "'on' for mail."),
                Parameter("webhook_url", TEXT, "Where a signed message is posted."),
                Parameter("TRY", TEXT, "Send a message for trial."),
            ),
        ),
    },
    path_parameters={"group_id": "The group."},
    errors=(
        Answer("", "To the login page, where nobody is logged in.", status=302),
        Answer("text/html", "Asked by a token, or not yours to change.", status=403),
        Answer("text/html", "Not there, or not visible to you.", status=404),
    ),
)
