import type { Day } from '../../domain/period.js';

/** How a printed line stands out; `statements/sheet.ts` knows what each looks like. */
export type Tone = 'body' | 'strong' | 'small' | 'warning';

/** A paragraph within a cell: wrapped where it is too wide. */
export interface CellLine {
  text: string;
  tone: Tone;
}

export type Cell = CellLine[];

export interface TableView {
  columns: string[];
  rows: Cell[][];
}

export interface Section extends TableView {
  title: string;
  /** Printed between title and table; null: nothing. */
  intro: string | null;
}

export interface Fact {
  label: string;
  value: string;
}

export interface PartyView {
  label: string;
  name: string;
  lines: string[];
}

export interface HeaderView {
  issuer: string;
  documentName: string;
  number: string;
  parties: PartyView[];
  facts: Fact[];
}

export interface TotalView {
  label: string;
  amount: string;
  details: string[];
  notInvoice: string;
}

export interface Bar {
  label: string;
  amount: string;
  /** Height from -1 to 1, the greatest amount being 1. */
  share: number;
  isCurrent: boolean;
}

export interface ChartView {
  title: string;
  /** Read out instead of the picture. */
  alt: string;
  bars: Bar[];
}

export interface TextBlock {
  title: string;
  paragraphs: string[];
}

export interface SumRow {
  label: string;
  amount: string;
  isTotal: boolean;
}

export interface FooterView {
  text: string;
  page: (page: number, pages: number) => string;
}

export interface AttachmentView {
  name: string;
  description: string;
}

/** Every string a statement prints, in its language and in the order of the document. */
export interface StatementView {
  lang: string;
  title: string;
  date: Day;
  header: HeaderView;
  total: TotalView;
  /** Null: there is no earlier month to compare with. */
  chart: ChartView | null;
  arithmetic: Section | null;
  exchange: TextBlock | null;
  usage: Section;
  /** Null: no licence is billed. */
  terms: Section | null;
  corrections: Section | null;
  sums: SumRow[];
  findings: Section;
  notes: TextBlock;
  footer: FooterView;
  attachment: AttachmentView;
}

export const body = (text: string): CellLine => ({ text, tone: 'body' });
export const strong = (text: string): CellLine => ({ text, tone: 'strong' });
export const small = (text: string): CellLine => ({ text, tone: 'small' });
export const warning = (text: string): CellLine => ({ text, tone: 'warning' });
