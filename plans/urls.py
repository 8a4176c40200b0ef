"""Addresses of the plans app. State changes are resources: a POST to what comes to be."""

from django.urls import include, path

from plans.views import (
    booking,
    chart,
    consult,
    day,
    disruptions,
    moving,
    portal,
    protocol,
    series,
    treat,
    visits,
)

app_name = "plans"
staff = [
    path("today/", day.today, name="today"),
    path("days/<str:date>/", day.day, name="day"),
    path("series/", day.worklist, name="worklist"),
    path("patients/<uuid:patient>/", chart.patient, name="patient"),
    path("visits/new/", moving.new, name="visit_new"),
    path("visits/<uuid:visit>/", visits.visit, name="visit"),
    path("visits/<uuid:visit>/state/<slug:state>/", visits.state, name="visit_state"),
    path("visits/<uuid:visit>/move/", moving.move, name="visit_move"),
    path("visits/<uuid:visit>/cancellation/", visits.cancel, name="visit_cancel"),
    path("series/<uuid:series>/", series.series, name="series"),
    path("series/<uuid:series>/booking/", booking.book, name="series_book"),
    path("series/<uuid:series>/booked/", series.booked, name="series_booked"),
    path("series/<uuid:series>/undo/<uuid:change>/", series.undo, name="series_undo"),
    path("series/<uuid:series>/plan/", series.plan, name="series_plan"),
    path("series/<uuid:series>/pause/", series.pause, name="series_pause"),
    path("series/<uuid:series>/resumption/", series.resume, name="series_resume"),
    path("series/<uuid:series>/end/", series.stop, name="series_stop"),
    path("absences/", disruptions.absences, name="absences"),
    path("absences/new/", disruptions.absence_new, name="absence_new"),
    path("absences/<uuid:absence>/", disruptions.absence, name="absence"),
    path("absences/<uuid:absence>/acceptance/", disruptions.absence_apply, name="absence_apply"),
    path("patients/<uuid:patient>/consultations/", consult.new, name="consultation_new"),
    path("patients/<uuid:patient>/consents/", consult.consent, name="consent"),
    path("consultations/<uuid:consultation>/", consult.consultation, name="consultation"),
    path("consultations/<uuid:consultation>/flags/<str:flag>/", consult.flag, name="consultation_flag"),
    path("consultations/<uuid:consultation>/signature/", consult.sign, name="consultation_sign"),
    path("addenda/<slug:kind>/<uuid:subject>/", consult.addendum, name="addendum"),
    path("visits/<uuid:visit>/record/", treat.record, name="record"),
    path("visits/<uuid:visit>/record/flags/<str:flag>/", treat.flag, name="record_flag"),
    path("visits/<uuid:visit>/record/signature/", treat.sign, name="record_sign"),
    path("visits/<uuid:visit>/record/end/", treat.end, name="record_end"),
    path("sheets/<uuid:sheet>/", treat.sheet, name="sheet"),
    path("sheets/<uuid:sheet>/print/", treat.sheet_print, name="sheet_print"),
    path("protocol/", protocol.protocol, name="protocol"),
]
urlpatterns = [
    path("c/<slug:clinic>/", include(staff)),
    path("my/<uuid:patient>/", portal.my_plan, name="my_plan"),
    path("my/<uuid:patient>/aftercare/", portal.my_aftercare, name="my_aftercare"),
    path("my/<uuid:patient>/aftercare/<uuid:sheet>/", portal.my_sheet, name="my_sheet"),
    path("my/<uuid:patient>/visits.ics", portal.my_calendar, name="my_calendar"),
    path("my/<uuid:patient>/visits/<uuid:visit>/confirmation/", portal.my_visit, name="my_visit"),
]
