import { fullStop } from '../format.js';
import type { CreditMessages } from '../messages.js';

export const credit: CreditMessages = {
  documentName: 'Gutschrift',
  title: (number, statementNumber) => `Gutschrift ${number} zur Nutzungsabrechnung ${statementNumber}`,
  intro: (statementNumber, date, period) =>
    `Diese Gutschrift nimmt einen Teil der Nutzungsabrechnung ${statementNumber} vom ${date} für ${period} zurück. Die Abrechnung selbst bleibt, wie sie ist.`,
  facts: { number: 'Gutschrift Nr.', corrects: 'Gutschrift zu' },
  lines: 'Was zurückgenommen wird',
  total: 'Summe der Gutschrift',
  notInvoice: (distributor) =>
    fullStop(`Diese Gutschrift ist kein Rechnungsdokument. Sie wird verrechnet von ${distributor}`),
  attachment: 'Zeilen der Gutschrift, durch Komma getrennt',
};
