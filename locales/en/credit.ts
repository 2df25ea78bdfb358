import { fullStop } from '../format.js';
import type { CreditMessages } from '../messages.js';

export const credit: CreditMessages = {
  documentName: 'Credit',
  title: (number, statementNumber) => `Credit ${number} to usage statement ${statementNumber}`,
  intro: (statementNumber, date, period) =>
    `This credit takes back part of usage statement ${statementNumber} of ${date} for ${period}. The statement itself stays as it is.`,
  facts: { number: 'Credit no.', corrects: 'Credit to' },
  lines: 'What is taken back',
  total: 'Total of the credit',
  notInvoice: (distributor) => fullStop(`This credit is not an invoice document. It is settled by ${distributor}`),
  attachment: 'Lines of the credit, comma-separated',
};
