import type { Random } from '../random.js';

const LETTERS = [
  'Alpha',
  'Beta',
  'Gamma',
  'Delta',
  'Epsilon',
  'Zeta',
  'Eta',
  'Theta',
  'Iota',
  'Kappa',
  'Lambda',
  'My',
  'Ny',
  'Xi',
  'Omikron',
  'Pi',
  'Rho',
  'Sigma',
  'Tau',
  'Ypsilon',
  'Phi',
  'Chi',
  'Psi',
  'Omega',
] as const;

/** Names that have broken documents, tables and mails elsewhere; all of them are allowed. */
const HOSTILE = [
  `<script>alert("x")</script>`,
  `=cmd|' /C calc'!A0`,
  `"Quoted", 'twice'; drop table site; --`,
  `+1+1 @SUM(A1:A9)`,
  `{{constructor}} %s %n \${x}`,
  `O'Brien & Söhne <info>`,
  `Very long name ${'that goes on '.repeat(7)}ends`,
  `../../etc/passwd`,
] as const;

const FOREIGN = ['Ελληνικά Γραφεία', '東京本社ビル', 'Łódź – Śródmieście', 'Ærø Ålesund', 'みなとみらい支店'] as const;

const MSP_NAMES: Readonly<Record<number, string>> = {
  2: 'MSP Ωμέγα Υπηρεσίες',
  4: 'MSP Żółć i Wspólnicy',
  5: "MSP O'Brien & Söhne",
  7: 'MSP ミナト 株式会社',
  9: 'MSP <script>alert("msp")</script>',
  11: `=cmd|' /C calc'!A0 MSP`,
  13: `MSP ${'with a very long name '.repeat(7)}and an end`,
};

function letter(index: number): string {
  const round = Math.floor(index / LETTERS.length);
  const name = LETTERS[index % LETTERS.length] ?? LETTERS[0];
  return round === 0 ? name : `${name} ${round + 1}`;
}

export function mspName(index: number): string {
  return MSP_NAMES[index] ?? `MSP ${letter(index)}`;
}

const PLACES: Readonly<Record<string, readonly string[]>> = {
  IT: ['Sede', 'Filiale', 'Magazzino', 'Ufficio'],
  DE: ['Standort', 'Zweigstelle', 'Lager', 'Büro'],
  PL: ['Siedziba', 'Oddział', 'Magazyn', 'Biuro'],
  JP: ['本社', '支店', '倉庫', '営業所'],
};

/** Unique within its MSP by its number; every 23rd hostile, every 17th in other letters. */
export function siteName(country: string, index: number, random: Random): string {
  if (index % 23 === 5) return `${random.pick(HOSTILE)} ${index + 1}`.slice(0, 120);
  if (index % 17 === 3) return `${random.pick(FOREIGN)} ${index + 1}`;
  return `${random.pick(PLACES[country] ?? ['Site'])} ${letter(index)}`;
}

export function tenantName(index: number, random: Random): string {
  if (index % 7 === 4) return random.pick(HOSTILE);
  if (index % 5 === 2) return random.pick(FOREIGN);
  return `Tenant ${letter(index)}`;
}

/** Some references are plain, some as people type them. */
export function tenantRef(index: number): string {
  if (index === 3) return 'Ökø/β 4';
  return `tenant-${index + 1}`;
}
