/** The whole look of the inbox: no script, no font, no picture. Follows the reader's light or dark setting. */
export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --dim: #777; --accent: #0b6b57; --tint: #0b6b5712; }
@media (prefers-color-scheme: dark) { :root { --dim: #999; --accent: #5cc8ae; --tint: #5cc8ae1c; } }
* { box-sizing: border-box; }
body { max-width: 72rem; margin: 0 auto; padding: 1rem; font: 15px/1.5 system-ui, sans-serif; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; }
h1 { font-size: 1.3rem; margin: 0; } h1 a { text-decoration: none; }
h2 { font-size: 1.2rem; margin: .5rem 0 1rem; }
a { color: var(--accent); } .dim { color: var(--dim); font-size: .9em; }
form { display: flex; gap: .4rem; flex: 1; min-width: 16rem; }
input, button { font: inherit; padding: .3rem .6rem; border: 1px solid var(--line); border-radius: 6px; background: none; }
input { flex: 1; } button { cursor: pointer; color: var(--accent); }
table { width: 100%; border-collapse: collapse; margin: 1rem 0; }
th { text-align: left; font-weight: 600; font-size: .85em; color: var(--dim); }
th, td { padding: .45rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
tbody tr:hover { background: var(--tint); }
.who { min-width: 15rem; max-width: 20rem; overflow-wrap: anywhere; } .num { text-align: right; white-space: nowrap; }
th.num { text-align: right; }
.chip { display: inline-block; margin: 0 .3rem; padding: 0 .5rem; border: 1px solid var(--line); border-radius: 99px;
  font-size: .85em; text-decoration: none; }
.empty { padding: 3rem; text-align: center; color: var(--dim); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0 0 1rem; }
dt { color: var(--dim); } dd { margin: 0; overflow-wrap: anywhere; }
nav { display: flex; gap: 1rem; align-items: baseline; margin: .5rem 0; }
nav a { padding: .2rem 0; text-decoration: none; }
nav a[aria-current] { border-bottom: 2px solid; }
iframe { width: 100%; height: 70vh; border: 1px solid var(--line); border-radius: 6px; background: #fff; }
pre { padding: 1rem; border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere; }
`;
