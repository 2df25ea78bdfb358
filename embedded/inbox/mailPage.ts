import type { Email } from 'postal-mime';
import { html, type Html } from './html.js';
import { document } from './layout.js';
import { addressText, type StoredMail } from './mailStore.js';

/** Ways to look at one mail, in the order of their tabs. */
export const VIEWS = ['html', 'text', 'headers', 'source'] as const;
export type View = (typeof VIEWS)[number];
const VIEW_NAMES: Record<View, string> = { html: 'HTML', text: 'Text', headers: 'Headers', source: 'Source' };

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
