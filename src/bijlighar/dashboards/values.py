"""The pictures that the screens show: plain values, ready to be laid out.

Amounts are integer paise, energies integer Wh, instants aware UTC. What may not be known
yet (a silent meter, a day still open) is `None`, and screens say so in words.
"""

from __future__ import annotations

from bijlighar.dashboards._api_values import ConnectionAsked as ConnectionAsked
from bijlighar.dashboards._api_values import ConnectionListed as ConnectionListed
from bijlighar.dashboards._api_values import NoticeListed as NoticeListed
from bijlighar.dashboards._api_values import ReceiptListed as ReceiptListed
from bijlighar.dashboards._api_values import RegisterListed as RegisterListed
from bijlighar.dashboards._api_values import Seen as Seen
from bijlighar.dashboards._api_values import SupplyChangeListed as SupplyChangeListed
from bijlighar.dashboards._grid_values import GridReport as GridReport
from bijlighar.dashboards._grid_values import KycProgress as KycProgress
from bijlighar.dashboards._grid_values import NodeFound as NodeFound
from bijlighar.dashboards._grid_values import OfficeFigures as OfficeFigures
from bijlighar.dashboards._grid_values import OutlineRow as OutlineRow
from bijlighar.dashboards._home_values import ChargeLine as ChargeLine
from bijlighar.dashboards._home_values import ChargePicture as ChargePicture
from bijlighar.dashboards._home_values import DayLine as DayLine
from bijlighar.dashboards._home_values import DayOfUse as DayOfUse
from bijlighar.dashboards._home_values import HalfHours as HalfHours
from bijlighar.dashboards._home_values import HomePicture as HomePicture
from bijlighar.dashboards._home_values import NoticeShown as NoticeShown
from bijlighar.dashboards._home_values import SupplyPicture as SupplyPicture
from bijlighar.dashboards._level_values import LevelDay as LevelDay
from bijlighar.dashboards._level_values import LevelFigures as LevelFigures
from bijlighar.dashboards._level_values import LevelLine as LevelLine
from bijlighar.dashboards._level_values import Levels as Levels
from bijlighar.dashboards._level_values import SilentMeter as SilentMeter
from bijlighar.dashboards._page_values import Area as Area
from bijlighar.dashboards._page_values import AreaName as AreaName
from bijlighar.dashboards._page_values import ConnectionFilter as ConnectionFilter
from bijlighar.dashboards._page_values import ConnectionHead as ConnectionHead
from bijlighar.dashboards._page_values import ConnectionRow as ConnectionRow
from bijlighar.dashboards._page_values import Found as Found
from bijlighar.dashboards._page_values import FoundConnection as FoundConnection
from bijlighar.dashboards._page_values import ProtectionShown as ProtectionShown
from bijlighar.dashboards._page_values import SavedView as SavedView
from bijlighar.dashboards._page_values import Sees as Sees
from bijlighar.dashboards._page_values import Timeline as Timeline
from bijlighar.dashboards._page_values import TimelineItem as TimelineItem
from bijlighar.dashboards._page_values import TimelineKind as TimelineKind
from bijlighar.dashboards._town_values import Happening as Happening
from bijlighar.dashboards._town_values import HappeningKind as HappeningKind
from bijlighar.dashboards._town_values import HomeChoice as HomeChoice
from bijlighar.dashboards._town_values import HomesOrder as HomesOrder
from bijlighar.dashboards._town_values import HomesShown as HomesShown
from bijlighar.dashboards._town_values import HomeTile as HomeTile
from bijlighar.dashboards._town_values import Pulse as Pulse
from bijlighar.dashboards._town_values import TownFigures as TownFigures
from bijlighar.dashboards._town_values import TownPicture as TownPicture
from bijlighar.dashboards._words import BothLanguages as BothLanguages
from bijlighar.dashboards._words import SupplyShown as SupplyShown
