import { fullStop } from '../format.js';
import type { CreditMessages } from '../messages.js';

export const credit: CreditMessages = {
  documentName: 'Nota di accredito',
  title: (number, statementNumber) => `Nota di accredito ${number} sull’estratto ${statementNumber}`,
  intro: (statementNumber, date, period) =>
    `Questa nota di accredito storna una parte dell’estratto ${statementNumber} del ${date} per ${period}. L’estratto stesso resta invariato.`,
  facts: { number: 'Nota di accredito n.', corrects: 'Riferita a' },
  lines: 'Importi stornati',
  total: 'Totale della nota di accredito',
  notInvoice: (distributor) =>
    fullStop(`Questa nota di accredito non è un documento di fatturazione. Viene regolata da ${distributor}`),
  attachment: 'Righe della nota di accredito, separate da virgole',
};
