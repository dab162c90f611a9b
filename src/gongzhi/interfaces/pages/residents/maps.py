"""The boundaries that maps draw."""

from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from gongzhi.commons.territory.maps import feature_collection


@require_safe
@cache_control(public=True, max_age=24 * 3600)
def communities(request: HttpRequest) -> JsonResponse:
    """The communities, for everyone: names and outlines only."""
    found = feature_collection(kinds=["community"])
    for feature in found["features"]:
        feature["properties"] = {"name": feature["properties"]["name"]}
    return JsonResponse(found, content_type="application/geo+json")
