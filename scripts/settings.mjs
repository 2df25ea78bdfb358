// Writes docs/settings.md from the settings in domain/.
import { writeFile } from 'node:fs/promises';
import { settingsDocument } from '../dist/domain/settings/document.js';

await writeFile(new URL('../docs/settings.md', import.meta.url), settingsDocument());
