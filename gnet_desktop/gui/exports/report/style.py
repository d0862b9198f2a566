"""How the page looks: the light theme's colours, on a screen, on a phone, on A4."""

from string import Template
from typing import Final

from gnet_desktop.gui.looks.theme import LIGHT

_STYLE: Final = Template("""
:root { color-scheme: light }
* { box-sizing: border-box; -webkit-print-color-adjust: exact; print-color-adjust: exact }
body { margin: 0; color: $text; background: $panel; font: 15px/1.5 Inter, system-ui, sans-serif;
  font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100% }
main { max-width: 1120px; margin: 0 auto; padding: 40px 40px 56px }
h1 { font-size: 28px; line-height: 1.2; font-weight: 600; letter-spacing: -.01em; margin: 0;
  overflow-wrap: anywhere }
h2 { font-size: 18px; line-height: 1.3; font-weight: 600; margin: 0 0 12px }
h3 { font-size: 14px; font-weight: 600; margin: 0 0 4px }
section { margin-top: 44px }
p { margin: 0 0 8px } ul { margin: 0; padding-left: 20px }
figure { margin: 0 } img { display: block; max-width: 100% }
.note, figcaption, dt { color: $text3; font-size: 13px }
figcaption { margin-top: 6px }
.lead { color: $text2; margin: 6px 0 0; overflow-wrap: anywhere }
.top { display: grid; grid-template-columns: minmax(0, 9fr) minmax(0, 10fr); gap: 40px; margin-top: 28px }
.top img, .over img { width: auto; height: auto; max-width: 100%; max-height: 470px; border-radius: 6px }
.over figure figcaption p { margin: 0 }
.says { font-size: 22px; line-height: 1.25; font-weight: 600; margin: 0 0 2px; overflow-wrap: anywhere }
.says b { color: $accent; font-weight: 600; white-space: nowrap }
.bars { width: 100%; border-collapse: collapse; margin-top: 14px; font-size: 14px; line-height: 1.35 }
.bars td { padding: 5px 0 }
.bars .name { padding-right: 14px; overflow-wrap: anywhere; width: 46% }
.bars .value { text-align: right; white-space: nowrap; padding-left: 12px; width: 1% }
.bars .delta { text-align: right; white-space: nowrap; padding-left: 12px; width: 1%; font-size: 12px }
.up { color: $good } .down { color: $bad } .same { color: $text3 }
.bars .first { font-weight: 600 } .bars .rest td { border-top: 1px solid $line; color: $text3 }
.track { position: relative; height: 10px; border-radius: 2px; background: $well; min-width: 60px }
.track i, .track u { position: absolute; left: 0; top: 0; bottom: 0; border-radius: 2px }
.track i { background: $bar } .first .track i { background: $accent }
.track u { border: 1px dashed $text3; border-left: 0 }
.heads, .units { display: grid; grid-template-columns: repeat(auto-fit, minmax(270px, 1fr)); gap: 28px 32px }
.heads .bars { margin-top: 6px; font-size: 13px } .heads .bars td { padding: 3px 0 }
.heads .bars .value, .heads .bars .delta { padding-left: 10px }
.faint { opacity: .62 }
.wide { overflow-x: auto } .wide svg { display: block; width: 100%; min-width: 880px; height: auto }
/* what is in Inter's place must not be wider, or words would meet */
svg text { font-family: Inter, Arial, "Liberation Sans", sans-serif }
.lane { margin-top: 22px } .lane:first-of-type { margin-top: 14px }
.lane header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 12px; margin-bottom: 8px;
  break-after: avoid }
.lane h3 { font-size: 15px; margin: 0 } .lane h3 svg { width: 13px; height: 13px; margin-right: 8px }
.lane header span { color: $text3; font-size: 13px }
.share { flex-basis: 100%; height: 3px; background: $well; border-radius: 2px }
.share i { display: block; height: 3px; border-radius: 2px }
.maps { display: grid; grid-template-columns: repeat(auto-fill, minmax(34px, 1fr)); gap: 3px }
.maps img { width: 100%; aspect-ratio: 1; image-rendering: pixelated; break-inside: avoid }
.silent { display: flex; flex-wrap: wrap; gap: 3px; margin-top: 6px }
.silent i { width: 10px; height: 10px; border: 1px dashed $line2 }
.chosen { outline: 2.5px solid $accent; outline-offset: 1px }
.scale { display: flex; align-items: center; gap: 8px; color: $text3; font-size: 13px; flex-wrap: wrap }
.scale i { width: 130px; height: 9px; border-radius: 2px; border: 1px solid $line }
.units figure { display: grid; grid-template-columns: 132px 1fr; gap: 4px 16px; break-inside: avoid }
.units figure > img { width: 132px; border-radius: 0; image-rendering: pixelated; border: 1px solid $line }
.over { display: grid; grid-template-columns: minmax(0, 9fr) minmax(0, 10fr); gap: 40px;
  margin-bottom: 28px; align-items: start }
.way { border-collapse: collapse; font-size: 13px; line-height: 1.4; width: 100%; margin-top: 10px }
.way th, .way td { text-align: left; vertical-align: top; padding: 5px 18px 5px 0; white-space: nowrap;
  border-top: 1px solid $line }
.way th { font-weight: 600 } .way thead th { color: $text3; font-weight: 400; border-top: 0 }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px 20px; margin: 0;
  font-size: 14px; align-items: baseline }
dd { margin: 0; overflow-wrap: anywhere }
code { font: 12.5px/1.55 "DejaVu Sans Mono", ui-monospace, monospace; display: block; background: $raised;
  border: 1px solid $line; border-radius: 6px; padding: 12px 14px; color: $text }
code span { display: inline-block; max-width: 100%; overflow-wrap: anywhere; white-space: pre-wrap }
.two { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr)); gap: 28px 48px }
footer { margin-top: 48px; border-top: 1px solid $line; padding-top: 12px; color: $text3; font-size: 13px }
@media (max-width: 700px) {
  main { padding: 24px 16px 32px } h1 { font-size: 22px } section { margin-top: 34px }
  .top, .over { grid-template-columns: minmax(0, 1fr); gap: 20px }
  .maps { grid-template-columns: repeat(auto-fill, minmax(28px, 1fr)); gap: 2px }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0 } dd { margin-bottom: 8px }
}
@media screen and (max-width: 700px) {
  .way thead { display: none } .way tr { display: grid; grid-template-columns: minmax(0, 1fr) max-content;
    gap: 2px 16px; padding: 8px 0; border-top: 1px solid $line }
  .way th, .way td { border: 0; padding: 0; white-space: normal; overflow-wrap: anywhere }
  .way td:nth-child(n + 3) { grid-column: 1 / -1 } .way td:empty { display: none }
  .way td:nth-child(n + 4)::before { content: attr(data-is) " "; color: $text3 }
}
@page { size: A4; margin: 13mm 14mm 15mm }
@media print {
  body { font-size: 9.5pt } main { max-width: none; padding: 0 } h1 { font-size: 17pt }
  h2 { font-size: 12.5pt; break-after: avoid } h3 { break-after: avoid } section { margin-top: 8mm }
  .says { font-size: 14pt } .top, .over { gap: 8mm; margin-top: 5mm } .note, figcaption, dt { font-size: 8pt }
  .bars { font-size: 9pt } .heads { gap: 6mm; grid-template-columns: repeat(3, 1fr) }
  .heads .bars { font-size: 8pt } .track { min-width: 8mm }
  .top img, .over img { max-height: 88mm }
  .wide { overflow: visible } .wide svg { min-width: 0 }
  .maps { grid-template-columns: repeat(auto-fill, minmax(7mm, 1fr)); gap: .6mm }
  .top, .heads > div, .over, dl, code, .bars tr, .way tr, .wide, .lane { break-inside: avoid }
  footer { margin-top: 5mm; break-before: avoid }
  h2 + p, h3 + p, .scale, .scale + .note, .way thead { break-after: avoid }
  dl { font-size: 8.5pt } code { font-size: 7.5pt } .lane { margin-top: 5mm }
}
""")

STYLE: Final = _STYLE.substitute(
    {name: getattr(LIGHT, name) for name in ("text", "text2", "text3", "panel", "raised", "well", "line")}
    | {name: getattr(LIGHT, name) for name in ("line2", "accent", "bar", "good", "bad")}
)
