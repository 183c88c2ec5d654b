"""The group as the simulator needs it: read once from the directory, small enough to hand to a worker."""

from passerelle.config.demo.shapes import Doctor, Hospital, Place
from passerelle.core.directory import api as directory

Hospitals = dict[str, Hospital]


def read_hospitals() -> Hospitals:
    """Return the 14 establishments of the group with their units and doctors; never the test one."""
    site_names = {site.code: site.name for site in directory.sites()}
    units = directory.units()
    doctors = directory.professionals(profession="Médecin", limit=100_000)
    found: Hospitals = {}
    for rank, row in enumerate(directory.establishments(), start=1):
        (authority,) = (each for each in directory.authorities(row.code) if each.kind == "PI")
        own = [each for each in doctors if row.code in each.establishments]
        by_specialty: dict[str, list[Doctor]] = {"": []}
        for each in own:
            doctor = Doctor(each.rpps, each.family_name, each.given_name)
            by_specialty.setdefault(each.specialty, []).append(doctor)
            by_specialty[""].append(doctor)
        found[row.code] = Hospital(
            code=row.code,
            rank=rank,
            name=row.name,
            facility=directory.facilities(row.code)[0],
            namespace=authority.namespace,
            universal_id=authority.universal_id,
            places=tuple(
                Place(row.code, unit.site, site_names[unit.site], unit.code, unit.label, unit.specialty, unit.kind)
                for unit in units
                if unit.establishment == row.code
            ),
            doctors={specialty: tuple(several) for specialty, several in by_specialty.items()},
        )
    return found
