"""Menu entry, file types, metainfo, Windows installer and macOS list agree with each other."""

import configparser
import plistlib
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from project import APP_ID, ROOT, SUMMARY, VERSION

from gnet_desktop.file_kinds import CHECKPOINTS, PICTURE_MEDIA, PICTURES

DESKTOP = ROOT / "packaging" / "desktop"
MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"


PICTURE_ENTRY = "zz-gnet-desktop-pictures"


def entry(name: str = APP_ID) -> configparser.SectionProxy:
    parser = configparser.RawConfigParser()
    parser.optionxform = str  # type: ignore[assignment]
    parser.read(DESKTOP / f"{name}.desktop", encoding="utf-8")
    return parser["Desktop Entry"]


def types(name: str) -> set[str]:
    return set(entry(name)["MimeType"].strip(";").split(";"))


def own_types() -> dict[str, set[str]]:
    """{type: extensions} of the file types that the package makes known."""
    root = ET.parse(DESKTOP / f"{APP_ID}.xml").getroot()
    return {
        each.attrib["type"]: {glob.attrib["pattern"].removeprefix("*") for glob in each.iter(f"{MIME}glob")}
        for each in root.iter(f"{MIME}mime-type")
    }


def metainfo() -> ET.Element:
    return ET.parse(DESKTOP / f"{APP_ID}.metainfo.xml").getroot()


def test_the_package_makes_known_what_the_program_calls_checkpoints() -> None:
    assert own_types() == {kind.media: set(kind.offered) for kind in CHECKPOINTS if kind.media}


def test_the_menu_entry_opens_own_types_and_a_hidden_one_pictures() -> None:
    assert types(APP_ID) == set(own_types())
    assert types(PICTURE_ENTRY) == set(PICTURE_MEDIA)
    assert entry(PICTURE_ENTRY)["NoDisplay"] == "true"
    for key in ("Name", "Exec", "TryExec", "Icon", "StartupWMClass"):
        assert entry(PICTURE_ENTRY)[key] == entry()[key]
    assert entry()["Exec"] == "gnet-desktop %F"
    assert entry()["Icon"] == APP_ID


@pytest.mark.skipif(not shutil.which("update-desktop-database"), reason="it is not installed")
def test_beside_a_viewer_it_does_not_become_the_program_for_pictures(tmp_path: Path) -> None:
    """Desktops without a list of their own take the first of the cache (ristretto is Xfce's viewer)."""
    for name in (APP_ID, PICTURE_ENTRY):
        shutil.copy(DESKTOP / f"{name}.desktop", tmp_path)
    for name in ("org.xfce.ristretto", "viewnior", "xnview"):
        (tmp_path / f"{name}.desktop").write_text(
            f"[Desktop Entry]\nType=Application\nName={name}\nExec=true\nMimeType=image/jpeg;\n"
        )
    subprocess.run(["update-desktop-database", tmp_path], check=True)
    cache = configparser.RawConfigParser()
    cache.read(tmp_path / "mimeinfo.cache")
    programs = cache["MIME Cache"]["image/jpeg"].strip(";").split(";")
    assert programs[0] != f"{APP_ID}.desktop"
    assert programs[-1] == f"{PICTURE_ENTRY}.desktop"


def test_the_metainfo_says_the_same_as_the_menu_entry() -> None:
    root = metainfo()
    assert root.findtext("id") == APP_ID
    assert root.findtext("launchable") == f"{APP_ID}.desktop"
    assert {each.text for each in root.iter("mediatype")} == {*PICTURE_MEDIA, *own_types()}
    assert root.findtext("summary") == SUMMARY


def test_the_newest_release_in_the_metainfo_is_this_version() -> None:
    release = metainfo().find("releases/release")
    assert release is not None
    assert release.attrib["version"] == VERSION


def test_the_developer_is_named_as_appstream_1_wants_it() -> None:
    """developer_name is deprecated: the strict check of 1.0 fails for it."""
    root = metainfo()
    assert root.find("developer_name") is None
    developer = root.find("developer")
    assert developer is not None
    assert developer.attrib["id"]
    assert developer.findtext("name")


def test_screenshots_in_the_metainfo_are_in_the_repository() -> None:
    names = [image.text.rsplit("/main/")[-1] for image in metainfo().iter("image") if image.text]
    assert names
    assert [name for name in names if not (ROOT / name).is_file()] == []


def test_windows_and_macos_offer_the_same_extensions() -> None:
    wanted = {extension for each in own_types().values() for extension in each}
    script = (ROOT / "packaging/windows/installer.nsi").read_text(encoding="utf-8")
    assert set(re.findall(r'\$\{MACRO\} "(\.\w+)" "\$\{PROGID\}"', script)) == wanted
    plist = plistlib.loads((ROOT / "packaging/macos/Info.plist").read_bytes())
    tags = plist["UTImportedTypeDeclarations"][0]["UTTypeTagSpecification"]["public.filename-extension"]
    assert {f".{tag}" for tag in tags} == wanted


def test_windows_and_macos_offer_the_same_pictures() -> None:
    script = (ROOT / "packaging/windows/installer.nsi").read_text(encoding="utf-8")
    endings = {ending for kind in PICTURES for ending in kind.offered}
    assert set(re.findall(r'\$\{MACRO\} "(\.\w+)" "GNetDesktop.Picture"', script)) == endings
    plist = plistlib.loads((ROOT / "packaging/macos/Info.plist").read_bytes())
    pictures, checkpoints = (set(each["LSItemContentTypes"]) for each in plist["CFBundleDocumentTypes"])
    assert pictures == {kind.uniform for kind in PICTURES if kind.uniform}
    assert checkpoints == {kind.uniform for kind in CHECKPOINTS if kind.uniform}


def test_macos_takes_no_default_away() -> None:
    plist = plistlib.loads((ROOT / "packaging/macos/Info.plist").read_bytes())
    assert {each["LSHandlerRank"] for each in plist["CFBundleDocumentTypes"]} == {"Alternate"}


@pytest.mark.parametrize(
    "command",
    [
        ["desktop-file-validate", f"{APP_ID}.desktop", f"{PICTURE_ENTRY}.desktop"],
        ["appstreamcli", "validate", "--no-net", "--pedantic", f"{APP_ID}.metainfo.xml"],
        [str(ROOT / "packaging/windows/make-installer.sh"), "check"],
    ],
    ids=lambda command: command[0].rsplit("/")[-1],
)
def test_the_systems_own_checker_is_content(command: list[str]) -> None:
    tool = "makensis" if command[-1] == "check" else command[0]
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")
    done = subprocess.run(command, cwd=DESKTOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
