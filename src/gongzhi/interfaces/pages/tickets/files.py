"""Opening an attachment, once the rules of its subject allow it."""

from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from gongzhi.commons.attachments.queries import NoAttachment, open_attachment
from gongzhi.interfaces.pages.framing.errors import not_found
from gongzhi.interfaces.pages.framing.visitors import visitor_of


@require_safe
def attachment(request: HttpRequest, attachment_id: int) -> HttpResponseBase:
    try:
        opened = open_attachment(attachment_id, by=visitor_of(request).actor)
    except NoAttachment as error:
        return not_found(request, error)
    response = FileResponse(opened.path.open("rb"), content_type=opened.view.media_type)
    # Set afterwards: Django names and types a file by its path, which here is a digest.
    for name, value in opened.headers.items():
        response.headers[name] = value
    return response
