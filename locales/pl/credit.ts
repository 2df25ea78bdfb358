import { fullStop } from '../format.js';
import type { CreditMessages } from '../messages.js';

export const credit: CreditMessages = {
  documentName: 'Nota uznaniowa',
  title: (number, statementNumber) => `Nota uznaniowa ${number} do zestawienia ${statementNumber}`,
  intro: (statementNumber, date, period) =>
    `Ta nota uznaniowa koryguje na korzyść partnera część zestawienia ${statementNumber} z dnia ${date} za ${period}. Samo zestawienie pozostaje bez zmian.`,
  facts: { number: 'Nota uznaniowa nr', corrects: 'Dotyczy zestawienia' },
  lines: 'Co zostaje zwrócone',
  total: 'Suma noty uznaniowej',
  notInvoice: (distributor) => fullStop(`Ta nota uznaniowa nie jest fakturą. Rozlicza ją ${distributor}`),
  attachment: 'Pozycje noty uznaniowej, rozdzielone przecinkami',
};
