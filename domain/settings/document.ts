/** docs/settings.md, written from the settings themselves: `npm run settings`. */
import { z } from 'zod';
import { reconcileSettings } from '../reconcile/settings.js';
import { SETTINGS_GROUPS } from './index.js';
import type { Setting } from './settingsGroup.js';

type Row = readonly string[];

/** As wide as its widest cell, column by column, which is how the formatter wants it. */
function table(header: Row, rows: readonly Row[]): string {
  const cells = [header, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = header.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | '));
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join(' | '));
  return lines.map((line) => `| ${line} |`).join('\n');
}

/** Every setting with its rule, meaning, unit, shipped value and range. */
function rowsOfGroups(): Row[] {
  return Object.entries(SETTINGS_GROUPS).flatMap(([group, { rule, members }]) =>
    Object.entries<Setting<unknown>>(members).map(([name, { kind, shipped, meaning }]) => [
      `\`${group}.${name}\``,
      String(rule),
      meaning,
      kind.unit,
      Array.isArray(shipped) ? shipped.join(', ') || 'none' : String(shipped),
      kind.range,
    ]),
  );
}

/** A setting of rule 3 as its schema has it: name, shipped value, and what it may be. */
function rowsOfSchema(schema: z.core.JSONSchema.JSONSchema, path: string): Row[] {
  if (schema.properties !== undefined) {
    return Object.entries(schema.properties).flatMap(([name, inner]) =>
      typeof inner === 'boolean' ? [] : rowsOfSchema(inner, `${path}.${name}`),
    );
  }
  const { type, minimum, maximum } = schema;
  const words = [schema, ...(schema.anyOf ?? [])].flatMap((one) => (typeof one === 'boolean' ? [] : (one.enum ?? [])));
  const range =
    minimum === undefined
      ? words.join(', ')
      : `${type === 'integer' ? 'whole, ' : ''}${String(minimum)} to ${String(maximum)}`;
  const shipped: unknown = schema.default;
  const value = typeof shipped === 'string' || typeof shipped === 'number' ? String(shipped) : '–';
  return [[`\`${path}\``, value, range === '' ? '–' : range]];
}

/** The whole document. Pure: the same settings give the same text. */
export function settingsDocument(): string {
  const ofRule3 = rowsOfSchema(z.toJSONSchema(reconcileSettings, { io: 'input' }), 'discrepancies');
  return `# Settings of a programme

Written by \`npm run settings\` from the code: change it there.

Every number of the rules is a setting of a programme, in versions with the period from which they hold (rule 23). Set
only what shall differ: what is not given is as shipped. \`POST /v1/programmes/{programme}/settings\` takes them as one
object, a member per group; a refusal names each broken field by JSON pointer. Besides the numbers there is
\`partnerTeamEmail\`: where the partner team reads its mail, the vendor's address unless set; and
\`partnerTeamLocale\`: the language of that mail, such as \`it\`, English unless set.

What has to be in order is refused otherwise: the days of the calendar (open, collect, review, issue, mailed; issue after
the review's last day), warn before block before disable, reminders in the order in which they are sent and before what
they remind of. Compared is what is given with what is shipped for the rest.

${table(['Setting', 'Rule', 'Meaning', 'Unit', 'Shipped', 'Range'], rowsOfGroups())}

Those of rule 3, and of rule 4 whom estimates make a case. \`kinds\` says of each kind of discrepancy how it is handled and
what is done where nobody decides; a kind that parks its MSP until somebody decides has no default. \`firstStatementOver\` is an
amount per currency, such as \`{ "EUR": "5000" }\`; none is shipped.

${table(['Setting', 'Shipped', 'Range'], ofRule3)}
`;
}
