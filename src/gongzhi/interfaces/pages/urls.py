"""The addresses of the pages."""

from django.urls import include, path

from gongzhi.interfaces.pages.framing.display import choose_display
from gongzhi.interfaces.pages.styleguide.views import styleguide
from gongzhi.interfaces.pages.welcoming import remarks
from gongzhi.interfaces.pages.welcoming import views as welcoming

urlpatterns = [
    path("", welcoming.home, name="home"),
    path("", include("gongzhi.interfaces.pages.residents.urls")),
    path("privacy", welcoming.privacy, name="privacy"),
    path("remark", remarks.leave, name="remark"),
    path("remark/left", remarks.left, name="remark_left"),
    path("remarks", remarks.listed, name="remarks"),
    path("display", choose_display, name="display"),
    path("healthz", welcoming.health, name="health"),
    path("styleguide", styleguide, name="styleguide"),
]
