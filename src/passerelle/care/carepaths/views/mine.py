"""Pages of the patient: what to do today, what comes, what was done; for oneself or whom one represents."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from passerelle.care.carepaths.rules.course import Placed, Standing
from passerelle.care.carepaths.rules.protocol import How, Who
from passerelle.care.carepaths.selectors.following import Followed, followed_by, following
from passerelle.care.carepaths.services import following as services
from passerelle.care.consent import api as consent
from passerelle.care.forms import api as questionnaires
from passerelle.care.identity import api as identity
from passerelle.core.access import api as access
from passerelle.core.access.api import Act, AuthenticatedRequest, Kind

CONTEXT = "carepaths.task"


@require_safe
@access.requires(Kind.CARE_PLAN, Act.READ)
def mine(request: AuthenticatedRequest) -> HttpResponse:
    at = timezone.now()
    who = consent.acting(request, at=at)
    target = f"patients/{who.person_id}/protocoles"
    access.check(
        request.viewer, Kind.CARE_PLAN, Act.READ, relation=who.relation, target=target, person_id=who.person_id, at=at
    )
    files = [ref.id for ref in identity.local_identities(who.person_id)]
    plans = [(one, _now(one), one.coming(Who.PATIENT), _done(one)) for one in followed_by(files, at=at)]
    return render(request, "carepaths/mine.html", {"who": who, "plans": plans, "may_say": who.may_decide()})


def _now(one: Followed) -> list[Placed]:
    """Return what the patient may do now: in time first, then what is late but can still be said."""
    return [*one.to_do(Who.PATIENT), *one.missed(Who.PATIENT)]


def _done(one: Followed) -> list[Placed]:
    settled = {Standing.DONE, Standing.LATE}
    return [task for task in one.tasks if task.standing in settled and task.occurrence.task.who is Who.PATIENT]


def _own(request: AuthenticatedRequest, following_id: UUID, task: str, number: int) -> tuple[consent.Acting, Followed]:
    """Return the following of the person for whom one acts, when this is one of their own tasks.

    Raises:
        AccessRefused: it is another's, or a task of the team; or the viewer is a relative who only reads.
    """
    at = timezone.now()
    who = consent.deciding(request, at=at)
    try:
        found = following(following_id, at=at)
    except LookupError as absent:
        raise access.AccessRefused from absent
    asked = found.protocol.task(task)
    is_theirs = identity.person_of(found.local_identity_id) == who.person_id
    if not is_theirs or asked is None or asked.who is not Who.PATIENT:
        raise access.AccessRefused
    access.check(  # a word of the patient is a piece they add; the plan itself is written by the house
        request.viewer,
        Kind.FORM,
        Act.CREATE,
        relation=who.relation,
        target=f"CarePlan/{following_id}",
        person_id=who.person_id,
        at=at,
        reason=f"{task} {number}",
    )
    return who, found


@require_POST
@access.requires(Kind.FORM, Act.CREATE)
def did(request: AuthenticatedRequest, following_id: UUID, task: str, number: int) -> HttpResponse:
    """Say that one did a task, today."""
    at = timezone.now()
    who, found = _own(request, following_id, task, number)
    try:
        services.say_done(
            following_id=found.id,
            key=(task, number),
            on=timezone.localdate(at),
            by=who.voice.actor,
            at=at,
            source=who.door.value,
        )
    except (services.NotActive, services.NoSuchTask, services.TooEarly) as refusal:
        messages.error(request, str(refusal.__doc__))
    else:
        messages.success(request, "C’est noté. Votre équipe le voit.")
    return redirect("carepaths:mine")


@require_POST
@access.requires(Kind.FORM, Act.CREATE)
def answer(request: AuthenticatedRequest, following_id: UUID, task: str, number: int) -> HttpResponse:
    """Begin, or go on with, the questionnaire of a task."""
    at = timezone.now()
    who, found = _own(request, following_id, task, number)
    asked = found.protocol.task(task)
    if asked is None or asked.how is not How.QUESTIONNAIRE:
        raise access.AccessRefused
    about = questionnaires.About(
        found.local_identity_id, found.establishment, CONTEXT, services.context_of(found.id, (task, number))
    )
    filling_id = questionnaires.begin(url=asked.questionnaire, about=about, by=who.voice, at=at)
    return redirect("forms:answer", filling_id, 1)
