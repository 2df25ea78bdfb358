import type { WrittenMail } from './mail/index.js';

/** Marks the entries of a list (locales). */
const BULLET = '• ';
/** Turn the direction of what follows: a name could make the rest of a subject read backwards. */
const DIRECTION_OVERRIDES = /[\u202A-\u202E\u2066-\u2069]/g;

const STYLE = {
  page: 'margin:0;padding:24px 12px;background:#f3f4f6;color:#1f2933;font:16px/1.5 Helvetica,Arial,sans-serif',
  sheet: 'max-width:600px;margin:0 auto;padding:28px 32px;background:#ffffff;border-top:4px solid #1d4f73',
  title: 'margin:0 0 20px;font-size:20px;line-height:1.3;font-weight:bold;color:#12344d',
  paragraph: 'margin:0 0 16px',
  list: 'margin:0 0 16px;padding:0 0 0 20px',
  entry: 'margin:0 0 4px',
} as const;

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Lines of a paragraph in runs: plain lines together, list entries together. */
function runs(paragraph: string): { list: boolean; lines: string[] }[] {
  const found: { list: boolean; lines: string[] }[] = [];
  for (const line of paragraph.split('\n')) {
    const list = line.startsWith(BULLET);
    const text = list ? line.slice(BULLET.length) : line;
    const last = found.at(-1);
    if (last?.list === list) last.lines.push(text);
    else found.push({ list, lines: [text] });
  }
  return found;
}

function paragraphHtml(paragraph: string): string {
  return runs(paragraph)
    .map(({ list, lines }) =>
      list
        ? `<ul style="${STYLE.list}">${lines.map((line) => `<li style="${STYLE.entry}">${escape(line)}</li>`).join('')}</ul>`
        : `<p style="${STYLE.paragraph}">${lines.map(escape).join('<br>')}</p>`,
    )
    .join('\n');
}

/**
 * Text and HTML of a mail. The HTML stands alone: no images, fonts or scripts, no links made of what people typed, and
 * every word escaped; `lang` is the recipient's language, for screen readers and hyphenation.
 */
export function layOut(mail: WrittenMail, locale: string): { subject: string; text: string; html: string } {
  const subject = mail.subject.replaceAll(DIRECTION_OVERRIDES, '');
  const paragraphs = mail.paragraphs.map((paragraph) => paragraph.replaceAll(DIRECTION_OVERRIDES, ''));
  return {
    subject,
    text: `${paragraphs.join('\n\n')}\n`,
    html: [
      `<!doctype html>`,
      `<html lang="${escape(locale)}">`,
      `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(subject)}</title></head>`,
      `<body style="${STYLE.page}">`,
      `<div style="${STYLE.sheet}">`,
      `<h1 style="${STYLE.title}">${escape(subject)}</h1>`,
      ...paragraphs.map(paragraphHtml),
      `</div>`,
      `</body>`,
      `</html>`,
      '',
    ].join('\n'),
  };
}
