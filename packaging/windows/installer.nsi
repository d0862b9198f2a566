; Installs GNet Desktop for one user, without asking for rights.
;
;   makensis -WX -DVERSION=0.1.0 -DPAYLOAD=dist\gnet-desktop -DOUT=dist\setup.exe installer.nsi
;
; Everything lies under HKEY_CURRENT_USER. No default program is changed: the
; file types only gain an entry under "Open with", and lose it on removal.

Unicode true
ManifestDPIAware true
SetCompressor /SOLID lzma
RequestExecutionLevel user

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"

; 64-bit setup programs can be made where NSIS has their stubs (Debian's has); Wine without 32 bits needs them.
!ifdef TARGET
  Target ${TARGET}
!endif

!ifndef VERSION | PAYLOAD | OUT
  !error "VERSION, PAYLOAD and OUT have to be given"
!endif

!define NAME "GNet Desktop"
!define EXE "gnet-desktop.exe"
!define PROGID "GNetDesktop.Checkpoint"
!define CLASSES "Software\Classes"
!define CAPABILITIES "Software\GNetDesktop\Capabilities"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\GNetDesktop"

Name "${NAME}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\GNet Desktop"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
BrandingText "${NAME} ${VERSION}"

VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${NAME} setup"
VIAddVersionKey "CompanyName" "GNet Desktop developers"
VIAddVersionKey "LegalCopyright" "MIT licence"

!ifdef ICON
  !define MUI_ICON "${ICON}"
  !define MUI_UNICON "${ICON}"
!endif
!define MUI_FINISHPAGE_RUN "$INSTDIR\${EXE}"
!insertmacro MUI_PAGE_LICENSE "${LICENSE}"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"
!insertmacro MUI_LANGUAGE "Korean"

; The same list for both directions, so that removal takes back what was written.
!macro ForEachExtension MACRO
  !insertmacro ${MACRO} ".pth" "${PROGID}"
  !insertmacro ${MACRO} ".pt" "${PROGID}"
  !insertmacro ${MACRO} ".safetensors" "${PROGID}"
  !insertmacro ${MACRO} ".caffemodel" "${PROGID}"
  !insertmacro ${MACRO} ".onnx" "${PROGID}"
  !insertmacro ${MACRO} ".jpg" "GNetDesktop.Picture"
  !insertmacro ${MACRO} ".jpeg" "GNetDesktop.Picture"
  !insertmacro ${MACRO} ".png" "GNetDesktop.Picture"
  !insertmacro ${MACRO} ".webp" "GNetDesktop.Picture"
  !insertmacro ${MACRO} ".tif" "GNetDesktop.Picture"
  !insertmacro ${MACRO} ".tiff" "GNetDesktop.Picture"
  !insertmacro ${MACRO} ".gif" "GNetDesktop.Picture"
  !insertmacro ${MACRO} ".bmp" "GNetDesktop.Picture"
!macroend

!macro Offer EXTENSION CLASS
  WriteRegStr HKCU "${CLASSES}\${EXTENSION}\OpenWithProgids" "${CLASS}" ""
  WriteRegStr HKCU "${CLASSES}\Applications\${EXE}\SupportedTypes" "${EXTENSION}" ""
  WriteRegStr HKCU "${CAPABILITIES}\FileAssociations" "${EXTENSION}" "${CLASS}"
!macroend

!macro Withdraw EXTENSION CLASS
  DeleteRegValue HKCU "${CLASSES}\${EXTENSION}\OpenWithProgids" "${CLASS}"
  DeleteRegKey /ifempty HKCU "${CLASSES}\${EXTENSION}\OpenWithProgids"
  DeleteRegKey /ifempty HKCU "${CLASSES}\${EXTENSION}"
!macroend

!macro WriteClass CLASS TEXT
  WriteRegStr HKCU "${CLASSES}\${CLASS}" "" "${TEXT}"
  WriteRegStr HKCU "${CLASSES}\${CLASS}\DefaultIcon" "" "$INSTDIR\${EXE},0"
  WriteRegStr HKCU "${CLASSES}\${CLASS}\shell\open\command" "" '"$INSTDIR\${EXE}" "%1"'
!macroend

; Tells the Explorer that associations changed: SHCNE_ASSOCCHANGED, SHCNF_IDLIST.
!macro TellExplorer
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
!macroend

; Ends with status 2 where the program in FOLDER is running, before anything is touched: files in use
; can't be replaced, and half a version of each is worse than the old one. Who watches may close it and go on.
!macro RefuseWhileRunning FOLDER
  ${Do}
    StrCpy $1 ""
    !insertmacro TryToOpen "${FOLDER}\${EXE}"
    !insertmacro TryToOpen "${FOLDER}\gnet-desktop-console.exe"
    ${If} $1 == ""
      ${ExitDo}
    ${EndIf}
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "${NAME} is running. Close it, then try again." /SD IDCANCEL IDRETRY +3
      SetErrorLevel 2
      Abort "${NAME} is running; nothing was changed."
  ${Loop}
!macroend

; A program that runs can be read, but not opened for writing.
!macro TryToOpen FILE
  ${If} ${FileExists} "${FILE}"
    ClearErrors
    FileOpen $2 "${FILE}" a
    ${If} ${Errors}
      StrCpy $1 "running"
    ${Else}
      FileClose $2
    ${EndIf}
  ${EndIf}
!macroend

; An older version is removed first, so that no file of it stays behind.
Function RemoveOlder
  ReadRegStr $0 HKCU "${UNINSTALL}" "InstallLocation"
  ${If} $0 == ""
  ${OrIfNot} ${FileExists} "$0\uninstall.exe"
    Return
  ${EndIf}
  !insertmacro RefuseWhileRunning "$0"
  ExecWait '"$0\uninstall.exe" /S _?=$0' $3
  ${If} $3 <> 0
  ${OrIf} ${FileExists} "$0\_internal"
    SetErrorLevel 2
    Abort "The version in $0 could not be removed. Close what uses it, then try again."
  ${EndIf}
FunctionEnd

Section "GNet Desktop"
  Call RemoveOlder
  !insertmacro RefuseWhileRunning "$INSTDIR"
  SetOutPath "$INSTDIR"
  ClearErrors
  File /r "${PAYLOAD}\*"
  ${If} ${Errors}
    SetErrorLevel 2
    Abort "Some files could not be written. Close what uses $INSTDIR, then try again."
  ${EndIf}
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\${EXE}"

  !insertmacro WriteClass "${PROGID}" "Network checkpoint"
  !insertmacro WriteClass "GNetDesktop.Picture" "Picture"
  WriteRegStr HKCU "${CLASSES}\Applications\${EXE}\shell\open\command" "" '"$INSTDIR\${EXE}" "%1"'
  WriteRegStr HKCU "${CLASSES}\Applications\${EXE}" "FriendlyAppName" "${NAME}"
  WriteRegStr HKCU "${CAPABILITIES}" "ApplicationName" "${NAME}"
  WriteRegStr HKCU "${CAPABILITIES}" "ApplicationDescription" "Look inside GoogLeNet on your pictures"
  WriteRegStr HKCU "Software\RegisteredApplications" "${NAME}" "${CAPABILITIES}"
  !insertmacro ForEachExtension Offer

  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "GNet Desktop developers"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\${EXE}"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" $0
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  !insertmacro TellExplorer
SectionEnd

Section "Uninstall"
  !insertmacro RefuseWhileRunning "$INSTDIR"
  !insertmacro ForEachExtension Withdraw
  DeleteRegKey HKCU "${CLASSES}\${PROGID}"
  DeleteRegKey HKCU "${CLASSES}\GNetDesktop.Picture"
  DeleteRegKey HKCU "${CLASSES}\Applications\${EXE}"
  DeleteRegValue HKCU "Software\RegisteredApplications" "${NAME}"
  DeleteRegKey HKCU "Software\GNetDesktop"
  DeleteRegKey HKCU "${UNINSTALL}"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  ; Only what was installed: a folder chosen by the person may hold other things.
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\gnet-desktop.exe"
  Delete "$INSTDIR\gnet-desktop-console.exe"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  !insertmacro TellExplorer
SectionEnd
