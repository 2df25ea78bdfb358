import { html, type Html } from './html.js';
import { document } from './layout.js';
import type { StoredMail } from './mailStore.js';

export type MailList = { mails: readonly ListedMail[]; total: number; page: number; pages: number; query: string };
export type ListedMail = StoredMail & { attachments: readonly string[] };
/** The list, newest first, with a search by recipient, sender or subject. */
export function listPage(list: MailList): Html {
  const rows = list.mails.map(
    (mail) =>
      html`<tr>
        <td class="who">${mail.recipients.join(', ')}</td>
        <td>
          <a href="/messages/${mail.id}">${mail.subject || '(no subject)'}</a>
          ${mail.attachments.map((name) => html`<span class="chip">${name}</span>`)}
          <div class="dim">${mail.from || mail.sender}</div>
        </td>
        <td class="dim num">${sizeText(mail.sizeBytes)}</td>
        <td class="dim num"><time datetime="${mail.arrivedAt}">${timeText(mail.arrivedAt)}</time></td>
      </tr>`,
  );
  const title = list.query === '' ? 'Inbox' : `Inbox: ${list.query}`;
  return document(
    title,
    html`<header>
        <h1><a href="/">Inbox</a></h1>
        <form action="/" role="search">
          <input type="search" name="q" value="${list.query}" placeholder="Recipient or subject" aria-label="Search" />
          <button>Search</button>
        </form>
        <p class="dim">${list.total} ${list.total === 1 ? 'mail' : 'mails'}. Nothing here has left this machine.</p>
      </header>
      <main>
        ${
          rows.length === 0
            ? html`<p class="empty">${list.query === '' ? 'No mail yet.' : 'No mail matches.'}</p>`
            : html`<table>
                <thead>
                  <tr>
                    <th>To</th>
                    <th>Subject, sender</th>
                    <th class="num">Size</th>
                    <th class="num">Arrived (UTC)</th>
                  </tr>
                </thead>
                <tbody>
                  ${rows}
                </tbody>
              </table>`
        }
        ${list.pages > 1 ? pager(list) : null}
      </main>`,
  );
}

function pager({ page, pages, query }: MailList): Html {
  const link = (to: number, label: string) =>
    to < 1 || to > pages
      ? null
      : html`<a href="/?${new URLSearchParams({ q: query, page: String(to) }).toString()}">${label}</a>`;
  return html`<nav>
    ${link(page - 1, 'Newer')} <span class="dim">Page ${page} of ${pages}</span> ${link(page + 1, 'Older')}
  </nav>`;
}

function sizeText(bytes: number): string {
  return bytes < 1_000
    ? `${bytes} B`
    : bytes < 1_000_000
      ? `${Math.round(bytes / 1_000)} kB`
      : `${(bytes / 1e6).toFixed(1)} MB`;
}

function timeText(iso: string): string {
  return iso.slice(0, 19).replace('T', ' ');
}
