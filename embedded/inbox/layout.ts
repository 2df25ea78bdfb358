import { html, type Html } from './html.js';

/** The frame of every page; the look comes from /style.css. */
export function document(title: string, content: Html): Html {
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

export function notFoundPage(): Html {
  return document(
    'Not found',
    html`<main>
      <p class="empty">There is no such mail. <a href="/">Inbox</a></p>
    </main>`,
  );
}
