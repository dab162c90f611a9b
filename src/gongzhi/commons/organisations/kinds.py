"""The kinds of unit that act in a district."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class UnitKind(models.TextChoices):
    COMMUNITY_PARTY_ORG = "community_party_org", _("社区党组织")
    RESIDENTS_COMMITTEE = "residents_committee", _("居民委员会")
    OWNERS_COMMITTEE = "owners_committee", _("业主委员会")
    PROPERTY_MANAGER = "property_manager", _("物业服务企业")
    PARTNER_UNIT = "partner_unit", _("共建单位")
    SOCIAL_ORGANIZATION = "social_organization", _("社会组织")
    COMMUNITY_GROUP = "community_group", _("社区社会组织")
    SUBDISTRICT_OFFICE = "subdistrict_office", _("街道办事处")
    DEPARTMENT = "department", _("职能部门")
    ENTERPRISE = "enterprise", _("公共服务企业")
