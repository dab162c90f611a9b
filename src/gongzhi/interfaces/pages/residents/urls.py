"""The addresses for residents. `t/` is short because people copy it by hand."""

from django.urls import path

from gongzhi.interfaces.pages.residents import finding, following, maps, my_data, reporting

urlpatterns = [
    path("report", reporting.report, name="report"),
    path("track", finding.track, name="track"),
    path("track/sent", finding.link_sent, name="link_sent"),
    path("map/communities.geojson", maps.communities, name="map_communities"),
    path("t/<str:token>", following.ticket, name="my_ticket"),
    path("t/<str:token>/reply", following.reply, name="my_ticket_reply"),
    path("t/<str:token>/rating", following.rate, name="my_ticket_rate"),
    path("t/<str:token>/pictures", following.add_pictures, name="my_ticket_pictures"),
    path("t/<str:token>/pictures/<int:file_id>", following.picture, name="my_ticket_picture"),
    path("t/<str:token>/correct", following.correct, name="my_ticket_correct"),
    path("t/<str:token>/withdraw", following.withdraw, name="my_ticket_withdraw"),
    path("t/<str:token>/data", my_data.see, name="my_data"),
    path("t/<str:token>/data/file", my_data.take_along, name="my_data_file"),
    path("t/<str:token>/data/correct", my_data.correct, name="my_data_correct"),
    path("t/<str:token>/data/erase", my_data.erase, name="my_data_erase"),
]
