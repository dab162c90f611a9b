"""The living style guide: open in a sample district or with DEBUG, elsewhere not there."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gongzhi.commons.organisations.queries import demo_sign_ins
from gongzhi.interfaces.pages.framing.paging import page_number
from gongzhi.interfaces.pages.styleguide.samples import samples


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    if not (settings.DEBUG or demo_sign_ins()):
        raise Http404
    return render(request, "styleguide/styleguide.html", samples(page_number(request)))
