"""The JSON forms that each command's result can have; the published schemas are made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagctl.views.account import LinkData, LoginData, LogoutData, WhoamiData
from dagctl.views.adopted import AdoptedData
from dagctl.views.comparison import SpecComparisonData
from dagctl.views.converted import ConversionData, SpecsConversionData
from dagctl.views.created import CreateData
from dagctl.views.explained import ExplainData
from dagctl.views.health import HealthData
from dagctl.views.operated import OperatedData, OperatedPlanData
from dagctl.views.operators import OperatorsData, OperatorsShowData
from dagctl.views.plan import PlanData, ProposedData
from dagctl.views.pulled import PullData
from dagctl.views.record import ListData
from dagctl.views.recovered import RecoverData
from dagctl.views.requirements import RequirementsData
from dagctl.views.setup import InitData, MigrationsData
from dagctl.views.shown import ShowData, ShowVersionData
from dagctl.views.sources import OutdatedData
from dagctl.views.templates import (
    FetchData,
    NewSpecData,
    OutdatedSpecsData,
    ShareData,
    TemplateListData,
    TemplateShowData,
    UnshareData,
    UpgradesData,
)
from dagctl.views.validated import OriginData, ValidData
from dagctl.views.versions import HistoryData

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dagctl.views.form_schema import Form

_OPERATED = (OperatedData, OperatedPlanData)

RESULTS: Mapping[str, tuple[Form, ...]] = {
    "adopt": (AdoptedData,),
    "convert": (ConversionData, SpecsConversionData),
    "create": (CreateData, PlanData, ProposedData),
    "diff": (SpecComparisonData,),
    "doctor": (HealthData,),
    "edit": _OPERATED,
    "explain": (ExplainData,),
    "history": (HistoryData,),
    "import": _OPERATED,
    "init": (InitData,),
    "link": (LinkData,),
    "list": (ListData, OutdatedData),
    "login": (LoginData,),
    "logout": (LogoutData,),
    "migrations": (MigrationsData,),
    "mv": _OPERATED,
    "new": (NewSpecData,),
    "operators": (OperatorsData, OperatorsShowData),
    "pull": (PullData,),
    "recover": (RecoverData,),
    "requirements": (RequirementsData,),
    "restore": _OPERATED,
    "rm": _OPERATED,
    "rollback": _OPERATED,
    "show": (ShowData, ShowVersionData),
    "templates": (
        TemplateListData,
        TemplateShowData,
        OutdatedSpecsData,
        UpgradesData,
        FetchData,
        ShareData,
        UnshareData,
    ),
    "validate": (ValidData, OriginData),
    "whoami": (WhoamiData,),
}
"""By the name of the command; those that are not here print no JSON."""
