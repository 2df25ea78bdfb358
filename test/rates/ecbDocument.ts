/** The European Central Bank's XML with these rates: by day, by currency. One rate a line, from the sixth on. */
export function ecbDocument(days: Record<string, Record<string, string>>): string {
  const cubes = Object.entries(days).flatMap(([day, rates]) => [
    `<Cube time="${day}">`,
    ...Object.entries(rates).map(([currency, rate]) => `<Cube currency="${currency}" rate="${rate}"/>`),
    '</Cube>',
  ]);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">',
    '<gesmes:subject>Reference rates</gesmes:subject><gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>',
    '<Cube>',
    ...cubes,
    '</Cube>',
    '</gesmes:Envelope>',
  ].join('\n');
}
