"""The bill of materials of a bundle, in CycloneDX's format: what it is made of, in which version, from where.

The same components give the same bytes: no time of the day and no serial number by chance is in it.
"""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component as Part
from cyclonedx.model.component import ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from notices import Component
from packageurl import PackageURL
from project import COMMAND, VERSION, epoch


def bill(components: Iterable[Component]) -> str:
    """CycloneDX 1.6 as JSON: the program, and below it one entry a component."""
    program = Part(name=COMMAND, version=VERSION, type=ComponentType.APPLICATION, bom_ref=COMMAND)
    parts = sorted(map(_part, components))
    named = " ".join([VERSION, *(str(part.purl) for part in parts)])
    bom = Bom(
        metadata=BomMetaData(component=program, timestamp=datetime.fromtimestamp(epoch(), UTC)),
        components=parts,
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, named),
    )
    bom.register_dependency(program, parts)
    return make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=1)


def _part(component: Component) -> Part:
    purl = PackageURL.from_string(component.purl)
    licences = LicenseFactory()
    return Part(
        name=component.name,
        version=component.version,
        purl=purl,
        bom_ref=component.purl,
        licenses=[licences.make_from_string(component.licence)] if component.licence else [],
    )


def write(components: Iterable[Component], out: Path) -> Path:
    """Write the bill of these components; the file's path."""
    out.write_text(bill(components) + "\n", encoding="utf-8")
    return out
