from passerelle.core.ui.charts.bar import BarChart
from passerelle.core.ui.charts.line import LineChart, Marker, Series
from passerelle.core.ui.charts.sparkline import Sparkline

__all__ = ["BarChart", "LineChart", "Marker", "Series", "Sparkline"]
