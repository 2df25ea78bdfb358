import type { Email } from 'postal-mime';
import { html, type Html } from './html.js';
import { addressText, type StoredMail } from './mailStore.js';

export type MailList = { mails: readonly ListedMail[]; total: number; page: number; pages: number; query: string };
export type ListedMail = StoredMail & { attachments: readonly string[] };
/** Ways to look at one mail, in the order of their tabs. */
export const VIEWS = ['html', 'text', 'headers', 'source'] as const;
export type View = (typeof VIEWS)[number];
const VIEW_NAMES: Record<View, string> = { html: 'HTML', text: 'Text', headers: 'Headers', source: 'Source' };

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

/** One mail under one of its views. */
export function mailPage(mail: StoredMail, email: Email, view: View, source: string): Html {
  const fact = (name: string, value: string) =>
    value === ''
      ? html``
      : html`<dt>${name}</dt>
          <dd>${value}</dd>`;
  const attachments = email.attachments.map(
    (attachment, i) =>
      html`<a class="chip" href="/messages/${mail.id}/attachments/${i}"
        >${attachment.filename ?? attachment.mimeType}</a
      >`,
  );
  return document(
    mail.subject || '(no subject)',
    html`<header>
        <h1><a href="/">Inbox</a></h1>
      </header>
      <main>
        <h2>${mail.subject || '(no subject)'}</h2>
        <dl>
          ${fact('From', mail.from || mail.sender)} ${fact('To', (email.to ?? []).map(addressText).join(', '))}
          ${fact('Copy', (email.cc ?? []).map(addressText).join(', '))}
          ${fact('Delivered to', mail.recipients.join(', '))} ${fact('Date', mail.date ?? '')}
          ${fact('Message id', mail.messageId ?? '')}
        </dl>
        ${attachments.length > 0 ? html`<p>${attachments}</p>` : null}
        <nav>
          ${VIEWS.map(
            (each) =>
              html`<a href="?view=${each}" ${each === view ? html`aria-current="page"` : null}>${VIEW_NAMES[each]}</a>`,
          )}
        </nav>
        ${body(mail, email, view, source)}
      </main>`,
  );
}

export function notFoundPage(): Html {
  return document(
    'Not found',
    html`<main>
      <p class="empty">There is no such mail. <a href="/">Inbox</a></p>
    </main>`,
  );
}

function body(mail: StoredMail, email: Email, view: View, source: string): Html {
  switch (view) {
    case 'html':
      return email.html === undefined
        ? html`<p class="empty">This mail has no HTML part.</p>`
        : html`<iframe
            sandbox="allow-popups allow-popups-to-escape-sandbox"
            src="/messages/${mail.id}/html"
            title="Message"
          ></iframe>`;
    case 'text':
      return html`<pre>${email.text ?? ''}</pre>`;
    case 'headers':
      return html`<dl class="headers">
        ${email.headers.map(
          ({ originalKey, value }) =>
            html`<dt>${originalKey}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>`;
    case 'source':
      return html`<p><a href="/api/messages/${mail.id}/source">Download</a></p>
        <pre>${source}</pre>`;
  }
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

function document(title: string, content: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        ${content}
      </body>
    </html>`;
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
