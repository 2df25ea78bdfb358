import { en } from '../en/index.js';
import type { Messages } from '../messages.js';

export const pl: Messages = en;
