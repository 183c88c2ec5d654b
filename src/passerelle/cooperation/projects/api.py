"""The door of the projects."""

from passerelle.cooperation.projects.selectors.projects import ProjectRow, exhibit, projects
from passerelle.cooperation.projects.services.demonstration import load_demo
from passerelle.cooperation.projects.services.loading import UnknownSite, load_projects

__all__ = ["ProjectRow", "UnknownSite", "exhibit", "load_demo", "load_projects", "projects"]
