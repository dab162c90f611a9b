"""The addresses of the pages."""

from django.urls import include, path

from gongzhi.interfaces.pages.desk import registering, replies, searching
from gongzhi.interfaces.pages.desk import views as desk
from gongzhi.interfaces.pages.framing.display import choose_display
from gongzhi.interfaces.pages.hot import views as hot
from gongzhi.interfaces.pages.insights import schemes as insight_schemes
from gongzhi.interfaces.pages.insights import views as insights
from gongzhi.interfaces.pages.rates import views as rates
from gongzhi.interfaces.pages.styleguide.views import styleguide
from gongzhi.interfaces.pages.tasks import views as tasks
from gongzhi.interfaces.pages.tickets import files
from gongzhi.interfaces.pages.tickets import views as tickets
from gongzhi.interfaces.pages.welcoming import remarks
from gongzhi.interfaces.pages.welcoming import views as welcoming
from gongzhi.interfaces.pages.whistles import views as whistles

urlpatterns = [
    path("", welcoming.home, name="home"),
    path("", include("gongzhi.interfaces.pages.residents.urls")),
    path("", include("gongzhi.interfaces.pages.resources.urls")),
    path("", include("gongzhi.interfaces.pages.surveys.urls")),
    path("", include("gongzhi.interfaces.pages.reports.urls")),
    path("", include("gongzhi.interfaces.pages.filling.urls")),
    path("", include("gongzhi.interfaces.pages.assemblies.owners_urls")),
    path("", include("gongzhi.interfaces.pages.assemblies.meetings_urls")),
    path("", include("gongzhi.interfaces.pages.budgets.urls")),
    path("", include("gongzhi.interfaces.pages.assemblies.topics_urls")),
    path("privacy", welcoming.privacy, name="privacy"),
    path("remark", remarks.leave, name="remark"),
    path("remark/left", remarks.left, name="remark_left"),
    path("remarks", remarks.listed, name="remarks"),
    path("display", choose_display, name="display"),
    path("healthz", welcoming.health, name="health"),
    path("styleguide", styleguide, name="styleguide"),
    path("desk", desk.desk, name="desk"),
    path("desk/stuck", desk.stuck_list, name="stuck"),
    path("desk/search", searching.search, name="search"),
    path("desk/search/save", searching.save, name="search_save"),
    path("desk/search/<int:search_id>/drop", searching.drop, name="search_drop"),
    path("desk/replies", replies.replies, name="replies"),
    path("desk/replies/<int:reply_id>/drop", replies.drop, name="reply_drop"),
    path("desk/hot", hot.hot, name="hot"),
    path("desk/hot/<int:issue_id>", hot.issue, name="hot_issue"),
    path("desk/notices", desk.notices, name="notices"),
    path("desk/register", registering.register, name="register"),
    path("desk/registered", registering.registered, name="registered"),
    path("tickets/<int:ticket_id>", tickets.ticket, name="ticket"),
    path("tickets/<int:ticket_id>/<slug:name>", tickets.step, name="ticket_step"),
    path("files/<int:attachment_id>", files.attachment, name="attachment"),
    path("tasks", tasks.listed, name="tasks"),
    path("tasks/<int:task_id>", tasks.task, name="task"),
    path("tasks/<int:task_id>/approve", tasks.approve, name="task_approve"),
    path("tasks/<int:task_id>/refuse", tasks.refuse, name="task_refuse"),
    path("rates", rates.rates, name="rates"),
    path("insights", insights.dashboard, name="insights"),
    path("insights/indicator/<slug:code>", insights.indicator, name="insight_indicator"),
    path("insights/schemes", insight_schemes.schemes, name="insight_schemes"),
    path("insights/<slug:name>", insights.difficulty, name="insight_difficulty"),
    path("whistles", whistles.listed, name="whistles"),
    path("whistles/draft", whistles.draft, name="whistle_draft"),
    path("whistles/<int:whistle_id>", whistles.whistle, name="whistle"),
    path("whistles/<int:whistle_id>/authorise", whistles.authorise, name="whistle_authorise"),
    path("whistles/<int:whistle_id>/close", whistles.close, name="whistle_close"),
    path("whistles/<int:whistle_id>/<int:unit_id>/<slug:name>", whistles.mark, name="whistle_mark"),
    path("whistles/<int:whistle_id>/<slug:name>", whistles.step, name="whistle_step"),
]
