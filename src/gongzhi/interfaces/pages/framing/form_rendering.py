"""Every form of every page, allauth's and the admin's included, through our own templates."""

from django.forms.renderers import TemplatesSetting


class PageForms(TemplatesSetting):
    """Fields as components/field.html, whole forms as components/form.html."""

    field_template_name = "components/field.html"
    form_template_name = "components/form.html"
