"""The addresses of the public page."""

from django.urls import path

from collector.public import views

urlpatterns = [
    path("", views.start, name="start"),
    path("to-khai", views.declare, name="declare"),
    path("ma-qr.png", views.picture, name="picture"),
    path("ma-qr.pdf", views.paper, name="paper"),
    path("ngon-ngu", views.speak, name="speak"),
]
handler404 = views.missing
