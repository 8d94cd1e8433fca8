// The one style sheet of the pages: light and dark by the reader's setting.

export const STYLE = `
:root { color-scheme: light dark; --page:#fbfafd; --card:#fff; --text:#1f1e24; --soft:#626168; --line:#dcdcde; --link:#1068bf;
  --good:#217645; --good-soft:#e3f4ea; --warn:#9e5400; --warn-soft:#fdf1dd; --bad:#c02f12; --bad-soft:#fcf1ef; --note:#6b4fbb; --note-soft:#f1ecfb;
  --add:#ecfdf0; --add-num:#ddfbe6; --del:#fbe9eb; --del-num:#f9d7dc; --code:#f3f2f6; }
@media (prefers-color-scheme: dark) { :root { --page:#18171d; --card:#1f1e24; --text:#ececef; --soft:#a4a3a8; --line:#3a383f; --link:#63a6e9;
  --good:#52b87a; --good-soft:#133d24; --warn:#e9be74; --warn-soft:#43301a; --bad:#f6806c; --bad-soft:#4a1f17; --note:#b7a4f5; --note-soft:#2f2650;
  --add:#143023; --add-num:#1a3f2d; --del:#3d1f24; --del-num:#50262d; --code:#2a2930; } }
* { box-sizing:border-box } body { margin:0; background:var(--page); color:var(--text); font:14px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif }
a { color:var(--link); text-decoration:none } a:hover { text-decoration:underline } h1 { font-size:1.45rem; line-height:1.3; margin:.2rem 0 .35rem; overflow-wrap:anywhere }
h2 { font-size:1.15rem } h3 { font-size:1rem } h4 { font-size:.92rem } .markdown h2,.markdown h3,.markdown h4 { margin:1.1em 0 .4em }
.markdown > :first-child { margin-top:0 } .markdown > :last-child { margin-bottom:0 } .markdown { overflow-wrap:anywhere }
.markdown ul,.markdown ol { padding-left:1.5rem; margin:.4rem 0 } .markdown p { margin:.5rem 0 } li.task { list-style:none; margin-left:-1.3rem }
code { background:var(--code); border-radius:4px; padding:.1em .35em; font:.86em ui-monospace,SFMono-Regular,Menlo,monospace }
pre { background:var(--code); border-radius:6px; padding:.7rem .9rem; overflow:auto; margin:.6rem 0 } pre code { background:none; padding:0 }
table { border-collapse:collapse; width:100% } .markdown table { width:auto; max-width:100% } .markdown th,.markdown td { border:1px solid var(--line); padding:.3rem .6rem; text-align:left; vertical-align:top }
.markdown th { background:var(--code) } .markdown th:empty { padding:0; border:0 } .scroll { overflow-x:auto; margin:.6rem 0 } blockquote { margin:.5rem 0; padding:.1rem .9rem; border-left:3px solid var(--line); color:var(--soft) }
hr { border:0; border-top:1px solid var(--line) } .alert { border-left:3px solid var(--warn); background:var(--warn-soft); padding:.4rem .9rem; border-radius:4px } .alert > strong { text-transform:capitalize }
details > summary { cursor:pointer } .mention { background:var(--note-soft); border-radius:4px; padding:0 .25em } .image { color:var(--soft); border:1px dashed var(--line); border-radius:4px; padding:0 .3em }
header.top { background:var(--card); border-bottom:1px solid var(--line); padding:.45rem 1.2rem; display:flex; gap:1rem; align-items:center; flex-wrap:wrap }
.brand { font-weight:650; color:var(--text) } .brand b { color:#e24329 } .crumbs { color:var(--soft); flex:1 } .crumbs a { color:inherit }
.viewer { position:relative } .viewer summary { list-style:none; color:var(--soft); border:1px solid var(--line); border-radius:6px; padding:.15rem .6rem } .viewer div { position:absolute; right:0; z-index:2; background:var(--card); border:1px solid var(--line); border-radius:6px; padding:.4rem; margin-top:.3rem; min-width:14rem; max-height:60vh; overflow:auto; box-shadow:0 4px 16px #0003 }
.viewer div a { display:block; padding:.2rem .5rem; border-radius:4px } .viewer div a:hover { background:var(--code) }
nav { background:var(--card); border-bottom:1px solid var(--line); padding:0 1.2rem; display:flex; gap:.3rem; overflow-x:auto } nav a { padding:.5rem .7rem; color:var(--soft); border-bottom:2px solid transparent; white-space:nowrap }
nav a.here { color:var(--text); border-color:#e24329; font-weight:600 } nav .count { background:var(--code); border-radius:9px; padding:0 .45em; font-size:.82em; margin-left:.3em; font-weight:400 }
main { max-width:1280px; margin:0 auto; padding:1rem 1.2rem 4rem } .columns { display:grid; grid-template-columns:minmax(0,1fr) 310px; gap:1.4rem; align-items:start } @media (max-width:860px) { .columns { grid-template-columns:minmax(0,1fr) } aside.first { order:-1 } }
.card { background:var(--card); border:1px solid var(--line); border-radius:8px; margin:0 0 1rem } .card > h2,.card > h3 { margin:0; padding:.55rem .9rem; border-bottom:1px solid var(--line); font-size:.95rem } .pad { padding:.75rem .9rem }
.soft { color:var(--soft) } .small { font-size:.86em } .meta { color:var(--soft); margin:0 0 .9rem } .mono { font-family:ui-monospace,SFMono-Regular,Menlo,monospace; font-size:.9em }
.badge { display:inline-block; border-radius:10px; padding:.05rem .55rem; font-size:.82em; font-weight:600; background:var(--code); color:var(--soft); vertical-align:middle } .badge.open,.badge.good { background:var(--good-soft); color:var(--good) }
.badge.merged,.badge.internal { background:var(--note-soft); color:var(--note) } .badge.closed,.badge.bad { background:var(--bad-soft); color:var(--bad) } .badge.confidential,.badge.warn { background:var(--warn-soft); color:var(--warn) }
.label { display:inline-flex; border-radius:10px; font-size:.82em; overflow:hidden; line-height:1.55; vertical-align:middle; border:1px solid #0002 } .label span { padding:0 .5em } .label .value { background:var(--card); color:var(--text) }
.rows { list-style:none; margin:0; padding:0 } .rows > li { padding:.5rem .9rem; border-top:1px solid var(--line); display:flex; gap:.8rem; align-items:baseline } .rows > li:first-child { border-top:0 } .rows .wide { flex:1; min-width:0; overflow-wrap:anywhere }
.side dl { margin:0 } .side dt { color:var(--soft); font-size:.86em; margin-top:.55rem } .side dt:first-child { margin-top:0 } .side dd { margin:0 }
.rule { border-top:1px solid var(--line); padding:.55rem .9rem } .rule:first-of-type { border-top:0 } .rule .head { display:flex; justify-content:space-between; gap:.6rem; font-weight:600 } .yes { color:var(--good) } .no { color:var(--warn) }
.timeline { list-style:none; margin:0; padding:0 } .timeline > li { margin:0 0 .8rem } .event { color:var(--soft); padding-left:1.5rem; position:relative } .event::before { content:""; position:absolute; left:.45rem; top:.5rem; width:.5rem; height:.5rem; border-radius:50%; background:var(--line) } .event .markdown { display:inline } .event .markdown p { display:inline } .event .markdown ul { margin:.2rem 0 }
.comment { background:var(--card); border:1px solid var(--line); border-radius:8px } .comment > .head { padding:.4rem .9rem; border-bottom:1px solid var(--line); display:flex; gap:.5rem; align-items:baseline; flex-wrap:wrap } .comment > .head time { color:var(--soft) } .comment.internal-note { border-color:var(--warn); background:var(--warn-soft) }
.file > summary { padding:.5rem .9rem; font-weight:600; overflow-wrap:anywhere; position:sticky; top:0; background:var(--card); border-radius:8px } .file[open] > summary { border-bottom:1px solid var(--line); border-radius:8px 8px 0 0 }
.diff { font:12.5px/1.5 ui-monospace,SFMono-Regular,Menlo,monospace; border-spacing:0 } .diff td { padding:0 .6rem; white-space:pre-wrap; overflow-wrap:anywhere; vertical-align:top } .diff .num { width:1%; min-width:2.6rem; text-align:right; color:var(--soft); user-select:none; white-space:nowrap; background:var(--code) }
.diff .add td { background:var(--add) } .diff .add .num { background:var(--add-num) } .diff .del td { background:var(--del) } .diff .del .num { background:var(--del-num) } .diff .hunk td { color:var(--soft); background:var(--code) }
.glance .rows .small, .glance .rows .badge.open { display:none } .jump { display:flex; gap:1.1rem; margin:-.4rem 0 .9rem } .plus { color:var(--good) } .minus { color:var(--bad) } .empty { padding:1.4rem; text-align:center; color:var(--soft) } .grid { width:100% } .grid th { text-align:left; font-weight:600; color:var(--soft); font-size:.86em } .grid th,.grid td { padding:.4rem .9rem; border-top:1px solid var(--line) } .grid thead th { border-top:0 }
`;
