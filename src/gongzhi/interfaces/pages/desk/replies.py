"""The replies that the visitor's unit keeps."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from gongzhi.affairs.tickets.replies import CannotKeepReply, drop_reply, kept_replies
from gongzhi.interfaces.pages.framing.staff import for_staff
from gongzhi.interfaces.pages.framing.visitors import visitor_of


@require_safe
@for_staff
def replies(request: HttpRequest) -> HttpResponse:
    context = {"replies": kept_replies(by=visitor_of(request).actor)}
    return render(request, "desk/replies.html", context)


@require_POST
@for_staff
def drop(request: HttpRequest, reply_id: int) -> HttpResponse:
    try:
        drop_reply(reply_id=reply_id, by=visitor_of(request).actor)
    except CannotKeepReply as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("已删去"))
    return redirect("replies")
