"""The door of the shell: navigation, charts, tables, French formats."""

from passerelle.core.ui import french
from passerelle.core.ui.charts import BarChart, LineChart, Marker, Series, Sparkline
from passerelle.core.ui.navigation import Awaiting, NavEntry, Space, register_navigation
from passerelle.core.ui.notices import Notice, register_notices
from passerelle.core.ui.palette import Finder, Found, ListSearch, register_finder, register_list_search
from passerelle.core.ui.tables import Column, Table
from passerelle.core.ui.words import Labelled

__all__ = [
    "Awaiting",
    "BarChart",
    "Column",
    "Finder",
    "Found",
    "Labelled",
    "LineChart",
    "ListSearch",
    "Marker",
    "NavEntry",
    "Notice",
    "Series",
    "Space",
    "Sparkline",
    "Table",
    "french",
    "register_finder",
    "register_list_search",
    "register_navigation",
    "register_notices",
]
