// Lists, for each language, the texts that it does not have yet and says in English, marked [en].
import { en } from '../dist/locales/en/index.js';
import { TRANSLATIONS } from '../dist/locales/index.js';
import { comparedWithEnglish } from '../dist/locales/translation.js';

for (const [locale, own] of Object.entries(TRANSLATIONS)) {
  const { missing } = comparedWithEnglish(own, en);
  console.log([`${locale}: ${missing.length} in English`, ...missing.map((path) => `  ${path}`)].join('\n'));
}
