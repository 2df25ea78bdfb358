import { z } from 'zod';
import { compareVersions } from '../catalog/index.js';
import { text, units } from './evidence.js';
import { siteKind } from './kind.js';

/**
 * A site that is still older at the close than its programme takes, though it was told so at each message: put on record and on
 * the statement, and nothing of its quantities changes.
 */
export const versionBelowMinimum = siteKind({
  kind: 'version_below_minimum',
  handlings: ['automatic'],
  defaults: ['noted'],
  decisions: [],
  evidence: z.strictObject({ version: text, minimum: text, installations: units }),
  detect: ({ versions }) => {
    if (versions === null) return null;
    const { minimum, named } = versions;
    const below = named.filter((version) => compareVersions(version, minimum) < 0).sort(compareVersions);
    const [version] = below;
    return version === undefined ? null : { version, minimum, installations: below.length };
  },
  settle: { noted: (quantity) => quantity },
});
